"""The links between gateways and their servers have the faults that a test gives them."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.network import Fault, Link, Network, network

PATIENCE = 30
SHORTLY = 0.2


@pytest.fixture
def net() -> Iterator[Network]:
    with network() as made:
        yield made


class Ends:
    """A client, the server that it has reached through a link, and where that one listens."""

    def __init__(self, net: Network, stack: ExitStack) -> None:
        self.listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.listening.settimeout(PATIENCE)
        self.link: Link = net.link(self.listening.getsockname()[1], delay=SHORTLY)
        self.client = stack.enter_context(
            socket.create_connection(("127.0.0.1", self.link.port), PATIENCE)
        )
        self.server = stack.enter_context(closing(self.listening.accept()[0]))
        self.server.settimeout(PATIENCE)


@pytest.fixture
def ends(net: Network) -> Iterator[Ends]:
    with ExitStack() as stack:
        yield Ends(net, stack)


def passes(sender: socket.socket, receiver: socket.socket, words: bytes) -> bool:
    sender.sendall(words)
    got = b""
    while len(got) < len(words):
        got += receiver.recv(1)
    return got == words


def nothing_comes(receiver: socket.socket) -> bool:
    receiver.settimeout(SHORTLY)
    try:
        receiver.recv(1)
    except TimeoutError:
        return True
    finally:
        receiver.settimeout(PATIENCE)
    return False


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.DELAY, Fault.DRIP])
def test_a_slow_link_loses_nothing(net: Network, ends: Ends, fault: Fault) -> None:
    net.suffer(fault, ends.link)
    assert passes(ends.client, ends.server, b"to the server" * 20)
    assert passes(ends.server, ends.client, b"and back" * 20)
    ends.client.shutdown(socket.SHUT_WR)
    assert ends.server.recv(1) == b""


def test_what_a_link_held_back_arrives_when_it_is_whole(net: Network, ends: Ends) -> None:
    net.suffer(Fault.HOLD, ends.link)
    ends.client.sendall(b"late")
    ends.client.close()  # who sent it has given up
    assert nothing_comes(ends.server)
    net.heal()
    assert ends.server.recv(4) == b"late"
    assert ends.server.recv(1) == b""


def test_a_link_can_hold_back_answers_alone(net: Network, ends: Ends) -> None:
    net.suffer(Fault.HOLD_ANSWERS, ends.link)
    assert passes(ends.client, ends.server, b"question")
    ends.server.sendall(b"answer")
    assert nothing_comes(ends.client)
    net.heal()
    assert ends.client.recv(6) == b"answer"


def test_a_link_that_is_cut_resets_old_and_new_connections(net: Network, ends: Ends) -> None:
    net.suffer(Fault.CUT, ends.link)
    for one in (ends.client, ends.server):
        with pytest.raises(ConnectionResetError):
            one.recv(1)
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection(("127.0.0.1", ends.link.port), PATIENCE) as again,
    ):
        again.recv(1)
    net.heal()
    with socket.create_connection(("127.0.0.1", ends.link.port), PATIENCE) as again:
        server, _ = ends.listening.accept()
        with closing(server):
            assert passes(again, server, b"whole")
