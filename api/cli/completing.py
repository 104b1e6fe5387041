"""Completions by Tab for an interview's id."""

from api.cli.shared import read_log
from api.settings import InvalidSettings
from eventlog.errors import EventLogError

NEWEST_OFFERED = 50


def interview_ids(log: str | None, incomplete: str) -> list[tuple[str, str]]:
    """`last`, and the ids of the newest interviews, each with what a person knows it by. Where the
    log cannot be read there are none: the command itself will say why."""
    try:
        rows = read_log(log, lambda log: log.overviews(limit=NEWEST_OFFERED))
    except (EventLogError, InvalidSettings):
        return []
    known = [(row.interview_id, f"{row.role}, {row.started_at[:10]}, {row.state}") for row in rows]
    newest = [("last", "the newest interview")] if known else []
    return [(id, what) for id, what in newest + known if id.startswith(incomplete)]
