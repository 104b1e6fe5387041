"""The appendix of a transcript: where the words came from, the events, the evidence, the prompt."""

from collections.abc import Iterator

from api.transcript.blocks import Block, Items, Line, Quote, Section, Untrusted
from api.transcript.document import Entry, PassedOver, Source, Took, Transcript
from api.transcript.evidence import Evidence
from api.transcript.moments import counted, moment
from statemachine.commands import OPENING_WORDS
from statemachine.durations import duration_text
from statemachine.events import ExportFormat
from statemachine.session import Speaker

EXPORTS = {
    ExportFormat.BUNDLE: "Somebody got a copy with its proofs.",
    ExportFormat.MARKDOWN: "Somebody got a transcript in Markdown.",
    ExportFormat.HTML: "Somebody got a transcript to print.",
    ExportFormat.PDF: "Somebody got a transcript as a PDF.",
}

NAMES = {
    "interview-started": "Interview started",
    "question-asked": "Question",
    "question-kept": "Kept to question",
    "answer-given": "Answer",
    "interview-completed": "Closing",
    "summary-given": "Summary",
    "session-adopted": "Session adopted",
    "session-refused": "Session refused",
    "interview-held": "Put on hold",
    "interview-released": "Hold lifted",
    "content-forgotten": "Words erased",
    "reply-interrupted": "Reply interrupted",
    "interview-exported": "Exported",
    "assessment-given": "Assessment",
}
"""What an event of each kind is called."""


def appendix(transcript: Transcript, evidence: Evidence | None) -> Iterator[Section]:
    """Its sections."""
    yield Section("Appendix", level=2, style="part")
    if sources := tuple(_sources(transcript)):
        yield Section("Sources and timings", blocks=sources)
    yield Section("Events", blocks=(Items(tuple(_events(transcript))),))
    if evidence is not None:
        yield Section("Evidence", blocks=tuple(_evidence(evidence)))
    if prompt := tuple(_prompt(transcript)):
        yield Section("Instructions to the interviewer", style="opening", blocks=prompt)


def name_of(entry: Entry) -> str:
    """What the entry is called, with its number."""
    name = NAMES[entry.kind]
    return name if entry.number is None else f"{name} {entry.number}"


def _sources(transcript: Transcript) -> Iterator[Block]:
    if transcript.model is not None:
        yield ("The interview was started with the model ", Untrusted(transcript.model), ".")
    lines = [
        (f"{name_of(entry)}. ", *line)
        for entry in transcript.entries
        if entry.source is not None
        for line in (
            *source_lines(entry.source),
            *(_passed_over(attempt) for attempt in entry.source.passed_over),
        )
    ]
    if lines:
        yield Items(tuple(lines))


def source_lines(source: Source) -> Iterator[Line]:
    """Sentences that say where words came from."""
    speed = f"; {_took(source.took)}" if source.took else ""
    took = f", in {duration_text(source.elapsed_ms)}{speed}."
    yield ("From ", Untrusted(source.backend), *_model(source.model), took)
    if source.completed_by is not None:
        yield ("The question is from ", Untrusted(source.completed_by), ".")
    if source.trimmed is not None:
        answers = counted(source.trimmed, "early answer")
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
        parts.append(counted(took.tokens, "token"))
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


def _events(transcript: Transcript) -> Iterator[Line]:
    for entry in transcript.entries:
        if entry.time is not None:
            yield (
                f"Event {entry.version}, {moment(entry.time, transcript.started_at)}. "
                f"{name_of(entry)}.",
                *(part for line in _what_happened(entry) for part in (" ", *line)),
            )


def _what_happened(entry: Entry) -> Iterator[Line]:
    if entry.forgotten:
        yield ("The words were erased.",)
    elif entry.kind == "reply-interrupted":
        words = Untrusted(entry.words or "")
        yield ("The reply was interrupted after the candidate saw these words: “", words, "”.")
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
    if entry.by is not None:
        yield ("By “", Untrusted(entry.by), "”.")


def _evidence(evidence: Evidence) -> Iterator[Block]:
    yield (
        "The event log holds each event under a hash (SHA-256). A checkpoint signs all events up "
        "to one moment. A copy in JSON has the proofs that join the two, and can be checked "
        "without the gateway.",
    )
    yield Items(
        tuple(
            (f"Event {version}, position {position} in the log: {leaf}",)
            for version, position, leaf in evidence.leaves
        )
    )
    if evidence.checkpoint is None:
        yield ("There is no checkpoint here, because the log’s signing key is missing.",)
    else:
        yield Quote(Untrusted(evidence.checkpoint), "Checkpoint", "code")


def _prompt(transcript: Transcript) -> Iterator[Block]:
    for entry in transcript.entries:
        if entry.kind == "interview-started" and entry.forgotten:
            yield ("The words were erased.",)
        for message in entry.messages or ():
            if message.role is Speaker.SYSTEM:
                yield Quote(Untrusted(message.content), None, "code")
            elif message.content != OPENING_WORDS:
                # Nobody said it: a program sends it so that a model begins.
                yield Quote(Untrusted(message.content), "Sent to begin the interview", "code")
