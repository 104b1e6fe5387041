"""`interview-gateway log`: where the event log is kept."""

from typing import Annotated

import typer

from api.cli.layout import PlainCommand, PlainGroup
from api.cli.shared import log_url, plain_errors

log = typer.Typer(
    cls=PlainGroup,
    help="Move the event log.",
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

    The copy has every event to the byte, the checkpoints, the key and the id of the log.
    The command checks it at the end.
    If the command is interrupted, nothing is copied: run it again.

    It copies the log as it is when the command starts, also while a gateway uses it.
    To move a log, stop its gateways first.
    Then start them with the new log, and never with the old one again."""
    with plain_errors():
        from api.cli.copying import copy_log_to

        if not copy_log_to(log_url(source), log_url(target)):
            raise typer.Exit(1)
