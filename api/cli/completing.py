"""Completions by Tab: an interview's id, and the numbers of its events."""

from api.cli.errors import CommandError
from api.cli.lookup import records_named
from api.cli.shared import read_log
from api.environment import InvalidSettings
from eventlog.errors import EventLogError

NEWEST_OFFERED = 50


def interview_ids(log: str | None, incomplete: str) -> list[tuple[str, str]]:
    """`last`, and the ids of the newest interviews, each with what a person knows it by. Where the
    log cannot be read there are none: the command itself will say why."""
    try:
        rows = read_log(log, lambda log: log.overviews(limit=NEWEST_OFFERED)).rows
    except (EventLogError, InvalidSettings):
        return []
    known = [(row.interview_id, f"{row.role}, {row.started_at[:10]}, {row.state}") for row in rows]
    newest = [("last", "the newest interview")] if known else []
    return [(id, what) for id, what in newest + known if id.startswith(incomplete)]


def versions(log: str | None, named: str | None, incomplete: str) -> list[tuple[str, str]]:
    """The numbers of the interview's events, each with the event's kind."""
    if named is None:
        return []
    try:
        records = records_named(log, named)
    except (CommandError, EventLogError, InvalidSettings):
        return []
    known = [(str(record.version), record.kind) for record in records]
    return [(version, kind) for version, kind in known if version.startswith(incomplete)]
