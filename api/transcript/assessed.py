"""The assessments, between the summary and the conversation."""

from collections.abc import Iterator, Mapping

from api.transcript.blocks import Block, Items, Line, Quote, Section, Untrusted
from api.transcript.conversation import SPEAKERS
from api.transcript.document import Entry, Transcript
from api.transcript.moments import moment
from statemachine.assessment import CriterionResult, Quotation, RefusalReason
from statemachine.events import AssessmentGiven

NOT_ASSESSED = "not assessed"

REFUSED = {
    RefusalReason.NOT_SAID: "quotations that no answer holds",
    RefusalReason.OFF_LIMITS: "quotations on voice, looks, emotion, age, origin, family or health",
    RefusalReason.ORDER: "quotations that give orders to whoever assesses",
    RefusalReason.NO_QUOTATION: "levels without evidence",
    RefusalReason.NO_LEVEL: "levels that the rubric does not have",
    RefusalReason.NO_CRITERION: "criteria that the rubric does not have",
    RefusalReason.UNREADABLE: "replies that could not be read",
    RefusalReason.NO_REPLY: "replies that did not come, or not in time",
}


def in_one_line(event: AssessmentGiven) -> str:
    """Who assessed, and the levels: "By ada: Debugging 3, Ownership not assessed."."""
    who = event.by or (event.origin and (event.origin.model or event.origin.backend)) or "nobody"
    levels = ", ".join(f"{r.name} {r.level or NOT_ASSESSED}" for r in event.criteria)
    return f"By {who}: {levels}."


def assessments(transcript: Transcript) -> Iterator[Section]:
    """A section of level 2 for each assessment, and below it one of level 3 for each criterion."""
    questions = _questions(transcript)
    for entry in transcript.entries:
        if entry.kind != "assessment-given":
            continue
        about = ("The words were erased.",) if entry.forgotten else _made_by(entry, transcript)
        yield Section("Assessment", level=2, style="part", blocks=(about,))
        for result in entry.criteria or ():
            yield Section(
                _heading(result), style="assessment", blocks=tuple(_blocks(result, questions))
            )


def _questions(transcript: Transcript) -> Mapping[int, int]:
    """The question that each message belongs to. A reader sees no messages' indices."""
    questions: dict[int, int] = {}
    at = 0
    for entry in transcript.entries:
        if entry.messages is not None:
            at += len(entry.messages)
        elif entry.kind in SPEAKERS:
            if entry.number is not None:
                questions[at] = entry.number
            at += 1
    return questions


def _made_by(entry: Entry, transcript: Transcript) -> Line:
    by = entry.by or (entry.source and (entry.source.model or entry.source.backend)) or "nobody"
    when = f", {moment(entry.time, transcript.started_at)}" if entry.time else ""
    rubric = (Untrusted(entry.kit or ""), ", version ", Untrusted((entry.kit_version or "")[:12]))
    return ("By ", Untrusted(by), f"{when}, against the rubric of the kit ", *rubric, ".")


def _heading(result: CriterionResult) -> str:
    level = NOT_ASSESSED if result.level is None else f"level {result.level}"
    return f"{result.name}: {level}"


def _blocks(result: CriterionResult, questions: Mapping[int, int]) -> Iterator[Block]:
    if result.anchor is not None:
        yield (Untrusted(result.anchor),)
    elif result.not_asked:
        yield ("No question was there for it.",)
    yield from (_quote("Rests on", q, questions) for q in result.quotations)
    yield from (_quote("Against it", q, questions) for q in result.against)
    if result.note is not None:
        yield ("Note: ", Untrusted(result.note))
    if result.level is None and result.answers:
        yield Items(tuple(_to_read(result, questions)))
    if result.refused:
        dropped = (f"Dropped: {r.count} × {REFUSED[r.reason]}." for r in result.refused)
        yield Items(tuple((line,) for line in dropped))


def _quote(what: str, quotation: Quotation, questions: Mapping[int, int]) -> Quote:
    place = f"answer to question {questions[quotation.message]}"
    return Quote(Untrusted(quotation.text), f"{what} ({place})", "candidate")


def _to_read(result: CriterionResult, questions: Mapping[int, int]) -> Iterator[Line]:
    for answer in result.answers:
        wanted = "; ".join(answer.listen_for)
        yield (
            f"Read the answer to question {questions[answer.message]}. Listen for: ",
            Untrusted(wanted),
        )
