"""`interview-gateway kits`: interview kits, as files."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.commands.options import JsonOption
from api.cli.layout import PlainCommand, PlainGroup
from api.cli.shared import plain_errors

kits = typer.Typer(
    cls=PlainGroup,
    help="Make, check and list interview kits.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@kits.command(cls=PlainCommand)
def new(
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The kit's id, such as night-nurse: small letters, digits and hyphens.",
        ),
    ],
    role: Annotated[
        str | None,
        typer.Option(metavar="ROLE", help="What candidates are interviewed for."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="Begin with a copy of this kit.")
    ] = None,
) -> None:
    """Write a new kit to begin with, and explain each field in it.

    The file goes into the folder KITS.
    If KITS is not set, it goes into the current folder.
    Without --from, the kit has three questions for you to replace.

    Begin with a built-in kit: interview-gateway kits new night-nurse --from nurse"""
    with plain_errors():
        from api.cli.kits import make

        make(id, role, source)


@kits.command(cls=PlainCommand)
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...", help="The files to check. Without any, those in the folder KITS."
        ),
    ] = None,
) -> None:
    """Check that kits can be used.

    It names the file, the line and the field of each error.
    The exit code is 1 if there are any."""
    with plain_errors():
        from api.cli.kits import check as check_kits

        if not check_kits(files or []):
            raise typer.Exit(1)


@kits.command("list", cls=PlainCommand)
def list_(as_json: JsonOption = False) -> None:
    """List all kits: the built-in ones, and those in the folder KITS."""
    with plain_errors():
        from api.cli.kits import show

        show(as_json=as_json)
