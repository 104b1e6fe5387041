"""`interview-gateway log`: where the event log is kept."""

from typing import Annotated

import typer

from api.cli.commands.options import LogOption
from api.cli.layout import PlainCommand, PlainGroup
from api.cli.shared import log_url, plain_errors

log = typer.Typer(
    cls=PlainGroup,
    help="Move the event log, and say who may use it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@log.command(cls=PlainCommand)
def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="The log to copy: a file, or a URL.")
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TO", help="Where no log is yet: a new file, or the URL of a new database."
        ),
    ],
) -> None:
    """Copy the whole log to another place, for example from a file to PostgreSQL.

    The copy has every event to the byte, and the checkpoints, key and id too.
    The command checks it at the end.
    If the command is interrupted, nothing is copied: run it again.

    It copies the log as it is now, also while a gateway uses it.
    To move a log, stop its gateways first.
    Then start them with the new log, and never with the old one again."""
    with plain_errors():
        from api.cli.copying import copy_log_to

        if not copy_log_to(log_url(source), log_url(target)):
            raise typer.Exit(1)


@log.command(cls=PlainCommand)
def grant(
    url: LogOption = None,
    gateway: Annotated[
        str | None,
        typer.Option(metavar="ROLE", help="The role that gateways log in as."),
    ] = None,
    eraser: Annotated[
        str | None,
        typer.Option(metavar="ROLE", help="The role by whose rights words are erased."),
    ] = None,
    auditor: Annotated[
        str | None, typer.Option(metavar="ROLE", help="A role that only reads.")
    ] = None,
) -> None:
    """Give database roles their rights to a log on PostgreSQL.

    Run it as the role that owns the log, with that role in the log's URL.
    It makes the log or brings it up to date first.
    Then it gives each role exactly what it needs.
    Make the roles before that, with CREATE ROLE.

    A gateway whose role owns nothing cannot change or delete events.
    It can erase the words of an interview that is forgotten."""
    with plain_errors():
        from api.cli.granting import grant as grant_roles

        grant_roles(log_url(url), gateway=gateway, eraser=eraser, auditor=auditor)
