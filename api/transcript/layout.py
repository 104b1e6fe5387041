"""A transcript in words for a person: headings, facts and sentences, not yet in any format.

What others wrote stands in `Untrusted`, so that a format can tell it from our own text; our own
text holds nothing that Markdown or HTML could take for markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.transcript.document import Entry, PassedOver, Source, Took, Transcript
from eventlog.times import from_text
from statemachine.durations import duration_text
from statemachine.events import Ending, ExportFormat
from statemachine.session import Speaker
from statemachine.states import State


@dataclass(frozen=True)
class Untrusted:
    """Text of a candidate, a client, a backend or whoever keeps the log."""

    text: str


Line = tuple[str | Untrusted, ...]
"""A sentence or two, on one line."""


@dataclass(frozen=True)
class Quote:
    """Something said, with a label where it is not plain who said it."""

    words: Untrusted
    label: str | None = None


@dataclass(frozen=True)
class Section:
    """One entry. `style` is a word of ours for how it looks; `mark` a warning beside the
    heading; `when` is shown, `time` is the same for a machine."""

    style: str
    heading: str
    when: str | None = None
    time: str | None = None
    mark: str | None = None
    said: tuple[Quote, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class TranscriptLayout:
    """The whole transcript."""

    title: str
    facts: tuple[tuple[str, Line], ...]
    notices: tuple[Line, ...]
    sections: tuple[Section, ...]


STATES: dict[State, str] = {
    State.STARTED: "started; no question was asked yet",
    State.QUESTIONING: "under way",
    State.COMPLETE: "complete",
}

ENDINGS = {
    Ending.ALL_ANSWERED: "All questions were answered.",
    Ending.CLOSED_BY_INTERVIEWER: "The interviewer closed the interview before all questions "
    "were answered.",
}

EXPORTS = {
    ExportFormat.BUNDLE: "Somebody got a copy with its proofs.",
    ExportFormat.MARKDOWN: "Somebody got a transcript in Markdown.",
    ExportFormat.HTML: "Somebody got a transcript to print.",
}

SPEAKERS = {
    Speaker.SYSTEM: "Instructions to the interviewer",
    Speaker.USER: "Candidate",
    Speaker.ASSISTANT: "Interviewer",
}

NOT_VOUCHED_FOR = "not proved"
ERASED = "erased"


def lay_out(transcript: Transcript) -> TranscriptLayout:
    """The transcript in words."""
    return TranscriptLayout(
        title=f"Interview transcript: {transcript.role}",
        facts=tuple(_facts(transcript)),
        notices=tuple(_notices(transcript)),
        sections=tuple(_section(entry, transcript) for entry in transcript.entries),
    )


def _facts(transcript: Transcript) -> Iterator[tuple[str, Line]]:
    yield "Role", (transcript.role,)
    if transcript.model is not None:
        yield "Model", (Untrusted(transcript.model),)
    elif transcript.forgotten:
        yield "Model", (ERASED,)
    yield "Interview", (transcript.interview_id,)
    yield "Adopted" if transcript.adopted else "Started", (_moment(transcript.started_at),)
    if transcript.ended_at is not None:
        yield "Ended", (_moment(transcript.ended_at),)
    yield "State", (_state(transcript),)
    asked, total = transcript.questions_asked, transcript.total_questions
    yield "Questions", (f"{asked} of {total} asked, {transcript.responses_given} answered",)


def _state(transcript: Transcript) -> str:
    if transcript.forgotten:
        return f"{ERASED}; before, it was {STATES[transcript.forgotten.state]}"
    return STATES[transcript.state]


def _notices(transcript: Transcript) -> Iterator[Line]:
    forgotten = transcript.forgotten
    if forgotten:
        yield (
            f"The words of this interview were erased on {_moment(forgotten.time)}. The log "
            "still shows what happened, and when. Reason: “",
            Untrusted(forgotten.reason),
            "”",
        )
    if transcript.adopted:
        yield (
            "This interview began with a session that the log did not know. Nothing proves "
            "what was said before the session was adopted.",
        )
    if transcript.on_hold:
        yield ("This interview is on hold: its words cannot be erased.",)


def _section(entry: Entry, transcript: Transcript) -> Section:
    style, heading = _HEADINGS[entry.kind]
    if entry.number is not None:
        heading = f"{heading} {entry.number}"
    return Section(
        style=style,
        heading=heading,
        when=entry.time and _moment(entry.time, transcript.started_at),
        time=entry.time,
        mark=_mark(entry),
        said=tuple(_said(entry)),
        lines=tuple(_lines(entry)),
    )


_HEADINGS = {
    "interview-started": ("opening", "Before the first question"),
    "question-asked": ("question", "Question"),
    "question-kept": ("question", "Interviewer"),
    "answer-given": ("answer", "Answer"),
    "interview-completed": ("closing", "Closing"),
    "summary-given": ("summary", "Summary"),
    "session-adopted": ("event", "Session adopted"),
    "session-refused": ("event", "Session refused"),
    "interview-held": ("event", "Put on hold"),
    "interview-released": ("event", "Hold lifted"),
    "content-forgotten": ("event", "Words erased"),
    "reply-interrupted": ("event", "Reply interrupted"),
    "interview-exported": ("event", "Exported"),
}


def _mark(entry: Entry) -> str | None:
    if entry.forgotten:
        return ERASED
    return None if entry.vouched_for else NOT_VOUCHED_FOR


def _said(entry: Entry) -> Iterator[Quote]:
    for message in entry.messages or ():
        yield Quote(Untrusted(message.content), SPEAKERS[message.role])
    if entry.words is not None:
        yield Quote(Untrusted(entry.words))


def _lines(entry: Entry) -> Iterator[Line]:
    if entry.ending is not None:
        yield (ENDINGS[entry.ending],)
    if entry.questions_asked is not None and entry.responses_given is not None:
        questions = _counted(entry.questions_asked, "question")
        yield (f"After {questions} and {_counted(entry.responses_given, 'answer')}.",)
    if entry.source is not None:
        yield from _source(entry.source)
        yield from (_passed_over(attempt) for attempt in entry.source.passed_over)
    yield from _what_happened(entry)
    if entry.by is not None:
        yield ("By “", Untrusted(entry.by), "”.")


def _source(source: Source) -> Iterator[Line]:
    speed = f"; {_took(source.took)}" if source.took else ""
    took = f", in {duration_text(source.elapsed_ms)}{speed}."
    yield ("From ", Untrusted(source.backend), *_model(source.model), took)
    if source.completed_by is not None:
        yield ("The question is from ", Untrusted(source.completed_by), ".")
    if source.trimmed is not None:
        answers = _counted(source.trimmed, "early answer")
        yield (f"The gateway left out {answers}, because the model's context was full.",)


def _took(took: Took) -> str:
    parts = [
        f"{duration_text(milliseconds)} {phase}"
        for milliseconds, phase in (
            (took.loading_ms, "loading"),
            (took.reading_ms, "reading"),
            (took.writing_ms, "writing"),
        )
        if milliseconds
    ]
    if took.tokens is not None:
        parts.append(_counted(took.tokens, "token"))
    return ", ".join(parts)


def _model(model: str | None) -> Line:
    return (", model ", Untrusted(model)) if model is not None else ()


def _passed_over(attempt: PassedOver) -> Line:
    shown: Line = ()
    if attempt.withdrawn is not None:
        shown = (" The candidate first saw “", Untrusted(attempt.withdrawn), "”.")
    return (
        "Not used: ",
        Untrusted(attempt.backend),
        *_model(attempt.model),
        f" after {duration_text(attempt.elapsed_ms)}, because “",
        Untrusted(attempt.reason),
        "”.",
        *shown,
    )


def _what_happened(entry: Entry) -> Iterator[Line]:
    if entry.forgotten:
        yield ("The words were erased.",)
    elif entry.kind == "reply-interrupted":
        yield ("The reply was interrupted after the candidate saw these words.",)
    elif entry.kind == "session-adopted":
        yield (
            "The log did not know this session. The gateway accepted it as the client posted "
            "it. Nothing proves what was said before this point.",
        )
        if entry.forked_from:
            fork = entry.forked_from
            yield (f"It branches off interview {fork.interview_id} after event {fork.version}.",)
    elif entry.place is not None:
        yield (
            "A client posted a session that differs from the log, and the gateway refused it. "
            "The first difference is at “",
            Untrusted(entry.place),
            "”.",
        )
    elif entry.format is not None:
        yield (EXPORTS[entry.format],)
    elif entry.reason is not None:
        yield ("Reason: “", Untrusted(entry.reason), "”")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _moment(time: str, start: str | None = None) -> str:
    """A time for a person, in UTC; without the date where that is the start's."""
    moment = from_text(time)
    is_same_day = start is not None and moment.date() == from_text(start).date()
    return _clock(moment) if is_same_day else f"{moment:%Y-%m-%d} {_clock(moment)}"


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
