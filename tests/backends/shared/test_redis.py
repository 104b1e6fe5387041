"""Values, duties and channels on a real Redis: shared while it is there, and missed by nobody when
it is not."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backends.shared import redis as redis_module
from backends.shared.board import Found
from backends.shared.connection import REQUEST_SECONDS
from backends.shared.redis import MAX_BYTES, RedisBoard
from tests.backends.shared.gateways import board, eventually, new_log, online
from tests.backends.surroundings import running
from tests.eventlog.running import in_loop
from tests.redis_server import RedisServer, needs_redis, redis_server

pytestmark = needs_redis

LONG = 60.0
SECRET = "s3cret"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


def watching(one: RedisBoard, seconds: float = LONG) -> list[Found | None]:
    """What the board gives whoever watches `x`."""
    given: list[Found | None] = []
    one.watch("x", seconds, given.append)
    return given


def last(given: list[Found | None]) -> Any:
    found = given[-1] if given else None
    return found and found.value


def always() -> bool:
    return True


@in_loop
async def test_what_one_puts_the_others_find_with_its_age_and_another_log_does_not(
    redis: RedisServer,
) -> None:
    log = new_log()
    ann, ben, other = board(redis.url, log), board(redis.url, log), board(redis.url, new_log())
    by_ann, by_ben, by_other = watching(ann), watching(ben), watching(other)
    async with online(ann, ben), running(other):
        ann.put("x", lambda: {"n": 1})
        await eventually(lambda: last(by_ben) == last(by_ann) == {"n": 1})
        assert (by_ben[-1].is_own, by_ann[-1].is_own) == (False, True)  # type: ignore[union-attr]
        redis.tell("PEXPIRE", f"{log.replace('/', ':')}:x", "20000")
        ben.put("y", dict) if "y" in ben._watched else await ben._exchange()
        found = by_ben[-1]
        assert found is not None
        assert found.age == pytest.approx(LONG - 20, abs=5)
        assert last(by_other) is None
    for key in redis.all_keys():
        assert key.startswith("interview-gateway:")
        assert int(redis.tell("PTTL", key)) > 0, key


@in_loop
async def test_one_gateway_has_a_duty_and_leaves_it_to_another_when_it_stops(
    redis: RedisServer,
) -> None:
    log = new_log()
    ann, ben = board(redis.url, log), board(redis.url, log)
    async with online(ben):
        async with online(ann):
            assert await ann.has_duty("probes", always, LONG)
            assert not await ben.has_duty("probes", always, LONG)
            assert await ann.has_duty("probes", always, LONG)
            assert (ann.glance().duties, ben.glance().duties) == (("probes",), ())
        assert await ben.has_duty("probes", always, LONG)


@in_loop
async def test_a_duty_that_is_needed_no_more_is_free(redis: RedisServer) -> None:
    log, needed = new_log(), [True]
    ann, ben = board(redis.url, log), board(redis.url, log)
    async with online(ann, ben):
        assert await ann.has_duty("trial", lambda: bool(needed), LONG)
        assert not await ben.has_duty("trial", always, LONG)
        needed.clear()
        await exchanged(ann)
        assert await ben.has_duty("trial", always, LONG)


@pytest.mark.parametrize(
    ("command", "rest"),
    [
        ("SET", ["no JSON", "PX", "60000"]),
        ("SET", ['{"v": 2, "by": "a newer gateway", "is": {}}', "PX", "60000"]),
        ("SET", ['{"v": 1, "by": "one that keeps it for good", "is": {}}']),
        ("SET", ['{"v": 1, "by": 7, "is": []}', "PX", "60000"]),
        ("SET", ["[" * 100_000, "PX", "60000"]),
        ("SET", ["x" * 120_000, "PX", "60000"]),
        ("RPUSH", ["a list"]),
        ("SET", ['{"v": 1, "by": "other", "is": {"bad": 1}}', "PX", "60000"]),
    ],
)
@in_loop
async def test_what_cannot_be_read_is_ignored_and_left_as_it_is(
    redis: RedisServer, command: str, rest: list[str]
) -> None:
    log = new_log()
    key = f"{log.replace('/', ':')}:x"
    redis.tell(command, key, *rest)
    redis.tell("RPUSH", f"{log.replace('/', ':')}:duty:d", "nonsense")
    ann = board(redis.url, log)

    def take(found: Found | None) -> None:
        if found is not None and "bad" in found.value:
            raise ValueError
        given.append(found)

    given: list[Found | None] = []
    ann.watch("x", LONG, take)
    async with online(ann):
        assert given == []
        assert await ann.has_duty("d", always, LONG)
        assert redis.tell("EXISTS", key) == "1"
        ann.put("x", lambda: {"n": 1})
        await eventually(lambda: last(given) == {"n": 1})


@in_loop
async def test_what_is_too_large_is_not_put(redis: RedisServer) -> None:
    ann = board(redis.url, new_log())
    given = watching(ann)
    async with online(ann):
        ann.put("x", lambda: {"n": "x" * MAX_BYTES})
        await exchanged(ann)
        assert ann.glance().is_online
        assert last(given) is None


@in_loop
async def test_messages_reach_the_others_that_listen_and_nothing_of_them_stays(
    redis: RedisServer,
) -> None:
    log = new_log()
    ann, ben = board(redis.url, log), board(redis.url, log)
    by_ann: list[Any] = []
    by_ben: list[Any] = []
    async with online(ann, ben):
        for one, heard in ((ann, by_ann), (ben, by_ben)):
            one.listen("reply:1", heard.append)
        while not by_ben:
            ann.send("reply:1", {"text": "What would you build?"})
            await asyncio.sleep(0.02)
        assert by_ann == []
        assert by_ben[0] == {"text": "What would you build?"}
        for nonsense in ("", "{}", '{"v": 1, "by": "x", "is": 7}', "[" * 50_000):
            redis.tell("PUBLISH", f"{log.replace('/', ':')}:reply:1", nonsense)
        by_ben.clear()
        while not by_ben:
            ann.send("reply:1", {"text": "And then?"})
            await asyncio.sleep(0.02)
        for key in redis.all_keys():
            if redis.tell("TYPE", key) == "string":
                assert "build" not in redis.tell("GET", key)


# Whatever becomes of Redis


async def exchanged(one: RedisBoard) -> None:
    """Until the board has talked to Redis again."""
    await one.has_duty(f"another-{uuid4().hex}", always, LONG)


def told_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The log's lines of its state, by what they say."""
    lines = [r for r in caplog.records if r.name == "backends.shared.connection"]
    words = {"Shares what": "shares", "Redis at %s is gone": "gone", "Redis at %s is back": "back"}
    return [
        words[begin]
        for line in lines
        for begin in words
        if line.levelno >= logging.INFO and str(line.msg).startswith(begin)
    ]


