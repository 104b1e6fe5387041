"""Asking before something that cannot be undone."""

import sys
from collections.abc import Sequence

import typer

from api.cli.errors import CommandError
from api.transcript.escaping import escape_line


def confirm(facts: Sequence[tuple[str, str]], question: str) -> None:
    """Show what is at stake, a line for each fact, and ask. The answer no, or none, exits with 1.

    All of it goes to standard error: standard output may be a file, and nobody would see it.
    Raises CommandError where nobody can be asked.
    """
    width = max(len(name) for name, _ in facts) + 1
    for name, value in facts:
        typer.echo(f"{name + ':':<{width}} {escape_line(value)}", err=True)
    if not sys.stdin.isatty():
        raise CommandError(
            f"{question} There is no terminal to ask at, so nothing was done. Give --yes to do it "
            "without being asked"
        )
    # typer.confirm() would still write a space to standard output.
    typer.echo(f"{question} [y/N]: ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise typer.Abort
