"""A recorded interview conducted again, by the gateway's own conductor, with the answers that
the recorded candidate gave: turn by turn what was said then beside what is said now.

On the recording alone no model is asked, and every session must come out as it was recorded,
byte for byte. What is no part of the conversation (refusals, holds) is left out, and so is an
answer whose reply was never recorded.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from api.usecases.conductor import Conductor
from api.usecases.interviewer import Reply
from api.usecases.recordings import recording_of
from api.usecases.refusals import UnknownModel
from backends.chain import Chain
from backends.recording import Pace, RecordingBackend
from backends.templates import TemplatesBackend
from eventlog.memory import MemoryEventLog
from eventlog.records import Record, interview_of
from eventlog.story import session_at_version
from statemachine.events import (
    AnswerGiven,
    Event,
    InterviewCompleted,
    InterviewStarted,
    QuestionAsked,
    SessionAdopted,
    SummaryGiven,
)
from statemachine.session import Config, Session

REPLY_SECONDS = 4.5
"""What a reply may take where nothing takes any time."""


Spoken = QuestionAsked | InterviewCompleted | SummaryGiven

Rerun = Callable[[Sequence[Record]], AsyncIterator["Exchange"]]
"""Conducts the interview of these records again, an exchange at a time; its words must be there
still."""


@dataclass(frozen=True)
class Said:
    """What the interviewer said, and the session that the client held then, as the wire has it."""

    event: Spoken
    session: str

    @property
    def move(self) -> str:
        """What the words did to the interview, whatever they were."""
        event = self.event
        match event:
            case QuestionAsked():
                return f"question {event.number}"
            case InterviewCompleted():
                return f"closing, {event.ending}"
        return f"summary of {event.questions_asked} asked, {event.responses_given} answered"


@dataclass(frozen=True)
class Exchange:
    """What the candidate said (None at the opening and before a summary), what the interviewer
    once replied, and what it replies now: None where the new interview is over already."""

    answer: str | None
    recorded: Said
    new: Said | None

    @property
    def is_same_move(self) -> bool:
        return self.new is not None and self.new.move == self.recorded.move

    @property
    def is_same_words(self) -> bool:
        return self.new is not None and self.new.event.content == self.recorded.event.content

    @property
    def is_identical(self) -> bool:
        """True if nothing differs that the client sees, to the last byte of the session."""
        same_session = self.new is not None and self.new.session == self.recorded.session
        return same_session and self.is_same_move and self.is_same_words


async def on_recording(records: Sequence[Record]) -> AsyncIterator[Exchange]:
    """A `Rerun` in which only the recording speaks. No model is asked, nothing is sent."""
    recording = recording_of(records)
    began = records[0].moment
    first = records[0].event

    async def recorded_model(asked: str | None) -> str | None:
        return asked

    def begin(config: Config) -> InterviewStarted:
        # The recorded prompt: a release may change its own, and the session holds it.
        assert isinstance(first, InterviewStarted)
        return InterviewStarted(config=config, messages=first.messages)

    conductor = Conductor(
        MemoryEventLog(),
        Chain(
            [],
            TemplatesBackend(),
            offline_reason=lambda name: None,
            source_of=lambda model: None,
            recording=RecordingBackend(recording, Pace.INSTANT),
        ),
        recorded_model,
        begin,
        now=lambda: began,
        reply_seconds=REPLY_SECONDS,
        strict=False,
    )
    config = interview_of(records).config
    async for exchange in _conducted(records, conductor, config, records[0].interview_id):
        yield exchange


def on_conductor(
    conductor: Conductor, choose_model: Callable[[str | None], Awaitable[str]]
) -> Rerun:
    """A `Rerun` in which this conductor's backends speak. Its interviews are new ones.

    `choose_model` gives the model for the recorded one. Raises UnknownModel for one that nobody
    has any more: then it is asked for any.
    """

    async def rerun(records: Sequence[Record]) -> AsyncIterator[Exchange]:
        config = interview_of(records).config
        try:
            model = await choose_model(config.model)
        except UnknownModel:
            model = await choose_model(None)
        config = config.model_copy(update={"model": model})
        async for exchange in _conducted(records, conductor, config, str(uuid4())):
            yield exchange

    return rerun


async def _conducted(
    records: Sequence[Record], conductor: Conductor, config: Config, id: str
) -> AsyncIterator[Exchange]:
    session: Session | None = None
    answer: str | None = None
    for record in records:
        match record.event:
            case SessionAdopted(session=adopted):
                session = adopted.model_copy(update={"interview_id": id})
            case AnswerGiven(content=content):
                answer = content
            case QuestionAsked() | InterviewCompleted() as event:
                new = None
                if session is None or not session.is_complete:
                    reply = await _reply(conductor, session, answer, config, id)
                    session = reply.session
                    new = _said(reply.record.event, session)
                yield Exchange(answer, _recorded(event, records, record.version), new)
                answer = None
            case SummaryGiven() as event:
                assert session is not None, "there is no summary before the first question"
                summary = await conductor.sum_up(session)
                new = Said(summary.event, session.to_json())
                yield Exchange(None, _recorded(event, records, record.version), new)


async def _reply(
    conductor: Conductor, session: Session | None, answer: str | None, config: Config, id: str
) -> Reply:
    if session is None:
        return await conductor.start(config, id)
    assert answer is not None, "the interviewer's words follow an answer"
    return await conductor.respond(session, answer)


def _recorded(event: Spoken, records: Sequence[Record], version: int) -> Said:
    session = session_at_version(records, version)
    assert session is not None, "the client holds a session once something was said"
    return Said(event, session.to_json())


def _said(event: Event, session: Session) -> Said:
    assert isinstance(event, QuestionAsked | InterviewCompleted)
    return Said(event, session.to_json())
