"""What happens to a reply, as another gateway hears it."""

import asyncio
from collections.abc import Iterator

import pytest

from api.usecases.happenings import (
    ReplyDelta,
    ReplyDone,
    ReplyFailed,
    ReplyReset,
    ReplyStatus,
)
from api.usecases.livestreams import LiveStreams, ReplyNews, Streamed
from backends.shared.board import ALONE
from backends.turn import Phase
from tests.backends.shared.gateways import PATIENCE, board, new_log, online
from tests.eventlog.running import in_loop
from tests.redis_server import RedisServer, needs_redis, redis_server

ID = "5c1f0000-2222-4333-8444-555555555555"
HAPPENINGS: list[ReplyStatus | ReplyDelta | ReplyReset] = [
    ReplyStatus(Phase.WRITING, "ollama", "llama3.2:1b", 1200),
    ReplyDelta("Thanks."),
    ReplyReset("Hello 👋", "ollama was faster"),
]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@needs_redis
@in_loop
async def test_who_follows_hears_what_happens_and_where_it_belongs(redis: RedisServer) -> None:
    log = new_log()
    ann, ben = board(redis.url, log), board(redis.url, log)
    async with online(ann, ben), LiveStreams(ben).subscribe(ID) as heard:
        streams = LiveStreams(ann)
        while heard.empty():  # until it listens
            streams.publish(ID, 4, 0, ReplyReset("", "begins"))
            await asyncio.sleep(0.02)
        for happening in (*HAPPENINGS, ReplyFailed(ValueError("never told")), ReplyDone("")):
            streams.publish(ID, 5, 7, happening)
        async with asyncio.timeout(PATIENCE):
            while (first := await heard.get()).length == 4:
                pass
            told = [first, *[await heard.get() for _ in range(4)]]
    expected = [Streamed(5, 7, happening) for happening in (*HAPPENINGS, None, None)]
    assert told == expected


@needs_redis
@in_loop
async def test_who_waits_for_news_is_woken_by_it(redis: RedisServer) -> None:
    log = new_log()
    ann, ben = board(redis.url, log), board(redis.url, log)
    async with online(ann, ben):
        follower, news = ReplyNews(ben), ReplyNews(ann)
        waiting = asyncio.create_task(follower.wait(ID, 10 * PATIENCE))
        async with asyncio.timeout(PATIENCE):
            while not waiting.done():
                news.tell(ID)
                await asyncio.sleep(0.02)
            news.tell(ID)  # while nobody waits
            await follower.wait(ID, 10 * PATIENCE)


@in_loop
async def test_a_gateway_that_is_alone_tells_nobody_and_waits_in_vain() -> None:
    LiveStreams(ALONE).publish(ID, 1, 0, ReplyDelta("Hello"))
    async with LiveStreams(ALONE).subscribe(ID) as heard:
        await ReplyNews(ALONE).wait(ID, 0.01)
        assert heard.empty()
