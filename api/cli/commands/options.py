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
        help="The id of an interview, or the beginning of its id. For the newest one, write last."
        + more,
    )


NAMED = _named()
NAMED_OR_FILE = _named(" You can also give an exported file (JSON).")
NAMED_OR_FILES = _named(" You can also give an exported file (JSON), or a folder of such files.")
LOG = typer.Option(
    "--log",
    metavar="LOG",
    help="Use the event log in this file, or at this URL, instead of EVENTLOG_URL.",
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
        help="If a gateway uses this log, it makes the change: give its URL. "
        "The default comes from HOST and PORT. If callers sign in there, put a token "
        "into GATEWAY_TOKEN.",
    ),
]