@pytest.mark.parametrize("how", ["kill", "hang"])
@in_loop
async def test_a_redis_that_goes_and_comes_back_is_told_of_once_and_missed_by_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    caplog.set_level(logging.INFO, logger="backends.shared")
    with redis_server(tmp_path) as redis:
        log = new_log()
        ann, ben = board(redis.url, log), board(redis.url, log)
        by_ben = watching(ben)
        watching(ann)
        async with online(ann, ben):
            assert await ann.has_duty("probes", always, LONG)
            assert not await ben.has_duty("probes", always, LONG)
            if how == "kill":
                redis.kill()
            else:
                redis.hang()
            await eventually(lambda: not (ann.glance().is_online or ben.glance().is_online))
            # Each does by itself what it would have left to the other, and waits for nothing.
            for one in (ann, ben):
                assert await one.has_duty("probes", always, 0.0)
            for n in range(5000):
                ann.put("x", lambda n=n: {"n": n})  # type: ignore[misc]
                ann.send("reply:1", {"n": n})
            if how == "kill":
                redis.start()
            else:
                redis.go_on()
            await eventually(lambda: last(by_ben) == {"n": 4999})
        assert sorted(told_of(caplog)) == ["back", "back", "gone", "gone", "shares", "shares"]


@in_loop
async def test_a_redis_that_is_emptied_is_as_good_as_new(redis: RedisServer) -> None:
    log = new_log()
    ann, ben = board(redis.url, log), board(redis.url, log)
    by_ben = watching(ben)
    watching(ann)
    async with online(ann, ben):
        assert await ann.has_duty("probes", always, LONG)
        redis.tell("FLUSHALL")
        await asyncio.gather(exchanged(ann), exchanged(ben))
        held = [await one.has_duty("probes", always, LONG) for one in (ann, ben)]
        assert sorted(held) == [False, True]
        ann.put("x", lambda: {"n": 1})
        await eventually(lambda: last(by_ben) == {"n": 1})


