"""Whose requests are counted together if nobody has signed in: those from one address.

Behind a proxy, all requests come from the proxy. It says in `Forwarded` (RFC 7239) or in
`X-Forwarded-For` whom it forwards for, and appends that to what the client itself has sent there.
So these headers are read from the right, and only as far as trusted proxies have written them.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

IpAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_PROXIES = 16
"""So many entries of a header are read. No request takes a longer way."""

IPV6_PREFIX = 64
"""Bits of an IPv6 address that one customer of a provider has at least. The other bits are the
customer's own, to choose a new one for each request."""

_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*(?:"([^"\\]*)"|([^\s;"]+))\s*(?=;|$)', re.IGNORECASE)
_WITH_PORT = re.compile(r"(\d+(?:\.\d+){3}):\d+|\[([^\]]*)\](?::\d+)?", re.ASCII)


class Clients:
    """Finds the address that a request is from. `proxies` are the networks whose word counts."""

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)

    def network_of(self, scope: Scope) -> str:
        """Return what the client's requests are counted by: its IPv4 address, or the network of its
        IPv6 address."""
        peer = _address(scope["client"][0]) if scope.get("client") else None
        if peer is None:
            return "unknown"  # a server on a Unix socket gives no address
        address = self._behind(peer, scope)
        if isinstance(address, IPv4Address):
            return str(address)
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))

    def _behind(self, peer: IpAddress, scope: Scope) -> IpAddress:
        """The client behind the trusted proxies; the peer itself if it is none of them."""
        if not self._proxies or not self._trusts(peer):
            return peer
        found = {
            self._last_untrusted(peer, entries)
            for entries in (_forwarded(scope), _x_forwarded_for(scope))
            if entries is not None
        }
        # A proxy that writes one of the headers lets the other through as the client sent it. If
        # both are there and differ, one of them is the client's own invention.
        return found.pop() if len(found) == 1 else peer

    def _last_untrusted(self, peer: IpAddress, entries: Sequence[str]) -> IpAddress:
        """The last address, from the right, that a trusted proxy has written and that is no trusted
        proxy itself. Without one, the outermost proxy."""
        for entry in entries:
            address = _address(entry)
            if address is None:  # "unknown", or a name that hides it
                return peer
            if not self._trusts(address):
                return address
            peer = address
        return peer

    def _trusts(self, address: IpAddress) -> bool:
        return any(address in network for network in self._proxies)


def _forwarded(scope: Scope) -> Sequence[str] | None:
    """The addresses in `Forwarded`, the last one first; None without that header."""
    entries = _entries(scope, b"forwarded")
    if entries is None:
        return None
    found = (_FOR.search(entry) for entry in entries)
    return [match[1] or match[2] or "" if match else "" for match in found]


def _x_forwarded_for(scope: Scope) -> Sequence[str] | None:
    """The addresses in `X-Forwarded-For`, the last one first; None without that header."""
    return _entries(scope, b"x-forwarded-for")


def _entries(scope: Scope, header: bytes) -> Sequence[str] | None:
    """The header's last entries, the last one first; None if there is no such header.

    A comma ends an entry, also in quotes. No proxy writes one within an address, and so a quote
    that a client opens cannot swallow what a proxy appends.
    """
    lines = [value for name, value in scope["headers"] if name == header]
    if not lines:
        return None
    entries = b",".join(lines).decode("latin-1").rsplit(",", MOST_PROXIES)
    return [entry.strip() for entry in reversed(entries[-MOST_PROXIES:])]


def _address(text: str) -> IpAddress | None:
    """The address, with or without a port; None if it is none. One of IPv4 that is written as one
    of IPv6 (a socket for both has it so) is one of IPv4."""
    with_port = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
