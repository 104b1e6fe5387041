"""`interview-gateway interviews`, `replay`, `session`, `diff` and `rerun`: what the log tells."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

import typer

from api.cli.commands.options import (
    NAMED_OR_FILE,
    NAMED_OR_FILES,
    JsonOption,
    LogOption,
    complete_version,
)
from api.cli.formats import RerunWith
from api.cli.shared import plain_errors, read_log
from statemachine.roles import FIELD_ROLES, Role
from statemachine.states import State

T = TypeVar("T")

ROLES = {role.lower().replace(" ", "-"): role for role in FIELD_ROLES}
"""Each role in one word, as a shell completes it without quotes."""
STATES = {state.value: state for state in State if state is not State.NEW}


def _state(text: str) -> State:
    return _choice(text.lower(), STATES)


def _role(text: str) -> Role:
    """A role by itself, or in one word as the id of a kit for it."""
    word = text.lower().replace(" ", "-")
    if word in ROLES:
        return ROLES[word]
    from api.cli.kits import role_called

    return role_called(word) or text


def _choice(text: str, choices: Mapping[str, T]) -> T:
    if text not in choices:
        raise typer.BadParameter(f"must be one of {', '.join(choices)}, not {text!r}")
    return choices[text]


def interviews(
    state: Annotated[
        State | None,
        typer.Option(
            metavar="STATE",
            parser=_state,
            autocompletion=lambda: list(STATES),
            help=f"Show only this state: {', '.join(STATES)}.",
        ),
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option(
            metavar="ROLE",
            parser=_role,
            autocompletion=lambda: list(ROLES),
            help="Show only this role, such as software-engineer.",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=1_000_000, help="Show at most N interviews."),
    ] = 20,
    practice: Annotated[
        bool, typer.Option("--practice", help="Show candidates' practice, too.")
    ] = False,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the interviews, newest first."""
    with plain_errors():
        from api.cli.interviews import list_interviews

        read_log(
            log,
            lambda log: list_interviews(
                log, state=state, role=role, limit=limit, as_json=as_json, practice=practice
            ),
        )


def replay(
    named: Annotated[str, NAMED_OR_FILE],
    pace: Annotated[
        float | None,
        typer.Option(
            metavar="SPEED",
            min=0.001,
            help="Play it back: 1 is the original speed, 4 is four times as fast.",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Do not shorten long texts.")] = False,
    log: LogOption = None,
    as_json: JsonOption = False,
    at: Annotated[int | None, typer.Option(hidden=True, metavar="VERSION")] = None,
    between: Annotated[
        tuple[int, int] | None, typer.Option("--diff", hidden=True, metavar="OLD NEW")
    ] = None,
    again: Annotated[bool, typer.Option("--rerun", hidden=True)] = False,
    speaker: Annotated[
        RerunWith | None, typer.Option("--with", hidden=True, metavar="recording")
    ] = None,
) -> None:
    """Show what happened in an interview, when and why.

    It shows each event with its time, and the state before and after it.
    It shows which backend supplied the words, and how long it took.
    It names each backend that failed or was skipped, and why.

    Find out why the last demo was slow: interview-gateway replay last"""
    if speaker and not again:
        raise typer.BadParameter("goes with --rerun", param_hint="--with")
    ways = {"--at": at, "--diff": between, "--rerun": again or None, "--pace": pace}
    given = [option for option, value in ways.items() if value is not None]
    if given == ["--pace"] and as_json:
        given.append("--json")
    if len(given) > 1:
        raise typer.BadParameter(f"goes without {given[1]}", param_hint=given[0])
    if full and (as_json or again or at is not None or between is not None):
        other = given[0] if given else "--json"
        raise typer.BadParameter(f"goes without {other}", param_hint="--full")
    if again:
        _say_moved("--rerun", "rerun ID")
        rerun(named, speaker, log, as_json)
    elif at is not None:
        _say_moved("--at", "session ID VERSION")
        session(named, at, log, as_json)
    elif between is not None:
        _say_moved("--diff", "diff ID OLD NEW")
        diff(named, *between, log, as_json)
    else:
        _replay(named, pace, full=full, log=log, as_json=as_json)


def _say_moved(option: str, command: str) -> None:
    typer.echo(
        f"interview-gateway: `replay {option}` ends with the next release; "
        f"use `interview-gateway {command}`",
        err=True,
    )


def _replay(named: str, pace: float | None, *, full: bool, log: str | None, as_json: bool) -> None:
    with plain_errors():
        import asyncio

        from api.cli import replay as replaying
        from api.cli.lookup import records_named

        records = records_named(log, named)
        if as_json:
            replaying.print_events(records)
        else:
            asyncio.run(replaying.tell(records, full=full, pace=pace))


def session(
    named: Annotated[str, NAMED_OR_FILE],
    version: Annotated[
        int | None,
        typer.Argument(
            metavar="VERSION",
            autocompletion=complete_version,
            help="The number of the event, as replay shows it. "
            "Without it, you see the newest session.",
        ),
    ] = None,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the client's session as it was after an event.

    With --json, it prints exactly the bytes that the client had."""
    with plain_errors():
        from api.cli import sessions
        from api.cli.lookup import records_named

        records = records_named(log, named)
        at = len(records) if version is None else version
        sessions.show_session(records, at, as_json=as_json)


def diff(
    named: Annotated[str, NAMED_OR_FILE],
    old: Annotated[
        int,
        typer.Argument(
            metavar="OLD",
            autocompletion=complete_version,
            help="The number of the earlier event.",
        ),
    ],
    new: Annotated[
        int,
        typer.Argument(
            metavar="NEW",
            autocompletion=complete_version,
            help="The number of the later event.",
        ),
    ],
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed in the client's session.

    It compares the session after event OLD with the session after event NEW."""
    with plain_errors():
        from api.cli import sessions
        from api.cli.lookup import records_named

        sessions.show_difference(records_named(log, named), old, new, as_json=as_json)


def rerun(
    named: Annotated[str, NAMED_OR_FILES],
    speaker: Annotated[
        RerunWith | None,
        typer.Option(
            "--with",
            metavar="recording",
            help="Use the recorded replies instead of asking the backends. "
            "Then the exit code is 0 only if each session is the same to the byte.",
        ),
    ] = None,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Conduct an interview again with the same answers.

    It sends the recorded answers to today's backends, and compares their replies.
    The exit code is 1 if a reply does something else, such as closing early.
    If only the words differ, it is 0.
    The log does not record the re-run.

    Check a folder of demos: interview-gateway rerun FOLDER --with recording"""
    with plain_errors():
        from api.cli.rerun import rerun as conduct_again

        alone = speaker is RerunWith.RECORDING
        if not conduct_again(log, named, alone=alone, as_json=as_json):
            raise typer.Exit(1)
