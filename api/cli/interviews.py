"""`interview-gateway interviews`: the list of interviews."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.cli.terminal import WHOLE, console, print_json
from api.transcript.escaping import escape_line
from eventlog.protocol import InterviewList
from eventlog.readmodels import Overview, OverviewPage
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
    practice: bool = False,
) -> None:
    """Print the newest `limit` interviews, newest first; those of practice if `practice` asks."""
    found: list[Overview] = []
    page = OverviewPage([])
    while len(found) <= limit:  # one more tells whether there are older ones
        page = await log.overviews(
            state=state,
            role=role,
            before=page.next,
            limit=limit + 1 - len(found),
            practice=None if practice else False,
        )
        found += page.rows
        if page.next is None:
            break
    shown = found[:limit]
    if as_json:
        from api.http.wire.history import InterviewOverview

        listed = [InterviewOverview.of(row).model_dump(mode="json", by_alias=True) for row in shown]
        print_json(json.dumps({"interviews": listed}, ensure_ascii=False, indent=2))
        return
    out = console()
    if not shown:
        out.print("No interviews" + (" of that kind." if state or role else " yet."))
        return
    table = _table(shown)
    unlimited = out.options.update(width=WHOLE)
    if Measurement.get(out, unlimited, table).maximum <= out.width:
        out.print(table)
    else:
        _print_narrow(out, shown)
    if len(found) > limit:
        out.print(f"… and older ones: --limit {limit * 5} shows more.")


def _table(rows: Sequence[Overview]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    names = ("CANDIDATE",) if any(row.candidate_name for row in rows) else ()
    for name in (
        "ID",
        "STARTED (UTC)",
        *names,
        "ROLE",
        "STATE",
        "ASKED",
        "MODEL",
        "WORDS FROM",
        "",
    ):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(
            row.interview_id[:SHORT_ID],
            _started(row),
            *(Text(escape_line(row.candidate_name or "-")) for _ in names),
            Text(escape_line(row.role)),
            _state(row),
            _asked(row),
            Text(escape_line(row.model or "-")),
            Text(escape_line(", ".join(row.sources) or "-")),
            _marks(row),
        )
    return table


def _print_narrow(out: Console, rows: Sequence[Overview]) -> None:
    """Print each interview below its id, in lines that break between words."""
    for row in rows:
        model = f"model {row.model}" if row.model else ""
        sources = f"words from {', '.join(row.sources)}" if row.sources else ""
        facts = ", ".join(filter(None, (f"{_asked(row)} asked", model, sources, _marks(row))))
        out.print(Text.assemble((row.interview_id[:SHORT_ID], "bold"), f"  {_started(row)}"))
        known = escape_line(", ".join(filter(None, (row.candidate_name, row.role))))
        out.print(Padding(Text.assemble(known, ", ", _state(row)), (0, 0, 0, 2), expand=False))
        out.print(Padding(Text(escape_line(facts)), (0, 0, 0, 2), expand=False))


def _started(row: Overview) -> str:
    return row.started_at[:16].replace("T", " ")


def _state(row: Overview) -> Text:
    return Text(row.state, STATE_STYLES.get(row.state, "dim"))


def _asked(row: Overview) -> str:
    return f"{row.questions_asked} of {row.total_questions}"


def _marks(row: Overview) -> str:
    marks = {"practice": row.practice, "adopted": row.adopted, "on hold": row.on_hold}
    return ", ".join(mark for mark, applies in marks.items() if applies)
