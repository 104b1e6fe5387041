"""The command line: `interview-gateway`."""

import asyncio
import gc
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api import __version__

if TYPE_CHECKING:
    import uvicorn

    from api.gateway import Gateway

# What a command needs is imported when it runs, so that --help and --version are instant.

app = typer.Typer(
    help="Conducts job interviews over HTTP, with every move in an event log.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Say what is wrong in a line on standard error, and exit with 1."""
    from api.server import CannotServe
    from api.settings import InvalidSettings
    from eventlog.errors import EventLogError

    try:
        yield
    except (CannotServe, InvalidSettings, EventLogError) as error:
        for line in str(error).splitlines():
            typer.echo(f"interview-gateway: {line}", err=True)
        raise typer.Exit(1) from error


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


def _serve(host: str | None, port: int | None) -> None:
    import uvicorn

    from api.app import create_app
    from api.server import Server, bound
    from api.settings import load_settings
    from eventlog.open import open_log

    settings = load_settings(host=host, port=port)
    _set_up_logging(settings.log_level)
    # Both are taken before anything starts, so that what is wrong with them is one line.
    with bound(settings.host, settings.port) as listener:
        log = open_log(settings.eventlog_url)
        application = create_app(settings, log)
        typer.echo(f"Interview gateway {__version__} on {_url(listener)}  (API: /docs)")
        typer.echo(f"Event log: {log.where}")
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        # What start-up made stays to the end. Kept out of the collector's rounds, it no longer
        # costs each full one 45 ms in which nobody is answered.
        gc.collect()
        gc.freeze()
        asyncio.run(_run(Server(config), listener, application.state.gateway))
    typer.echo("Stopped; the event log is closed.")


def _set_up_logging(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s")
    # These tell of every request, probe and transition; only their warnings are news.
    for talkative in ("httpx", "httpcore", "transitions", "uvicorn"):
        logging.getLogger(talkative).setLevel(max(logging.WARNING, logging.getLogger().level))


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _run(server: "uvicorn.Server", listener: socket.socket, gateway: "Gateway") -> None:
    announcing = asyncio.create_task(_announce_services(gateway))
    await server.serve(sockets=[listener])
    announcing.cancel()


async def _announce_services(gateway: "Gateway") -> None:
    from backends.health import PROBE_SECONDS

    statuses = await gateway.health.statuses(within=PROBE_SECONDS + 1)
    online = [status.name for status in statuses if status.online]
    asking = ", ".join(online) if online else "none; the built-in templates ask the questions"
    typer.echo(f"Services up: {len(online)} of {len(statuses)} ({asking})")


if __name__ == "__main__":
    app()
