"""An assessment's values, and the check that binds it to what was said.

A quotation is `content[from:to]` of a message of the candidate's. Its offsets count characters as
Unicode has them (code points), as Python does: an emoji or a letter with an accent can be several.
JavaScript counts UTF-16 units; there, `Array.from(content).slice(from, to).join("")` is the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field, StringConstraints

from statemachine.offlimits import off_limits_at, remarks_on
from statemachine.orders import orders_at
from statemachine.session import Message, Speaker, Text, Value, Words
from statemachine.storable import has_words

MAX_QUOTATION_CHARS = 600
MAX_NOTE_CHARS = 2_000
MAX_QUOTATIONS = 20
"""For one criterion, on each side."""

Index = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Level = Annotated[int, Field(strict=True, ge=1, le=100)]
CriterionId = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(has_words)
]
Note = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_NOTE_CHARS), AfterValidator(has_words)
]


class Quotation(Value):
    """Words of the candidate's: `content[start:end]` of the message with this index."""

    message: Index = Field(description="The message's index in the session, from 0.")
    start: Index = Field(alias="from", description="The first character, counted in code points.")
    end: Index = Field(alias="to", description="The character after the last one.")
    text: Words = Field(description="Exactly these characters of the message.")


Quotations = Annotated[tuple[Quotation, ...], Field(max_length=MAX_QUOTATIONS)]


class RefusalReason(StrEnum):
    """Why something that a model gave was dropped."""

    NOT_SAID = "not-said"
    """A quotation that no answer holds."""
    OFF_LIMITS = "off-limits"
    """A quotation on voice, looks, emotion, age, origin, family or health."""
    ORDER = "order"
    """A quotation that gives orders to whoever assesses."""
    NO_QUOTATION = "no-quotation"
    """A level that rests on nothing."""
    NO_LEVEL = "no-such-level"
    NO_CRITERION = "no-such-criterion"
    UNREADABLE = "unreadable"
    """A reply that is not what was asked for."""
    NO_REPLY = "no-reply"
    """None came, or not in time."""


class Refused(Value):
    """How many times something was dropped for a reason."""

    reason: RefusalReason
    count: Annotated[int, Field(ge=1)]


class HeardFor(Value):
    """An answer to a question that is there for a criterion, and what to listen for in it."""

    message: Index
    listen_for: tuple[Text, ...] = ()


class CriterionResult(Value):
    """One criterion: its level with that level's anchor, what this rests on, and what speaks
    against it. Without a level it is not assessed.

    `answers` are those to read for this criterion. `not_asked`: no question was there for it.
    `refused` counts what a model gave and was dropped. `note` is a person's.
    """

    id: CriterionId
    name: Text
    level: Level | None = None
    anchor: Text | None = None
    quotations: Quotations = ()
    against: Quotations = ()
    not_asked: bool = False
    answers: tuple[HeardFor, ...] = ()
    refused: tuple[Refused, ...] = ()
    note: Note | None = None


class Judgement(Value):
    """A person's word on one criterion."""

    id: CriterionId
    level: Level | None = None
    quotations: Quotations = ()
    against: Quotations = ()
    note: Note | None = None


class RubricCriterion(Protocol):
    """A criterion of a rubric: `levels` are the anchors, the lowest first."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def levels(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Fault:
    """What is wrong with an assessment, and where: "criteria[2].quotations[0].to"."""

    place: str
    problem: str


def answers_in(messages: Sequence[Message]) -> Iterator[tuple[int, Message]]:
    """The candidate's messages with their indices: those after the interviewer's first words."""
    has_asked = False
    for index, message in enumerate(messages):
        has_asked = has_asked or message.role is Speaker.ASSISTANT
        if has_asked and message.role is Speaker.USER:
            yield index, message


def misquoted(quotation: Quotation, messages: Sequence[Message]) -> tuple[str, str] | None:
    """The field of the quotation that is wrong and how; None where it is exactly what the
    candidate said."""
    index, start, end = quotation.message, quotation.start, quotation.end
    if index >= len(messages):
        return "message", f"there are {len(messages)} messages, the first of them 0"
    message = messages[index]
    asked = any(before.role is Speaker.ASSISTANT for before in messages[:index])
    if message.role is not Speaker.USER or not asked:
        return "message", "is not an answer of the candidate's"
    if start >= end:
        return "to", "must be greater than from"
    if end > len(message.content):
        return "to", f"the message has {len(message.content)} characters"
    if end - start > MAX_QUOTATION_CHARS:
        return "to", f"quote at most {MAX_QUOTATION_CHARS} characters"
    if message.content[start:end] != quotation.text:
        return "text", "is not what stands there in the message, character by character"
    return None


def rests_on_what_was_said(results: Sequence[CriterionResult], messages: Sequence[Message]) -> bool:
    """Whether every level has a quotation, and every quotation is the candidate's, exactly."""
    return all(
        (result.level is None or result.quotations)
        and not any(misquoted(q, messages) for q in (*result.quotations, *result.against))
        for result in results
    )


