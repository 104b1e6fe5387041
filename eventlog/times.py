"""Times as the log and the wire write them: UTC, RFC 3339, milliseconds, `Z`."""

import re
from datetime import UTC, datetime

WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def utc_now() -> datetime:
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """`moment`, which must know its zone, as "2026-01-05T10:30:00.000Z"."""
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(time: str) -> datetime:
    """The moment that `to_text` wrote. Raises ValueError."""
    if not WRITTEN.fullmatch(time):
        raise ValueError(f"{time!r:.60} is no time in UTC with milliseconds")
    return datetime.fromisoformat(time)


def is_time(time: str) -> bool:
    """Whether `to_text` can have written it."""
    try:
        return bool(from_text(time))
    except ValueError:
        return False
