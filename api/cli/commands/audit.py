"""`interview-gateway audit`: the evidence."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.commands.options import NAMED, REASON, JsonOption, LogOption, YesOption
from api.cli.layout import PlainCommand, PlainGroup
from api.cli.shared import log_url, plain_errors, read_log
from api.transcript.formats import Format

if TYPE_CHECKING:
    from eventlog.protocol import ReadableLog

audit = typer.Typer(
    cls=PlainGroup,
    help="Verify the log, print signed checkpoints, and export interviews.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
KeptOption = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="Add a proof that the log still has every event of this checkpoint. "
        "This needs --format json.",
    ),
]


@audit.command(cls=PlainCommand)
def verify(
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help="Check signatures with this public key, given as text or as a file. "
            "Repeat the option if the log's key was changed.",
        ),
    ] = None,
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="Compare the log with this checkpoint, to find later changes. "
            "Repeat the option to give several.",
        ),
    ] = None,
    covers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Fail if the checkpoints that you give cover fewer than N events. "
            "With --key, a checkpoint counts only if one of your keys signed it.",
        ),
    ] = None,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the whole log for changes.

    It checks every event, and names the first one that was changed.
    The exit code is 0 if the log is consistent, and 1 if not.
    You can run it while a gateway uses the log.

    Someone who can write the file could replace it with a new, consistent log.
    You can detect that only with checkpoints that you kept elsewhere.
    Give them with --checkpoint."""
    with plain_errors():
        from api.cli.verifying import verify_log

        agrees = verify_log(
            log_url(log), keys=keys or [], kept=kept or [], covers=covers, as_json=as_json
        )
        if not agrees:
            raise typer.Exit(1)


@audit.command(cls=PlainCommand)
def checkpoint(log: LogOption = None) -> None:
    """Print a signed checkpoint of the log.

    Keep it elsewhere, and give it to `audit verify --checkpoint` later.
    That command finds out if any earlier event was changed or removed."""
    with plain_errors():
        from eventlog.checkpoints import signed_checkpoint

        typer.echo(read_log(log, signed_checkpoint), nl=False)


@audit.command(cls=PlainCommand)
def key(log: LogOption = None) -> None:
    """Print the public key that checks the log's checkpoints.

    Keep it elsewhere, and give it to `audit verify --key` later.
    It is a C2SP verifier key: a name, an id and the key."""

    async def verifier(log: "ReadableLog") -> str:
        return str((await log.signer()).verifier)

    with plain_errors():
        typer.echo(read_log(log, verifier))


@audit.command(cls=PlainCommand)
def new_key(
    old_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Give the old public key, as text or as a file, if its private key is lost.",
        ),
    ] = None,
    reason: Annotated[str, REASON] = "Asked for on the command line.",
    yes: YesOption = False,
    log: LogOption = None,
) -> None:
    """Change the key that signs checkpoints.

    Do this if the old key is lost, or if someone else may have it.
    Stop the gateway first.
    The log records the change. The old key file is kept under another name.
    Checkpoints that the old key signed can still be checked.
    It asks you to confirm.
    Without a terminal it cannot ask, so give --yes."""
    with plain_errors():
        from api.cli.rekeying import change_key

        change_key(log_url(log), old_key=old_key, reason=reason, is_sure=yes)


@audit.command(cls=PlainCommand)
def export(
    named: Annotated[str, NAMED],
    format: Annotated[
        Format,
        typer.Option(
            metavar="md|html|pdf|json",
            help="Write md, html or pdf to read and print, or json to check and to replay.",
        ),
    ] = Format.MARKDOWN,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this new file instead of standard output.",
        ),
    ] = None,
    kept: KeptOption = None,
    log: LogOption = None,
) -> None:
    """Export an interview to read, print or check.

    As md, html or pdf, it is a transcript to read. PDF needs the extra pdf.
    As json, it is a bundle: the events, their proofs and a signed checkpoint.
    Anyone can check a bundle with docs/verify_bundle.py, without the gateway."""
    if kept is not None and format is not Format.JSON:
        raise typer.BadParameter(
            f"goes only with --format json: a transcript ({format}) has no proofs",
            param_hint="--checkpoint",
        )
    with plain_errors():
        from api.cli import exporting

        if format is Format.PDF:
            exporting.check_pdf_output(output)
        note = exporting.read_note(kept) if kept else None
        content = read_log(log, lambda log: exporting.export(log, named, format, note))
        exporting.write(content, output)
