"""`interview-gateway interviews`: the list of interviews."""

import json
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from api.cli.terminal import console, print_json
from api.transcript.escaping import escape_line
from eventlog.protocol import InterviewList
from eventlog.readmodels import Overview
from statemachine.session import Role
from statemachine.states import State

SHORT_ID = 8
STATE_STYLES = {"complete": "green", "questioning": "yellow", "started": "yellow"}


async def list_interviews(
    log: InterviewList,
    *,
    state: State | None,
    role: Role | None,
    limit: int,
    as_json: bool,
) -> None:
    """Print the newest `limit` interviews, newest first."""
    rows = await log.overviews(state=state, role=role, limit=limit + 1)
    shown = rows[:limit]
    if as_json:
        from api.http.wire.history import InterviewOverview

        listed = [InterviewOverview.of(row).model_dump(mode="json", by_alias=True) for row in shown]
        print_json(json.dumps({"interviews": listed}, ensure_ascii=False, indent=2))
        return
    out = console()
    if not shown:
        out.print("No interviews" + (" of that kind." if state or role else " yet."))
        return
    out.print(_table(shown))
    if len(rows) > limit:
        out.print(f"… and older ones: --limit {limit * 5} shows more.")


def _table(rows: Sequence[Overview]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("ID", no_wrap=True, min_width=SHORT_ID)
    for name in ("STARTED (UTC)", "ROLE", "STATE", "ASKED"):
        table.add_column(name, no_wrap=True)
    for name in ("MODEL", "WORDS FROM", ""):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            row.interview_id[:SHORT_ID],
            row.started_at[:16].replace("T", " "),
            row.role,
            Text(row.state, STATE_STYLES.get(row.state, "dim")),
            f"{row.questions_asked} of {row.total_questions}",
            Text(escape_line(row.model or "-")),
            Text(escape_line(", ".join(row.sources) or "-")),
            _marks(row),
        )
    return table


def _marks(row: Overview) -> str:
    marks = {"adopted": row.adopted, "on hold": row.on_hold}
    return ", ".join(mark for mark, applies in marks.items() if applies)
