"""Asking before something that cannot be undone."""

import sys
from collections.abc import Sequence

import typer

from api.cli.errors import CommandError
from api.transcript.escaping import escape_line

INTERRUPTED = 128 + 2
"""The exit code after Ctrl-C, as shells give it: 128 and the number of SIGINT."""


def confirm(facts: Sequence[tuple[str, str]], question: str, if_not: str) -> None:
    """Show what is at stake, a line for each fact, and ask. Any answer but yes prints `if_not`, a
    sentence that says what stayed as it was, and exits with 1, or with 130 after Ctrl-C.

    All of it goes to standard error: standard output may be a file, and nobody would see it.
    Never call this inside an event loop: asyncio would keep the first Ctrl-C until the person
    pressed Enter. Raises CommandError where nobody can be asked.
    """
    try:
        answer = _ask(facts, question, if_not)
    except KeyboardInterrupt:
        typer.echo(f"\n{if_not}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if answer.strip().lower() not in ("y", "yes"):
        typer.echo(if_not if answer.endswith("\n") else f"\n{if_not}", err=True)
        raise typer.Exit(1)


def _ask(facts: Sequence[tuple[str, str]], question: str, if_not: str) -> str:
    width = max(len(name) for name, _ in facts) + 1
    for name, value in facts:
        typer.echo(f"{name + ':':<{width}} {escape_line(value)}", err=True)
    if not sys.stdin.isatty():
        raise CommandError(
            f"{question} There is no terminal to ask at. {if_not} Give --yes to do it without "
            "being asked"
        )
    # typer.confirm() would still write a space to standard output.
    typer.echo(f"{question} [y/N]: ", nl=False, err=True)
    return sys.stdin.readline()
