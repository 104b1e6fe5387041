"""Options and arguments that several commands take."""

from typing import Annotated

import typer

LOG = typer.Option("--log", metavar="FILE", help="The event log [EVENTLOG_URL].")
LogOption = Annotated[str | None, LOG]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
NAMED = typer.Argument(
    metavar="ID", help="An interview: its id, how that begins, or last for the newest."
)

REASON = typer.Option(help="Why, in a few words; it is kept as evidence.")
ReasonOption = Annotated[str, REASON]
GatewayOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The gateway that has the log open [HOST and PORT]."),
]
