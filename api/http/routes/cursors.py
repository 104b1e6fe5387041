"""Where the next page of a list begins, as `next` and `cursor` tell it: by a position in the log.
Positions count what others say, so that candidates get the id of the interview there instead, which
is one of their own."""

from fastapi.exceptions import RequestValidationError

from api.http.wire.history import NO_CURSOR
from eventlog.protocol import EventLog
from statemachine.states import State


async def cursor_at(position: int | None, log: EventLog, owner: str | None) -> str | None:
    """The `next` of a page that is followed by what began before this position; None where nothing
    is. Raises LogUnavailable or LogCorrupted."""
    if position is None:
        return None
    if owner is None:
        return str(position)
    [first] = await log.records_from(position, 1)
    return first.interview_id


async def position_of(cursor: str | None, log: EventLog, owner: str | None) -> int | None:
    """The position before which the interviews of a page began; None for the newest. Raises
    RequestValidationError for what is no `next`, LogUnavailable or LogCorrupted."""
    if cursor is None:
        return None
    if owner is None and cursor.isdecimal():
        return int(cursor)
    row = await log.overview(cursor)
    if row is None or not await _may_know(cursor, row.state, log, owner):
        raise RequestValidationError(
            [{"type": "value", "loc": ("query", "cursor"), "msg": NO_CURSOR, "input": cursor}]
        )
    return row.first_position


async def _may_know(interview_id: str, state: State, log: EventLog, owner: str | None) -> bool:
    # Whose a forgotten one was is forgotten too. It may have been theirs a moment ago.
    if owner is None or state is State.FORGOTTEN:
        return True
    return await log.was_started_by(owner, interview_id)
