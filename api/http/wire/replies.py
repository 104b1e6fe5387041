"""A reply that is shown as it comes: the data of its server-sent events."""

from typing import Literal

from pydantic import Field

from api.usecases.results import Reply, Summary
from eventlog.records import Record
from statemachine.session import Role, Session, Value


class StatusEvent(Value):
    """What is being waited for. It comes when that changes, and each second while nothing else
    does."""

    phase: Literal["queued", "loading", "reading", "writing"]
    backend: str
    model: str | None = None
    elapsed_ms: int = Field(description="Since the phase began.")


class DeltaEvent(Value):
    """The next words. All since the last `reset`, put together, are the reply."""

    text: str


class ResetEvent(Value):
    """Show this in place of all that was shown of the reply."""

    text: str
    reason: str


class EventPlace(Value):
    """Where the reply stands in the log."""

    position: int | None = Field(
        None, description="Not told to a candidate who has signed in: it counts what others say."
    )
    leaf: str = Field(description="Its RFC 6962 leaf hash, in hexadecimal.")

    @classmethod
    def of(cls, record: Record, *, with_position: bool) -> "EventPlace":
        return cls(position=record.position if with_position else None, leaf=record.leaf.hex())


class ReplyDoneEvent(Value):
    """The reply is in the log. `session` is what the plain endpoint answers."""

    session: Session
    event: EventPlace

    @classmethod
    def of(cls, reply: Reply, *, with_position: bool) -> "ReplyDoneEvent":
        event = EventPlace.of(reply.record, with_position=with_position)
        return cls(session=reply.session, event=event)


class SummaryDoneEvent(Value):
    """The summary is in the log. Beside `event`, it is what the plain endpoint answers."""

    summary: str
    role: Role
    questions_asked: int
    responses_given: int
    timestamp: str
    event: EventPlace

    @classmethod
    def of(cls, summary: Summary, *, with_position: bool) -> "SummaryDoneEvent":
        return cls(
            summary=summary.event.content,
            role=summary.config.role,
            questions_asked=summary.event.questions_asked,
            responses_given=summary.event.responses_given,
            timestamp=summary.record.time,
            event=EventPlace.of(summary.record, with_position=with_position),
        )
