"""Times as the log and the wire write them: UTC, RFC 3339, milliseconds, `Z`."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """`moment`, which must know its zone, as "2026-01-05T10:30:00.000Z"."""
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(time: str) -> datetime:
    """The moment that `to_text` wrote."""
    return datetime.fromisoformat(time)
