"""The address that a request is counted by, behind proxies and without."""

from collections.abc import Mapping
from ipaddress import ip_network

import pytest

from api.http.ratelimit.clients import Clients

PROXY, OUTER_PROXY, CLIENT, LIE = "10.0.0.7", "10.0.0.8", "203.0.113.9", "198.51.100.1"
CLIENTS = Clients([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])


def counted(
    peer: str | None, headers: Mapping[str, str | tuple[str, ...]], clients: Clients = CLIENTS
) -> str:
    """What is counted for a request from `peer`. A header can have several lines."""
    lines = [
        (name.encode(), line.encode("latin-1"))
        for name, given in headers.items()
        for line in ([given] if isinstance(given, str) else given)
    ]
    return clients.network_of({"client": peer and (peer, 50000), "headers": lines})


def test_without_a_trusted_proxy_the_headers_are_anybodys() -> None:
    lies = {"x-forwarded-for": LIE, "forwarded": f"for={LIE}"}
    assert counted(CLIENT, lies) == CLIENT
    assert counted(PROXY, lies, Clients()) == PROXY
    assert counted(None, lies) == "unknown"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (CLIENT, CLIENT),
        (f"{LIE}, {CLIENT}", CLIENT),
        (f"{LIE}, {CLIENT}, {OUTER_PROXY}", CLIENT),
        ((LIE, CLIENT), CLIENT),
        (f"{CLIENT}:4711", CLIENT),
        (f"{LIE}, unknown, {OUTER_PROXY}", OUTER_PROXY),
        (f"{LIE},", PROXY),
        (OUTER_PROXY, OUTER_PROXY),
        ("", PROXY),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("2001:db8:0:1:a:b:c:d", "2001:db8:0:1::/64"),
        (f"::ffff:{CLIENT}", CLIENT),
        (", ".join([LIE, *[OUTER_PROXY] * 20]), OUTER_PROXY),
        ("[::1", PROXY),
        ("caf\xe9", PROXY),
    ],
)
def test_x_forwarded_for_is_read_from_the_right_as_far_as_proxies_are_trusted(
    header: str | tuple[str, ...], expected: str
) -> None:
    assert counted(PROXY, {"x-forwarded-for": header}) == expected
    assert counted("fd00::7", {"x-forwarded-for": CLIENT}) == CLIENT


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"for={CLIENT};proto=https;by={PROXY}", CLIENT),
        (f"for={LIE}, proto=https;For={CLIENT}", CLIENT),
        ('for="[2001:db8::1]:4711"', "2001:db8::/64"),
        (f"for={LIE}, for=_hidden", PROXY),
        (f"for={LIE}, by={PROXY}", PROXY),
        # What a client opens, and never closes, does not swallow what the proxy appends.
        (f'for="{LIE}, for={CLIENT}', CLIENT),
        (f'for={LIE};x=", for="{CLIENT}"', CLIENT),
    ],
)
def test_forwarded_is_read_in_the_same_way(header: str, expected: str) -> None:
    assert counted(PROXY, {"forwarded": header}) == expected


def test_if_the_two_headers_differ_neither_is_believed() -> None:
    for forwarded, expected in ((LIE, PROXY), (CLIENT, CLIENT)):
        both = {"x-forwarded-for": CLIENT, "forwarded": f"for={forwarded}"}
        assert counted(PROXY, both) == expected


def test_all_addresses_of_one_ipv6_network_are_one_client() -> None:
    found = {counted(f"2001:db8::{number:x}", {}) for number in range(100)}
    assert found == {"2001:db8::/64"}
