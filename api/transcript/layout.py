"""A transcript in words for a person: headings, facts and sentences, not yet in any format.

What a hiring manager reads comes first: the summary, the assessments and the conversation. Where
the words came from, the events and the evidence stand in an appendix. What others wrote stands in
`Untrusted`, so that a format can tell it from our own text; our own text holds nothing that
Markdown or HTML could take for markup.
"""

from collections.abc import Iterator

from api.transcript.appendix import appendix
from api.transcript.assessed import assessments
from api.transcript.blocks import Block, Line, Quote, Section, TranscriptLayout, Untrusted
from api.transcript.conversation import ERASED, conversation
from api.transcript.document import Entry, Transcript
from api.transcript.evidence import Evidence
from api.transcript.moments import counted, moment
from statemachine.states import State

STATES: dict[State, str] = {
    State.STARTED: "started; no question was asked yet",
    State.QUESTIONING: "under way",
    State.COMPLETE: "complete",
}


def lay_out(transcript: Transcript, evidence: Evidence | None = None) -> TranscriptLayout:
    """The transcript in words, with the evidence for it if there is any."""
    return TranscriptLayout(
        title=_title(transcript),
        facts=tuple(_facts(transcript)),
        notices=tuple(_notices(transcript)),
        sections=(
            _summary(transcript),
            *assessments(transcript),
            *conversation(transcript),
            *appendix(transcript, evidence),
        ),
    )


def _title(transcript: Transcript) -> Line:
    title: Line = ("Interview transcript: ", Untrusted(transcript.role))
    if transcript.candidate_name is None:
        return title
    return (*title, ", ", Untrusted(transcript.candidate_name))


def _facts(transcript: Transcript) -> Iterator[tuple[str, Line]]:
    yield "Role", (Untrusted(transcript.role),)
    if transcript.candidate_name is not None:
        yield "Candidate", (Untrusted(transcript.candidate_name),)
    yield "Adopted" if transcript.adopted else "Started", (moment(transcript.started_at),)
    if transcript.ended_at is not None:
        yield "Ended", (moment(transcript.ended_at),)
    yield "Status", (_state(transcript),)
    asked, total = transcript.questions_asked, transcript.total_questions
    yield "Questions", (f"{asked} of {total} asked, {transcript.responses_given} answered",)
    yield "Interview", (transcript.interview_id,)


def _state(transcript: Transcript) -> str:
    if transcript.forgotten:
        return f"{ERASED}; before, it was {STATES[transcript.forgotten.state]}"
    return STATES[transcript.state]


def _notices(transcript: Transcript) -> Iterator[Line]:
    forgotten = transcript.forgotten
    if forgotten:
        yield (
            f"The words of this interview were erased on {moment(forgotten.time)}. The log "
            "still shows what happened, and when. Reason: “",
            Untrusted(forgotten.reason),
            "”",
        )
    if transcript.adopted:
        yield (
            "This interview began with a session that the log did not know. Nothing proves "
            "what was said before the session was adopted.",
        )
    if transcript.practice:
        yield ("This interview was practice.",)
    if transcript.on_hold:
        yield ("This interview is on hold: its words cannot be erased.",)


def _summary(transcript: Transcript) -> Section:
    """The newest summary: it covers the most."""
    given = [entry for entry in transcript.entries if entry.kind == "summary-given"]
    blocks = tuple(_summed_up(given[-1])) if given else (("No summary was asked for.",),)
    return Section("Summary", level=2, style="summary", blocks=blocks)


def _summed_up(entry: Entry) -> Iterator[Block]:
    if entry.words is None:
        yield ("The words were erased.",)
        return
    yield Quote(Untrusted(entry.words))
    if entry.questions_asked is not None and entry.responses_given is not None:
        questions = counted(entry.questions_asked, "question")
        yield (f"After {questions} and {counted(entry.responses_given, 'answer')}.",)
    if entry.source is not None:
        model = entry.source.model
        by: Line = (", model ", Untrusted(model)) if model is not None else ()
        yield ("Written by ", Untrusted(entry.source.backend), *by, ".")
