"""`interview-gateway audit`: the evidence."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.commands.options import NAMED, REASON, JsonOption, LogOption
from api.cli.shared import log_url, plain_errors, read_log
from api.transcript.formats import Format

if TYPE_CHECKING:
    from eventlog.protocol import ReadableLog

audit = typer.Typer(
    help="The evidence: check the log, keep its checkpoints, take an interview away.",
    no_args_is_help=True,
)
KeptOption = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="A checkpoint you kept: the bundle then proves that the log goes on from it.",
    ),
]


@audit.command()
def verify(
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help="The public key you kept, or its file. May be repeated, if the key was changed.",
        ),
    ] = None,
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="A checkpoint you kept: does the log still hold what it covers? May be repeated.",
        ),
    ] = None,
    covers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Fail unless the checkpoints you give (signed by a key you give, if you give one) "
            "cover N events at least.",
        ),
    ] = None,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check whether the whole log agrees with itself: every event against its hashes, the tree over
    them and its checkpoints, every interview against the rules, the lists against the events. Exits
    with 0 if it does and with 1 if not; a gateway may go on meanwhile.

    Whoever has the file can write a whole log anew that agrees with itself, too. Checkpoints that
    you kept elsewhere show it of the events they cover: give them with --checkpoint.
    """
    from api.cli.verifying import verify_log

    with plain_errors():
        asked = verify_log(
            log_url(log), keys=keys or [], kept=kept or [], covers=covers, as_json=as_json
        )
        if not asked:
            raise typer.Exit(1)


@audit.command()
def checkpoint(log: LogOption = None) -> None:
    """Print a signed checkpoint of all that the log holds now. Keep it elsewhere: it shows one
    day whether the log still holds that."""
    from eventlog.checkpoints import signed_checkpoint

    with plain_errors():
        typer.echo(read_log(log, signed_checkpoint), nl=False)


@audit.command()
def key(log: LogOption = None) -> None:
    """Print the public key that checkpoints are signed with now (a C2SP verifier key)."""

    async def verifier(log: "ReadableLog") -> str:
        return str((await log.signer()).verifier)

    with plain_errors():
        typer.echo(read_log(log, verifier))


@audit.command()
def new_key(
    old_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The public key until now, or its file: needed where its private key is lost.",
        ),
    ] = None,
    reason: Annotated[str, REASON] = "Asked for on the command line.",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
    log: LogOption = None,
) -> None:
    """Sign the log's checkpoints with a new key from now on: where the old one is lost, or somebody
    else may have it. Stop the gateway first. The change is an event in the log, the old key file is
    kept aside, and all that it signed can still be checked."""
    from api.cli.rekeying import change_key

    with plain_errors():
        asyncio.run(change_key(log_url(log), old_key=old_key, reason=reason, is_sure=yes))


@audit.command()
def export(
    named: Annotated[str, NAMED],
    format: Annotated[
        Format, typer.Option(help="md and html to read and print; json to check.")
    ] = Format.MARKDOWN,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A new file.")
    ] = None,
    kept: KeptOption = None,
    log: LogOption = None,
) -> None:
    """Write one interview down: a transcript for people, or (json) a bundle with its events,
    proofs and a signed checkpoint, which docs/verify_bundle.py checks anywhere."""
    from api.cli import exporting

    with plain_errors():
        note = exporting.read_note(kept) if kept else None
        text = read_log(log, lambda log: exporting.export(log, named, format, note))
        exporting.write(text, output)
