"""News of a reply, as another gateway hears it."""

import asyncio
from collections.abc import Iterator

import pytest

from api.usecases.replynews import ReplyNews
from backends.shared.board import ALONE
from tests.backends.shared.gateways import PATIENCE, board, new_log, online
from tests.eventlog.running import in_loop
from tests.redis_server import RedisServer, needs_redis, redis_server

ID = "5c1f0000-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


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
    news = ReplyNews(ALONE)
    news.tell(ID)
    await news.wait(ID, 0.01)
