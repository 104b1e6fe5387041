"""`interview-gateway interviews` and `replay`: what the log tells."""

import asyncio
from typing import Annotated

import typer

from api.cli.commands.options import JsonOption, LogOption
from api.cli.formats import RerunWith
from api.cli.shared import plain_errors, read_log
from statemachine.session import Role
from statemachine.states import State

MANY = typer.Option(min=1, max=1_000_000, help="How many, newest first.")


def interviews(
    state: Annotated[State | None, typer.Option(help="Only interviews in this state.")] = None,
    role: Annotated[Role | None, typer.Option(help="Only interviews for this role.")] = None,
    limit: Annotated[int, MANY] = 20,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the interviews, newest first."""
    from api.cli.interviews import list_interviews

    with plain_errors():
        read_log(
            log,
            lambda log: list_interviews(log, state=state, role=role, limit=limit, as_json=as_json),
        )


def replay(
    named: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An interview: its id, how that begins, last for the newest, or an exported "
            "file. With --rerun also a folder of these.",
        ),
    ],
    at: Annotated[
        int | None,
        typer.Option(metavar="VERSION", help="Show the session as the client held it then."),
    ] = None,
    diff: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="OLD NEW", help="Show what changed between two versions."),
    ] = None,
    pace: Annotated[
        float | None,
        typer.Option(min=0.001, help="Play it back: 1 as fast as it was, 4 four times as fast."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show long words whole.")] = False,
    rerun: Annotated[
        bool,
        typer.Option(
            "--rerun", help="Conduct it again with the same answers; exit with 1 if moves differ."
        ),
    ] = False,
    speaker: Annotated[
        RerunWith | None,
        typer.Option("--with", help="Who speaks in a re-run instead of this gateway's backends."),
    ] = None,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the story of one interview: each event with its time, the states, who supplied the
    words and how long that took, and which backends were passed over, and why.

    To find out why the last demo was slow: interview-gateway replay last

    To check recorded demos: interview-gateway replay FOLDER --rerun --with recording
    """
    from api.cli import replay as replaying
    from api.cli import sessions
    from api.cli.lookup import records_named

    if speaker and not rerun:
        raise typer.BadParameter("it goes with --rerun", param_hint="--with")
    ways = {"--at": at, "--diff": diff, "--rerun": rerun or None, "--pace": pace}
    given = [option for option, value in ways.items() if value is not None]
    if given == ["--pace"] and as_json:
        given.append("--json")
    if len(given) > 1:
        raise typer.BadParameter(f"it goes without {given[1]}", param_hint=given[0])
    with plain_errors():
        if rerun:
            _rerun(log, named, speaker, as_json=as_json)
            return
        records = records_named(log, named)
        if at is not None:
            sessions.show_session(records, at, as_json=as_json)
        elif diff is not None:
            sessions.show_difference(records, *diff, as_json=as_json)
        elif as_json:
            replaying.print_events(records)
        else:
            asyncio.run(replaying.tell(records, full=full, pace=pace))


def _rerun(log: str | None, named: str, speaker: RerunWith | None, *, as_json: bool) -> None:
    from api.cli.rerun import rerun

    if not rerun(log, named, alone=speaker is RerunWith.RECORDING, as_json=as_json):
        raise typer.Exit(1)
