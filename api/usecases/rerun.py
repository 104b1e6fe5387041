"""Re-run: conducts a recorded interview again with the recorded candidate's answers, and compares
each new reply with the recorded one.

A re-run on the recording asks no model, and every session must come out as it was recorded, byte
for byte. Events outside the conversation (refusals, holds) are left out, and so is an answer whose
reply was never recorded.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import assert_never
from uuid import uuid4

from api.usecases.callers import EVERYBODY
from api.usecases.conductor import Budgets, Conductor
from api.usecases.errors import UnknownModel
from api.usecases.recordings import recording_of
from api.usecases.results import Reply
from backends.chain import Chain
from backends.pace import Pace
from backends.recording import RecordedInterviewer
from backends.templates import Templates
from eventlog.memory import MemoryEventLog
from eventlog.records import Record, interview_of
from eventlog.story import session_at_version
from statemachine.brief import Brief
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Event,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.session import Config, Session

REPLY_SECONDS = 4.5
"""The time for a reply. A recording that is played at once needs none of it."""


Spoken = QuestionAsked | QuestionKept | InterviewCompleted | SummaryGiven

Rerun = Callable[[Sequence[Record]], AsyncIterator["Exchange"]]
"""Conducts the interview of these records again, one exchange at a time. The records must still
have their words."""


@dataclass(frozen=True)
class Utterance:
    """One reply of the interviewer, and the client's session after it as JSON text."""

    event: Spoken
    session: str

    @property
    def move(self) -> str:
        """The move that the reply made, without its words."""
        event = self.event
        match event:
            case QuestionAsked():
                return f"question {event.number}"
            case QuestionKept():
                return f"question {event.number} kept, {event.purpose}"
            case InterviewCompleted():
                return f"closing, {event.ending}"
            case SummaryGiven():
                asked, answered = event.questions_asked, event.responses_given
                return f"summary of {asked} asked, {answered} answered"
            case _:
                assert_never(event)


@dataclass(frozen=True)
class Exchange:
    """A recorded answer (None at the opening and before a summary), the recorded reply, and the new
    reply (None if the new interview is already over)."""

    answer: str | None
    recorded: Utterance
    new: Utterance | None

    @property
    def is_same_move(self) -> bool:
        return self.new is not None and self.new.move == self.recorded.move

    @property
    def is_same_words(self) -> bool:
        return self.new is not None and self.new.event.content == self.recorded.event.content

    @property
    def is_identical(self) -> bool:
        """True if the client sees the same, to the last byte of the session."""
        same_session = self.new is not None and self.new.session == self.recorded.session
        return same_session and self.is_same_move and self.is_same_words


async def on_recording(records: Sequence[Record]) -> AsyncIterator[Exchange]:
    """A `Rerun` on the recording alone. It asks no model and sends nothing."""
    recording = recording_of(records)
    began = records[0].moment
    first = records[0].event

    async def recorded_model(asked: str | None) -> str | None:
        return asked

    def begin(config: Config, brief: Brief | None, _: str | None) -> InterviewStarted:
        # The recorded prompt: a release may change its own, and the session holds it.
        assert isinstance(first, InterviewStarted)
        return InterviewStarted(config=config, messages=first.messages, brief=brief)

    conductor = Conductor(
        MemoryEventLog(),
        Chain(
            [],
            Templates(),
            offline_reason=lambda name: None,
            source_of=lambda model: None,
            recording=RecordedInterviewer(recording, Pace.INSTANT),
        ),
        recorded_model,
        begin,
        now=lambda: began,
        budgets=Budgets(REPLY_SECONDS),
        strict=False,
    )
    config = interview_of(records).config
    async for exchange in _conducted(records, conductor, config, records[0].interview_id):
        yield exchange


def on_conductor(
    conductor: Conductor, choose_model: Callable[[str | None], Awaitable[str | None]]
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
    brief = interview_of(records).brief
    for record in records:
        match record.event:
            case SessionAdopted(session=adopted):
                session = adopted.model_copy(update={"interview_id": id})
            case AnswerGiven(content=content):
                answer = content
            case QuestionAsked() | QuestionKept() | InterviewCompleted() as event:
                new = None
                if session is None or not session.is_complete:
                    reply = await _reply(conductor, session, answer, config, brief, id)
                    session = reply.session
                    new = _said(reply.record.event, session)
                yield Exchange(answer, _recorded(event, records, record.version), new)
                answer = None
            case SummaryGiven() as event:
                assert session is not None, "there is no summary before the first question"
                summary = await conductor.sum_up(EVERYBODY, session)
                new = Utterance(summary.event, session.to_json())
                yield Exchange(None, _recorded(event, records, record.version), new)
            case InterviewStarted() | SessionRefused() | ContentForgotten():
                pass  # nobody says anything
            case InterviewHeld() | InterviewReleased() | InterviewExported() | ReplyInterrupted():
                pass
            case AssessmentGiven():
                pass  # by those who listened, of whom the conversation knows nothing
            case _:
                assert_never(record.event)


async def _reply(
    conductor: Conductor,
    session: Session | None,
    answer: str | None,
    config: Config,
    brief: Brief | None,
    id: str,
) -> Reply:
    if session is None:
        return await conductor.start(EVERYBODY, config, id, brief)
    assert answer is not None, "the interviewer's words follow an answer"
    return await conductor.respond(EVERYBODY, session, answer)


def _recorded(event: Spoken, records: Sequence[Record], version: int) -> Utterance:
    session = session_at_version(records, version)
    assert session is not None, "the client holds a session once something was said"
    return Utterance(event, session.to_json())


def _said(event: Event, session: Session) -> Utterance:
    assert isinstance(event, QuestionAsked | QuestionKept | InterviewCompleted)
    return Utterance(event, session.to_json())
