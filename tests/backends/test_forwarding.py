"""Calls that are passed on: how long they may take, and how many may be made at once."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

import pytest
import trustme

from backends.address import Address
from backends.forwarding import ForwardedCall, Forwarder, ServiceBroken, ServiceDown
from backends.http import Connections
from tests.backends.surroundings import PATIENCE, eventually
from tests.fakes import Mood
from tests.fakes.forwarded import ForwardedServer

T = TypeVar("T")

TTS = ForwardedCall("voice-service", "POST", "/voice/tts")


def forwarded(url: str, use: Callable[[Forwarder], Awaitable[T]], **limits: float) -> T:
    """What `use` makes of the service at `url`."""

    async def run() -> T:
        async with aclosing(Connections()) as connections, asyncio.timeout(PATIENCE):
            return await use(Forwarder(connections, Address(url), at_once=2, **limits))

    return asyncio.run(run())


@pytest.mark.parametrize("mood", [Mood.HANG, Mood.HANG_ACCEPT, Mood.DRIP])
def test_a_service_that_takes_too_long_is_left(mood: Mood) -> None:
    async def use(forwarder: Forwarder) -> None:
        with pytest.raises(ServiceDown, match=r"Did not answer within 0\.2 s"):
            await forwarder.ask(TTS, b"{}")
        # The fake hears of it at its next byte, if it sends any.
        await eventually(lambda: mood is not Mood.HANG or not server.connections)

    with ForwardedServer() as server:
        server.mood = mood
        forwarded(server.url, use, seconds=0.2)


def test_only_so_many_are_made_at_once_and_the_others_wait_for_a_while() -> None:
    async def ask(forwarder: Forwarder) -> int | str:
        try:
            async with forwarder.slot():
                return (await forwarder.ask(TTS, b"{}")).status
        except ServiceDown as error:
            return str(error)

    async def use(forwarder: Forwarder) -> list[int | str]:
        asking = [asyncio.create_task(ask(forwarder)) for _ in range(5)]
        await eventually(lambda: server.count() == 2)
        await asyncio.sleep(0.2)
        assert server.count() == 2
        return await asyncio.gather(*asking)

    with ForwardedServer() as server:
        server.mood, server.delay = Mood.SLOW, 0.3
        # The first two are answered after 0.3 s, the next two after 0.6 s.
        answers = forwarded(server.url, use, slot_seconds=0.45)
        assert sorted(map(str, answers)) == ["200"] * 4 + ["Is busy with 2 other calls"]


def test_a_service_whose_certificate_nobody_trusts_is_down() -> None:
    async def use(forwarder: Forwarder) -> None:
        with pytest.raises(ServiceDown, match="certificate"):
            await forwarder.ask(TTS, b"{}")

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    server = ForwardedServer()
    server.tls = tls
    with server:
        forwarded(server.url.replace("http:", "https:"), use)


def test_what_does_not_speak_http_is_broken() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_10.0\r\n")
        writer.close()

    async def run() -> None:
        async with (
            await asyncio.start_server(hang_up, "127.0.0.1", 0) as server,
            aclosing(Connections()) as connections,
        ):
            port = server.sockets[0].getsockname()[1]
            forwarder = Forwarder(connections, Address(f"http://127.0.0.1:{port}"))
            with pytest.raises(ServiceBroken):
                await forwarder.ask(TTS, b"{}")

    asyncio.run(run())
