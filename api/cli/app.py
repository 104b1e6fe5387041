"""The command line: `interview-gateway`."""

import asyncio
import gc
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import __version__
from api.cli.formats import RerunWith
from api.cli.shared import log_url, plain_errors, read_log
from api.transcript.formats import Format
from statemachine.session import Role
from statemachine.states import State

if TYPE_CHECKING:
    import uvicorn

    from api.cli.custody import Action
    from api.gateway import Gateway
    from eventlog.protocol import ReadableLog

# What a command needs is imported when it runs, so that --help and --version are instant.

app = typer.Typer(
    help="Conducts job interviews over HTTP, with every move in an event log.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interview-gateway {__version__}")
        raise typer.Exit()


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say which."),
    ] = False,
) -> None:
    """Conducts job interviews over HTTP, with every move in an event log."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [PORT].")] = None,
) -> None:
    """Start the gateway. Ctrl-C finishes what is under way and stops it."""
    with plain_errors():
        _serve(host, port)


LOG = typer.Option("--log", metavar="FILE", help="The event log [EVENTLOG_URL].")
LogOption = Annotated[str | None, LOG]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
MANY = typer.Option(min=1, max=1_000_000, help="How many, newest first.")
NAMED = typer.Argument(
    metavar="ID", help="An interview: its id, how that begins, or last for the newest."
)


@app.command()
def interviews(
    state: Annotated[State | None, typer.Option(help="Only interviews in this state.")] = None,
    role: Annotated[Role | None, typer.Option(help="Only interviews for this role.")] = None,
    limit: Annotated[int, MANY] = 20,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the interviews, newest first."""
    from api.cli.interviews import list_interviews

    with plain_errors():
        read_log(
            log,
            lambda log: list_interviews(log, state=state, role=role, limit=limit, as_json=as_json),
        )


@app.command()
def replay(
    named: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An interview: its id, how that begins, last for the newest, or an exported "
            "file. With --rerun also a folder of these.",
        ),
    ],
    at: Annotated[
        int | None,
        typer.Option(metavar="VERSION", help="Show the session as the client held it then."),
    ] = None,
    diff: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="OLD NEW", help="Show what changed between two versions."),
    ] = None,
    pace: Annotated[
        float | None,
        typer.Option(min=0.001, help="Play it back: 1 as fast as it was, 4 four times as fast."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show long words whole.")] = False,
    rerun: Annotated[
        bool,
        typer.Option(
            "--rerun", help="Conduct it again with the same answers; exit with 1 if moves differ."
        ),
    ] = False,
    speaker: Annotated[
        RerunWith | None,
        typer.Option("--with", help="Who speaks in a re-run instead of this gateway's backends."),
    ] = None,
    log: LogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the story of one interview: each event with its time, the states, who supplied the
    words and how long that took, and which backends were passed over, and why.

    To find out why the last demo was slow: interview-gateway replay last

    To check recorded demos: interview-gateway replay FOLDER --rerun --with recording
    """
    from api.cli import replay as replaying
    from api.cli.lookup import records_named

    if speaker and not rerun:
        raise typer.BadParameter("it goes with --rerun", param_hint="--with")
    ways = {"--at": at, "--diff": diff, "--rerun": rerun or None, "--pace": pace}
    given = [option for option, value in ways.items() if value is not None]
    if given == ["--pace"] and as_json:
        given.append("--json")
    if len(given) > 1:
        raise typer.BadParameter(f"it goes without {given[1]}", param_hint=given[0])
    with plain_errors():
        if rerun:
            _rerun(log, named, speaker, as_json=as_json)
            return
        records = records_named(log, named)
        if at is not None:
            replaying.show_session(records, at, as_json=as_json)
        elif diff is not None:
            replaying.show_difference(records, *diff, as_json=as_json)
        elif as_json:
            replaying.print_events(records)
        else:
            asyncio.run(replaying.tell(records, full=full, pace=pace))


def _rerun(log: str | None, named: str, speaker: RerunWith | None, *, as_json: bool) -> None:
    from api.cli.rerun import rerun

    if not rerun(log, named, alone=speaker is RerunWith.RECORDING, as_json=as_json):
        raise typer.Exit(1)


REASON = typer.Option(help="Why, in a few words; it is kept as evidence.")
ReasonOption = Annotated[str, REASON]
GatewayOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The gateway that has the log open [HOST and PORT]."),
]


@app.command()
def hold(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
) -> None:
    """Put an interview on hold: its words cannot be forgotten until it is released."""
    _carry_out("hold", named, reason, log, gateway)


@app.command()
def release(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
) -> None:
    """Lift the hold on an interview."""
    _carry_out("release", named, reason, log, gateway)


@app.command()
def forget(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
) -> None:
    """Forget an interview's words, for ever: they are erased from the log's file. The evidence
    that it was held stays, and every proof still holds."""
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Erase the words of interview {named} for ever?", abort=True)
    _carry_out("forget", named, reason, log, gateway)


def _carry_out(
    action: "Action", named: str, reason: str, log: str | None, gateway: str | None
) -> None:
    from api.cli.custody import carry_out
    from api.settings import load_settings

    with plain_errors():
        url = gateway or load_settings().own_url
        asyncio.run(carry_out(log_url(log), url, action, named, reason))


audit = typer.Typer(
    help="The evidence: check the log, keep its checkpoints, take an interview away.",
    no_args_is_help=True,
)
app.add_typer(audit, name="audit")

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


def _serve(host: str | None, port: int | None) -> None:
    import uvicorn

    from api.app import create_app
    from api.cli.printed import set_up_logging
    from api.http.server import ACCEPTED_AT_ONCE, Protocol, Server, bound
    from api.settings import load_settings

    settings = load_settings(host=host, port=port)
    set_up_logging(settings.log_level)
    # Both are taken before anything starts, so that what is wrong with them is one line.
    with bound(settings.host, settings.port) as listener:
        application = create_app(settings)
        gateway: Gateway = application.state.gateway
        _say(f"Interview gateway {__version__} on {_url(listener)}  (API: /docs)")
        _say(f"Event log: {gateway.log.where}")
        if gateway.recording:
            _say(f"Recording: {settings.recording} ({gateway.recording})")
        config = uvicorn.Config(
            application,
            http=Protocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the gateway stands behind none: those headers are anybody's
            timeout_graceful_shutdown=10,
            backlog=ACCEPTED_AT_ONCE,
        )
        # What start-up made stays to the end. Kept out of the collector's rounds, it no longer
        # costs each full one 45 ms in which nobody is answered.
        gc.collect()
        gc.freeze()
        asyncio.run(_run(Server(config, gateway.verifier.close), listener, gateway))
    _say("Stopped; the event log is closed.")


def _say(line: str) -> None:
    with suppress(OSError):  # what is printed may go to a disk that is full; interviews go on
        typer.echo(line)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _run(server: "uvicorn.Server", listener: socket.socket, gateway: "Gateway") -> None:
    from backends.rounds import log_failure

    announcing = asyncio.create_task(_announce_services(gateway), name="announcing the services")
    announcing.add_done_callback(log_failure)
    await server.serve(sockets=[listener])
    announcing.cancel()


async def _announce_services(gateway: "Gateway") -> None:
    from backends.health import PROBE_SECONDS

    statuses = await gateway.health.statuses(within=PROBE_SECONDS + 1)
    online = [status.name for status in statuses if status.online]
    asking = ", ".join(online) if online else "none; the built-in templates ask the questions"
    _say(f"Services up: {len(online)} of {len(statuses)} ({asking})")


if __name__ == "__main__":
    app()
