"""An interview's events as the log has them."""

import json
from typing import Any

from pydantic import Field

from eventlog.story import Step, Story
from statemachine.session import InterviewId, Value
from statemachine.states import State


class EventReply(Value):
    """One event. SHA-256 of the salt and of the payload as canonical JSON is the commitment."""

    position: int = Field(description="In the whole log, from 0.")
    version: int = Field(description="In its interview, from 1.")
    kind: str
    schema_version: int
    time: str
    since_start_ms: int = Field(description="Since the interview's first event.")
    state_before: State | None = Field(
        description="Null before the first event, and where it cannot be told because words "
        "were forgotten."
    )
    state_after: State | None
    payload: dict[str, Any] | None = Field(description="Null where the words were forgotten.")
    commitment: str = Field(description="In hexadecimal, like `leaf` and `salt`.")
    leaf: str
    salt: str | None

    @classmethod
    def of(cls, step: Step) -> "EventReply":
        record = step.record
        return cls(
            position=record.position,
            version=record.version,
            kind=record.kind,
            schema_version=record.schema_version,
            time=record.time,
            since_start_ms=step.since_start_ms,
            state_before=None if step.before is State.NEW else step.before,
            state_after=step.after,
            payload=None if record.payload is None else json.loads(record.payload),
            commitment=record.commitment.hex(),
            leaf=record.leaf.hex(),
            salt=None if record.salt is None else record.salt.hex(),
        )


class EventsReply(Value):
    """All that happened in an interview, oldest first."""

    interview_id: InterviewId
    events: list[EventReply]

    @classmethod
    def of(cls, interview_id: str, story: Story) -> "EventsReply":
        return cls(interview_id=interview_id, events=[EventReply.of(step) for step in story.steps])
