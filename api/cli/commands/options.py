"""Options and arguments that several commands take."""

from typing import Annotated, Any

import typer


def complete_id(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    from api.cli.completing import interview_ids

    return interview_ids(ctx.params.get("log"), incomplete)


def complete_version(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    from api.cli.completing import versions

    return versions(ctx.params.get("log"), ctx.params.get("named"), incomplete)


def _named(more: str = "") -> Any:
    """An argument that names an interview; `more` says what else it can name."""
    return typer.Argument(
        metavar="ID",
        autocompletion=complete_id,
        help="The interview: its id, the beginning of its id, or last for the newest." + more,
    )


NAMED = _named()
NAMED_OR_FILE = _named(" The file of an exported interview (JSON) does too.")
NAMED_OR_FILES = _named(" The file of an exported interview (JSON) does too, or a folder of them.")
LOG = typer.Option(
    "--log", metavar="FILE", help="Use the event log in this file instead of EVENTLOG_URL."
)
LogOption = Annotated[str | None, LOG]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

REASON = typer.Option(metavar="TEXT", help="Say why, in a few words. The log keeps it as evidence.")
ReasonOption = Annotated[str, REASON]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
GatewayOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Use the gateway at this address if a gateway has the log open. "
        "The default address is that of HOST and PORT.",
    ),
]
