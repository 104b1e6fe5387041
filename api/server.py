"""uvicorn and its socket, as the gateway needs them."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn


class CannotServe(Exception):
    """The address cannot be listened on. The message says what to do."""


class Server(uvicorn.Server):
    """A server that a signal stops in good order, however often it comes: requests under way
    are answered (for `timeout_graceful_shutdown` seconds at most) and the log is closed.

    uvicorn itself drops everything at a second Ctrl-C, and raises the signal again when it
    has stopped, so that nothing after it in the process would run.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to `host` and `port` (0: any that is free), for a server to listen on.
    Until it does, connections are refused instead of kept waiting. Raises CannotServe."""
    try:
        # The protocol must be named: asyncio sets TCP_NODELAY only on sockets that say TCP,
        # and without it every answer on a kept connection waits 40 ms for the peer's ACK.
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise CannotServe(f"HOST={host} is no address of this machine") from error
    with socket.socket(family, kind, protocol) as listener:
        if os.name == "posix":  # elsewhere the option lets two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {host}:{port}: {error.strerror}; stop what listens there, or "
                "choose another with --host and --port (or HOST and PORT)"
            ) from error
        yield listener
