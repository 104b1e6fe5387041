"""A model's claim held against the transcript and the rubric: what of it stands."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from backends.assessing.placing import LEAST_CHARS, places_of, quotation
from backends.assessing.reading import Claim
from backends.assessing.rubric import Heard
from statemachine.assessment import (
    MAX_QUOTATIONS,
    CriterionResult,
    Quotation,
    RefusalReason,
    Refused,
    RubricCriterion,
    answers_in,
)
from statemachine.offlimits import off_limits_at
from statemachine.orders import orders_at, orders_in
from statemachine.session import Message


def weigh(
    claim: Claim | None,
    criterion: RubricCriterion,
    messages: Sequence[Message],
    heard: Heard,
    *,
    why_none: RefusalReason = RefusalReason.UNREADABLE,
) -> CriterionResult:
    """The result for one criterion. Without a claim it is not assessed, because of `why_none`."""
    refused: Counter[RefusalReason] = Counter()
    if claim is None:
        refused[why_none] += 1
        claim = Claim(None, (), ())
    if claim.others:
        refused[RefusalReason.NO_CRITERION] += claim.others
    answers = list(answers_in(messages))
    quotations = _kept(claim.quotations, answers, refused, are_evidence=True)
    against = _kept(claim.against, answers, refused, are_evidence=False)
    against += orders(answers, heard)
    level = claim.level
    if level is not None and not 1 <= level <= len(criterion.levels):
        refused[RefusalReason.NO_LEVEL] += 1
        level = None
    elif level is not None and not quotations:
        refused[RefusalReason.NO_QUOTATION] += 1
        level = None
    return CriterionResult(
        id=criterion.id,
        name=criterion.name,
        level=level,
        anchor=None if level is None else criterion.levels[level - 1],
        quotations=_once(quotations),
        against=_once(against),
        not_asked=heard.not_asked and not quotations,
        answers=heard.answers,
        refused=tuple(Refused(reason=reason, count=count) for reason, count in refused.items()),
    )


def not_assessed(
    criterion: RubricCriterion, messages: Sequence[Message], heard: Heard
) -> CriterionResult:
    """The result where no model was asked: the answers to read, and orders that they hold."""
    return CriterionResult(
        id=criterion.id,
        name=criterion.name,
        against=_once(orders(list(answers_in(messages)), heard)),
        not_asked=heard.not_asked,
        answers=heard.answers,
    )


def orders(answers: Sequence[tuple[int, Message]], heard: Heard) -> list[Quotation]:
    """The orders to whoever assesses, in the answers that are for this criterion; in all answers,
    where it is not known which are."""
    mine = {answer.message for answer in heard.answers}
    found = [
        quotation(index, message.content, *span)
        for index, message in answers
        if index in mine or not mine
        for span in orders_in(message.content)
        if not off_limits_at(message.content, *span)
    ]
    return [q for q in found if q is not None]


def _kept(
    claimed: Sequence[str],
    answers: Sequence[tuple[int, Message]],
    refused: Counter[RefusalReason],
    *,
    are_evidence: bool,
) -> list[Quotation]:
    kept: list[Quotation] = []
    contents = {index: message.content for index, message in answers}
    for words in claimed:
        places = places_of(words, answers)
        if not places:
            refused[RefusalReason.NOT_SAID] += 1
        for place in places:
            content = contents[place.message]
            if off_limits_at(content, place.start, place.end):
                refused[RefusalReason.OFF_LIMITS] += 1
            elif are_evidence and orders_at(content, place.start, place.end):
                refused[RefusalReason.ORDER] += 1
                kept += _without_orders(place, content)
            else:
                kept.append(place)
    return kept


def _without_orders(place: Quotation, content: str) -> list[Quotation]:
    """What is left of a quotation around the sentences of the answer that hold orders."""
    start, end = place.start, place.end
    sentences = [(a, b) for a, b in orders_in(content) if a < end and start < b]
    parts = [
        quotation(place.message, content, a, b)
        for (_, a), (b, _) in pairwise([(start, start), *sentences, (end, end)])
        if b - a >= LEAST_CHARS
    ]
    return [p for p in parts if p is not None and not orders_at(content, p.start, p.end)]


def _once(quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    """Each quotation once, and not too many."""
    return tuple(dict.fromkeys(quotations))[:MAX_QUOTATIONS]