def faults_in(
    results: Sequence[CriterionResult],
    rubric: Sequence[RubricCriterion],
    messages: Sequence[Message],
) -> list[Fault]:
    """All that is wrong with an assessment of these messages by this rubric."""
    criteria = {criterion.id: criterion for criterion in rubric}
    seen: set[str] = set()
    faults: list[Fault] = []
    for number, result in enumerate(results):
        place = f"criteria[{number}]"
        if result.id not in criteria:
            known = ", ".join(criteria)
            faults.append(Fault(f"{place}.id", f"the rubric has no such criterion, only: {known}"))
        elif result.id in seen:
            faults.append(Fault(f"{place}.id", "this criterion stands here twice"))
        else:
            faults += _level_faults(place, result, criteria[result.id])
        seen.add(result.id)
        faults += _quotation_faults(place, result, messages)
        subject = remarks_on(result.note) if result.note else None
        if subject is not None:
            faults.append(Fault(f"{place}.note", _off_limits(subject)))
    return faults


def _level_faults(
    place: str, result: CriterionResult, criterion: RubricCriterion
) -> Iterator[Fault]:
    if result.level is None:
        return
    if result.level > len(criterion.levels):
        yield Fault(f"{place}.level", f"the rubric has levels 1 to {len(criterion.levels)}")
    elif result.anchor != criterion.levels[result.level - 1]:
        yield Fault(f"{place}.anchor", "is not the rubric's for this level")
    if not result.quotations:
        yield Fault(f"{place}.quotations", "a level needs at least one quotation")


def _quotation_faults(
    place: str, result: CriterionResult, messages: Sequence[Message]
) -> Iterator[Fault]:
    for side, quotations in (("quotations", result.quotations), ("against", result.against)):
        for number, quotation in enumerate(quotations):
            here = f"{place}.{side}[{number}]"
            wrong = misquoted(quotation, messages)
            if wrong is not None:
                yield Fault(f"{here}.{wrong[0]}", wrong[1])
                continue
            stands = messages[quotation.message].content, quotation.start, quotation.end
            subject = off_limits_at(*stands)
            if subject is not None:
                yield Fault(f"{here}.text", _off_limits(subject))
            elif side == "quotations" and orders_at(*stands):
                yield Fault(f"{here}.text", "is an order to whoever assesses, and no evidence")


def _off_limits(subject: str) -> str:
    return (
        f"is about {subject}. Nothing about voice, looks, emotion, age, origin, family or health "
        "counts"
    )


def judged(
    judgements: Sequence[Judgement], rubric: Sequence[RubricCriterion]
) -> tuple[CriterionResult, ...]:
    """A person's judgements as results, with the names and anchors of the rubric; `faults_in` says
    which of them it does not have."""
    criteria = {criterion.id: criterion for criterion in rubric}
    results = []
    for judgement in judgements:
        criterion, level = criteria.get(judgement.id), judgement.level
        levels = criterion.levels if criterion else ()
        anchor = levels[level - 1] if level is not None and level <= len(levels) else None
        name = criterion.name if criterion else ""
        results.append(CriterionResult(**dict(judgement), name=name, anchor=anchor))
    return tuple(results)
