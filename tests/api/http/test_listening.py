"""Where the gateway listens: at every address of its name, or it says in a line why not."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.http.listening import CannotServe, bound, urls
from tests.http_clients import PLAIN
from tests.processes import environment, gateway_process, run

LookUp = Callable[..., Sequence[Any]]

V4, V6 = "127.0.0.1", "::1"
OTHER = "127.0.0.2"
NOT_HERE, NOT_HERE_V6 = "192.0.2.1", "2001:db8::1"  # of no machine: for documentation


def has_ipv6() -> bool:
    try:
        socket.create_server((V6, 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def named(*addresses: str) -> LookUp:
    """A look-up by which a name has these addresses."""

    def look_up(host: str, port: int, **hints: Any) -> Sequence[Any]:
        return [
            found
            for address in addresses
            for found in socket.getaddrinfo(address, port, **{**hints, "flags": 0})
        ]

    return look_up


def listening(*addresses: str, port: int = 0) -> Iterator[list[socket.socket]]:
    with bound("a.name", port, named(*addresses)) as listeners:
        for listener in listeners:
            listener.listen()
        yield listeners


def places(listeners: Sequence[socket.socket]) -> list[str]:
    return [listener.getsockname()[0] for listener in listeners]


@needs_ipv6
def test_every_address_of_a_name_listens_at_one_port() -> None:
    for listeners in listening(V6, V4):
        assert places(listeners) == [V4, V6], "the address that people know comes first"
        (port,) = {listener.getsockname()[1] for listener in listeners}
        assert urls(listeners) == [f"http://127.0.0.1:{port}", f"http://[::1]:{port}"]
        for address in (V4, V6):
            socket.create_connection((address, port), 1).close()


def test_an_address_that_a_name_has_twice_listens_once() -> None:
    for listeners in listening(V4, OTHER, V4):
        assert places(listeners) == [V4, OTHER]


@pytest.mark.parametrize("missing", [NOT_HERE, pytest.param(NOT_HERE_V6, marks=needs_ipv6)])
def test_an_address_that_this_machine_does_not_have_costs_the_others_nothing(missing: str) -> None:
    for listeners in listening(missing, V4):
        assert places(listeners) == [V4]


def test_a_name_of_another_machine_is_named_with_what_to_do() -> None:
    with pytest.raises(CannotServe, match=r"a.name is no address of this machine"):
        next(listening(NOT_HERE))


def test_a_port_that_is_taken_at_one_address_is_taken() -> None:
    """Who asks at that address would reach another program."""
    with socket.create_server((OTHER, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"^cannot listen on 127\.0\.0\.2:{port}: "):
            next(listening(V4, OTHER, port=port))
        # Nothing of the attempt is left.
        with closing(socket.create_server((V4, port))):
            pass


def test_a_free_port_is_free_at_all_addresses() -> None:
    """One in fifty is taken at the second address; that none is met is as good as impossible."""
    with ExitStack() as taken:
        for _ in range(600):
            taken.enter_context(socket.create_server((OTHER, 0)))
        for _ in range(400):
            for listeners in listening(V4, OTHER):
                assert places(listeners) == [V4, OTHER]
                assert len({listener.getsockname()[1] for listener in listeners}) == 1


@needs_ipv6
def test_the_address_of_all_is_that_of_ipv4_too() -> None:
    with bound("::", 0) as (listener,):
        listener.listen()
        socket.create_connection((V4, listener.getsockname()[1]), 1).close()


@pytest.mark.parametrize("host", ["localhost", V4, pytest.param("[::1]", marks=needs_ipv6)])
def test_the_gateway_answers_at_each_address_that_it_prints(tmp_path: Path, host: str) -> None:
    with gateway_process(tmp_path, HOST=host) as gateway:
        printed = gateway.printed.splitlines()[0]
        found = [word for word in printed.split() if word.startswith("http://")]
        assert len(found) == len({place[4][0] for place in socket.getaddrinfo(host.strip("[]"), 0)})
        for url in found:
            assert httpx.get(f"{url}health", **PLAIN).status_code == 200


@pytest.mark.parametrize("host", ["x86_64-conda-linux-gnu", "192.0.2.1", "no.such.host.invalid"])
def test_a_host_of_other_software_is_told_what_to_do_about(tmp_path: Path, host: str) -> None:
    ran = run("serve", env=environment(tmp_path, HOST=host), cwd=tmp_path)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert f"HOST={host} is no address of this machine" in ran.stderr
    assert "unset it or give --host 127.0.0.1" in ran.stderr
    assert not (tmp_path / "interviews.db").exists()
