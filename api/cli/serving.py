"""`interview-gateway serve`: the gateway's process, from its first line to its last."""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import uvicorn

from api import __version__
from api.app import create_app
from api.cli import light_start
from api.cli.errors import CommandError
from api.cli.log_setup import set_up_logging
from api.environment import LogFormat
from api.gateway import Gateway
from api.http.listening import CannotServe, UnknownHost, bound, urls
from api.http.protocol import Protocol
from api.http.server import ACCEPTED_AT_ONCE, Server
from api.settings import Settings, load_settings
from backends.health import PROBE_SECONDS
from backends.periodic import log_failure

logger = logging.getLogger(__name__)

Say = Callable[[str], None]


def serve(host: str | None, port: int | None) -> None:
    """Serve until a signal; `host` and `port` go before the settings. Raises InvalidSettings,
    CommandError or EventLogError."""
    settings = load_settings(host=host, port=port)
    set_up_logging(settings.log_level, settings.log_format)
    # Whoever reads JSON line by line is to find nothing else.
    say = logger.info if settings.log_format is LogFormat.JSON else _say
    # Both are taken before anything starts, so that what is wrong with them is one line.
    with _bound(settings, is_option=host is not None) as listeners:
        _check_reach(listeners, settings)
        application = create_app(settings)
        gateway: Gateway = application.state.gateway
        first, *others = urls(listeners)
        say(f"Interview page: {first}/{''.join(f' and {url}/' for url in others)}")
        say(f"API reference: {first}/docs (gateway {__version__})")
        say(f"Event log: {gateway.log.where}")
        if settings.signs_in:
            say(f"Sign-in: with tokens of {settings.auth_issuer}")
        if gateway.recording:
            say(f"Recording: {settings.recording} ({gateway.recording})")
        config = uvicorn.Config(
            application,
            http=Protocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # it would believe any program on this machine (TRUSTED_PROXIES)
            timeout_graceful_shutdown=10,
            backlog=ACCEPTED_AT_ONCE,
        )
        light_start.end()
        server = Server(
            config,
            gateway.before_stopping,
            lambda: gateway.drain.run(settings.drain_seconds),
        )
        asyncio.run(_run(server, listeners, gateway, say))
    say("Stopped; the event log is closed.")


@contextmanager
def _bound(settings: Settings, *, is_option: bool) -> Iterator[list[socket.socket]]:
    """The sockets; `is_option` says whether --host was given, which an error is to name."""
    try:
        with bound(settings.host, settings.port) as listeners:
            yield listeners
    except UnknownHost as error:
        if is_option:
            raise CommandError(f"--host {error}; give one that it has, like 127.0.0.1") from error
        raise CommandError(
            f"HOST={error}; if other software has set HOST (conda does), unset it or give "
            "--host 127.0.0.1"
        ) from error
    except CannotServe as error:
        raise CommandError(str(error)) from error


def _check_reach(listeners: Sequence[socket.socket], settings: Settings) -> None:
    """Refuse to serve other machines without sign-in, unless somebody said that it is wanted.
    Raises CommandError."""
    if settings.signs_in or settings.auth == "off":
        return
    for listener in listeners:
        host, _, _ = listener.getsockname()[0].partition("%")
        if not ipaddress.ip_address(host).is_loopback:
            raise CommandError(
                f"{host} can be reached from other machines, and nobody has to sign in; switch "
                "sign-in on (docs/team.md), or set AUTH=off if everybody who can reach this "
                "address may use the gateway"
            )


def _say(line: str) -> None:
    with suppress(OSError):  # what is printed may go to a disk that is full; interviews go on
        print(line, flush=True)


async def _run(
    server: uvicorn.Server, listeners: list[socket.socket], gateway: Gateway, say: Say
) -> None:
    announcing = asyncio.create_task(
        _announce_services(gateway, say), name="announcing the services"
    )
    announcing.add_done_callback(log_failure)
    await server.serve(sockets=listeners)
    announcing.cancel()


async def _announce_services(gateway: Gateway, say: Say) -> None:
    statuses = await gateway.health.statuses(within=PROBE_SECONDS + 1)
    online = [status.name for status in statuses if status.online]
    asking = ", ".join(online) if online else "none; the built-in templates ask the questions"
    say(f"Services up: {len(online)} of {len(statuses)} ({asking})")