@in_loop
async def test_after_one_request_that_waited_in_vain_none_waits(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        ann = board(redis.url, new_log())
        async with online(ann):
            clock = asyncio.get_running_loop().time

            async def ask() -> float:
                began = clock()

                async def question() -> Any:
                    return await (await ann.connection.requests_client()).ping()

                answer = await ann.connection.ask_at_once(question)
                assert answer in (True, None)
                return clock() - began

            redis.hang()
            await ask()
            waited = [await ask() for _ in range(50)]
            assert sum(waited) < REQUEST_SECONDS
            # Nor do a thousand at once wait for one another.
            assert max(await asyncio.gather(*(ask() for _ in range(1000)))) < 10 * REQUEST_SECONDS
            redis.go_on()


@contextmanager
def nonsense(says: bytes) -> Iterator[str]:
    """The URL of a server that says this to whoever connects, again and again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        while connection.recv(100):
                            connection.sendall(says)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"redis://:{SECRET}@127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "says",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"+OK\r\n", b":7\r\n", b"\0\xff", b"*-1\r\n", b"-S3\r\n"],
)
@in_loop
async def test_what_does_not_speak_redis_is_no_redis(
    says: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with nonsense(says) as url:
        await refuses(url, caplog)


async def refuses(url: str, caplog: pytest.LogCaptureFixture) -> str:
    """Why the Redis at this URL is no use, after two exchanges of which nobody notices anything."""
    caplog.set_level(logging.DEBUG)
    ann = board(url, new_log())
    watching(ann)
    ann.put("x", lambda: {"n": 1})
    async with running(ann):
        await eventually(lambda: ann.connection.since is not None)
        assert not ann.glance().is_online
        assert await ann.has_duty("probes", always, 0.0)
        tried = ann._exchanges
        await eventually(lambda: ann._exchanges > tried)
        error = ann.glance().error
    assert error
    assert told_of(caplog) == ["gone"]
    shown = caplog.text + repr(ann.glance()) + repr(ann.connection.url)
    assert SECRET not in shown
    return error


@pytest.mark.parametrize(
    ("options", "login", "error"),
    [
        (["--requirepass", SECRET], ":s3cret-wrong@", "It refuses the login"),
        (["--requirepass", SECRET], "", "It refuses the login"),
        (["--maxmemory", "1"], "", "Its memory is full"),
        (["--replicaof", "127.0.0.1", "9"], "", "It is a replica"),
        (
            ["--user", *f"default on >{SECRET} ~* &* +@read".split()],
            f":{SECRET}@",
            "may not do what",
        ),
    ],
)
@in_loop
async def test_a_redis_that_cannot_be_used_says_why_and_shows_no_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, options: list[str], login: str, error: str
) -> None:
    with redis_server(tmp_path, *options) as redis:
        assert error in await refuses(f"redis://{login}127.0.0.1:{redis.port}", caplog)


@in_loop
async def test_a_login_is_sent_and_shown_as_stars(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--requirepass", f"{SECRET}@/?") as redis:
        ann = board(f"redis://:{SECRET}%40%2F%3F@127.0.0.1:{redis.port}/3", new_log())
        async with online(ann):
            assert ann.glance().where == f"redis://***@127.0.0.1:{redis.port}/3"


@in_loop
async def test_before_the_log_is_open_nothing_is_shared(redis: RedisServer) -> None:
    ann = board(redis.url, None)
    async with running(ann):
        await eventually(lambda: ann.glance().error == "The event log is not open yet")
        assert await ann.has_duty("probes", always, LONG)
        ann.log_name = new_log
        await eventually(lambda: ann.glance().is_online)
    assert redis_module.RETRY_SECONDS <= 1
