"""Times and numbers, as a person reads them."""

from datetime import datetime

from eventlog.times import from_text


def counted(count: int, what: str) -> str:
    """ "1 answer", "2 answers"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def moment(time: str, start: str | None = None) -> str:
    """A time for a person, in UTC; without the date where that is the start's."""
    at = from_text(time)
    is_same_day = start is not None and at.date() == from_text(start).date()
    return _clock(at) if is_same_day else f"{at:%Y-%m-%d} {_clock(at)}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S} UTC"
