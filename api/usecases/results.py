"""What a caller gets of the interviewer: a reply or a summary, and where the log has it."""

from dataclasses import dataclass

from api.usecases.interviews import Interviews
from eventlog.errors import LogCorrupted
from eventlog.protocol import Appended
from eventlog.records import Record
from statemachine.events import SummaryGiven
from statemachine.interview import Interview
from statemachine.session import Config, Session


@dataclass(frozen=True)
class Reply:
    """The session with the interviewer's reply, and the record of that reply."""

    session: Session
    record: Record

    @property
    def text(self) -> str:
        return self.session.messages[-1].content


@dataclass(frozen=True)
class Summary:
    """A summary and the record of it."""

    event: SummaryGiven
    config: Config
    record: Record

    @property
    def text(self) -> str:
        return self.event.content


Result = Reply | Summary


def reply_in(appended: Appended) -> Reply | None:
    """The reply that an append ended with, if it did."""
    interview = appended.interview
    newest = appended.records[-1] if appended.records else None
    if newest is None or interview.awaits_interviewer or interview.said_at[-1] != newest.version:
        return None
    return Reply(interview.session, newest)


async def recorded_reply(interviews: Interviews, interview: Interview, length: int) -> Reply:
    """The reply to the first `length` messages of the interview, which is in the log. Raises
    LogCorrupted if it is not."""
    assert interview.id is not None
    if len(interview.messages) <= length:
        raise LogCorrupted(f"interview {interview.id} has lost words that it just held")
    record = await interviews.record(interview.id, interview.said_at[length])
    return Reply(interview.session_at(length + 1), record)


async def recorded_summary(interviews: Interviews, interview: Interview) -> Summary | None:
    """The summary of the interview as it stands; None if there is none."""
    if interview.summary is None:
        return None
    assert interview.id is not None
    record = await interviews.record(interview.id, interview.summed_up_at)
    return Summary(interview.summary, interview.config, record)
