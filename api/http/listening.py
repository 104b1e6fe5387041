"""The sockets that the gateway listens on: one for each address that HOST names."""

import errno
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from backends.address import host_and_port

FREE_PORTS_TRIED = 20
"""How often a free port is looked for that is free at all addresses of a name."""

NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""Errors of an address that this machine does not have: IPv6 where it is switched off, often."""


class CannotServe(Exception):
    """The address cannot be listened on. The message says what to do."""


class UnknownHost(CannotServe):
    """The host is no address of this machine."""


class _Address(NamedTuple):
    """As `socket.getaddrinfo` gives it."""

    family: int
    kind: int
    protocol: int
    place: tuple[Any, ...]

    def at(self, port: int) -> tuple[Any, ...]:
        host, _, *rest = self.place
        return (host, port, *rest)


@contextmanager
def bound(
    host: str, port: int, look_up: Callable[..., Sequence[Any]] = socket.getaddrinfo
) -> Iterator[list[socket.socket]]:
    """Sockets for a server to listen on, bound to `port` (0: any that is free) at each address of
    `host`. Until it does, connections are refused instead of kept waiting. Raises CannotServe."""
    addresses = _addresses_of(host, look_up)
    with ExitStack() as stack:
        yield _bind_all(addresses, host, port, stack)


def urls(listeners: Sequence[socket.socket]) -> list[str]:
    """Where the gateway is asked, one for each socket."""
    found = []
    for listener in listeners:
        host, port = listener.getsockname()[:2]
        found.append(f"http://{host_and_port(host, port)}")
    return found


def _addresses_of(host: str, look_up: Callable[..., Sequence[Any]]) -> list[_Address]:
    """All of them, IPv4 first, each once."""
    try:
        # The protocol must be named: asyncio sets TCP_NODELAY only on sockets that say TCP,
        # and without it every answer on a kept connection waits 40 ms for the peer's ACK.
        found = look_up(
            host, 0, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )
    except (OSError, ValueError) as error:
        raise _not_of_this_machine(host) from error
    addresses = dict.fromkeys(
        _Address(family, kind, protocol, place) for family, kind, protocol, _, place in found
    )
    return sorted(addresses, key=lambda address: address.family != socket.AF_INET)


def _bind_all(
    addresses: Sequence[_Address], host: str, port: int, opened: ExitStack
) -> list[socket.socket]:
    """A socket for each address that this machine has. Where the port is to be a free one, the
    others get that of the first."""
    for tries_left in reversed(range(FREE_PORTS_TRIED)):
        listeners: list[socket.socket] = []
        given = port
        for address in addresses:
            try:
                listener = _bind(address, given, alone=len(addresses) == 1)
            except OSError as error:
                if error.errno in NOT_HERE:
                    continue
                if given != port and tries_left:
                    break  # free at the first address, and taken at this one
                raise CannotServe(_refusal(error, address.place[0], given)) from error
            listeners.append(opened.enter_context(listener))
            given = listener.getsockname()[1]
        else:
            if not listeners:
                raise _not_of_this_machine(host)
            return listeners
        opened.close()
    raise AssertionError("the last try returns or raises")


def _bind(address: _Address, port: int, *, alone: bool) -> socket.socket:
    listener = socket.socket(address.family, address.kind, address.protocol)
    try:
        if os.name == "posix":  # elsewhere the option lets two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6 and not alone:
            # The IPv4 addresses have sockets of their own.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address.at(port))
    except OSError:
        listener.close()
        raise
    return listener


def _not_of_this_machine(host: str) -> UnknownHost:
    return UnknownHost(f"{host} is no address of this machine")


def _refusal(error: OSError, host: str, port: int) -> str:
    what = f"cannot listen on {host_and_port(host, port)}: {error.strerror}; "
    if error.errno == errno.EACCES:
        return f"{what}choose a port above 1023 with --port (or PORT)"
    advice = "choose another with --host and --port (or HOST and PORT)"
    return f"{what}stop what listens there, or {advice}"
