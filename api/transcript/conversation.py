"""The conversation of a transcript, question by question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from api.transcript.blocks import Block, Quote, Section, Untrusted
from api.transcript.document import Entry, Transcript
from statemachine.events import Ending

ENDINGS = {
    Ending.ALL_ANSWERED: "All questions were answered.",
    Ending.CLOSED_BY_INTERVIEWER: "The interviewer closed the interview before all questions "
    "were answered.",
    Ending.STOPPED_BY_CANDIDATE: "The candidate asked to stop, and confirmed it.",
}

INTERVIEWER = "Interviewer"
CANDIDATE = "Candidate"
NOT_VOUCHED_FOR = "not proved"
ERASED = "erased"

BEGINS = frozenset({"question-asked", "interview-completed"})
"""What the interviewer says under a heading of its own."""

SPEAKERS = {
    "question-asked": (INTERVIEWER, "interviewer"),
    "question-kept": (INTERVIEWER, "interviewer"),
    "answer-given": (CANDIDATE, "candidate"),
    "interview-completed": (INTERVIEWER, "interviewer"),
}
"""Who speaks in an event of this kind, and how that looks."""


@dataclass
class _Turns:
    """A question, or the closing, and all that was said until the next one."""

    first: Entry
    said: list[Entry] = field(default_factory=list)


def conversation(transcript: Transcript) -> Iterator[Section]:
    """The section of the conversation, and one for each question and for the closing."""
    turns = list(_turns(transcript.entries))
    nothing: tuple[Block, ...] = () if turns else (("Nothing was said yet.",),)
    yield Section("Conversation", level=2, style="part", blocks=nothing)
    for each in turns:
        yield _section(each)


def _turns(entries: Sequence[Entry]) -> Iterator[_Turns]:
    current: _Turns | None = None
    for entry in entries:
        if entry.kind not in SPEAKERS:
            continue
        if current is None or entry.kind in BEGINS:
            if current is not None:
                yield current
            current = _Turns(entry)
        current.said.append(entry)
    if current is not None:
        yield current


def _section(turns: _Turns) -> Section:
    first = turns.first
    is_closing = first.kind == "interview-completed"
    blocks: list[Block] = [block for entry in turns.said for block in _blocks(entry, first)]
    if first.ending is not None:
        blocks.append((ENDINGS[first.ending],))
    return Section(
        heading="Closing" if is_closing else f"Question {first.number}",
        style="closing" if is_closing else "question",
        mark=mark(first),
        blocks=tuple(blocks),
    )


def _blocks(entry: Entry, first: Entry) -> Iterator[Block]:
    label, style = SPEAKERS[entry.kind]
    if entry.forgotten:
        yield (f"{label}: the words were erased.",)
        return
    if entry.words is None:
        return
    if (is_marked := mark(entry)) and is_marked != mark(first):
        label = f"{label} ({is_marked})"
    yield Quote(Untrusted(entry.words), label, style)


def mark(entry: Entry) -> str | None:
    """The warning that stands beside an entry."""
    if entry.forgotten:
        return ERASED
    return None if entry.vouched_for else NOT_VOUCHED_FOR
