"""What happens to a reply, as its listeners hear of it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from api.usecases.happenings import (
    GATEWAYS,
    EventIds,
    Happening,
    Happenings,
    Heard,
    ReplyDelta,
    ReplyDone,
    ReplyReset,
    ReplyStatus,
    recorded,
)
from backends.turn import Phase
from tests.eventlog.running import in_loop

READING = ReplyStatus(Phase.READING, "ollama", None, 0)
DONE = ReplyDone("result")


def happened(*all: Happening[str]) -> Happenings[str]:
    happenings: Happenings[str] = Happenings()
    for happening in all:
        happenings.add(happening)
    return happenings


async def heard(listening: AsyncGenerator[Heard[str], None]) -> list[tuple[int, Happening[str]]]:
    return [something async for something in listening if something is not None]


def what(found: list[tuple[int, Happening[str]]]) -> list[Happening[str]]:
    return [happening for _, happening in found]


def ids(found: list[tuple[int, Happening[str]]]) -> list[int]:
    return [id for id, _ in found]


@in_loop
async def test_whoever_asked_hears_all_in_order_and_ids_rise() -> None:
    all = (READING, ReplyDelta("Thank you."), ReplyReset("No", "other words"), DONE)
    found = await heard(happened(*all).from_start())
    assert tuple(what(found)) == all
    assert ids(found) == list(range(found[0][0], found[0][0] + 4))


@in_loop
async def test_words_that_came_together_are_told_together_under_the_id_of_the_last() -> None:
    happenings = happened(READING, ReplyDelta("Thank "), ReplyDelta("you"))
    listening = happenings.from_start()
    first = [await anext(listening), await anext(listening)]
    happenings.add(ReplyDelta("."))
    happenings.add(DONE)
    found = [*(one for one in first if one), *await heard(listening)]
    assert what(found) == [READING, ReplyDelta("Thank you"), ReplyDelta("."), DONE]
    assert ids(found) == [found[0][0] + n for n in (0, 2, 3, 4)]
    assert what(await heard(happenings.joined(ids(found)[1]))) == [ReplyDelta("."), DONE]


@in_loop
async def test_who_comes_late_gets_all_words_so_far_in_one() -> None:
    happenings = happened(READING, ReplyDelta("Thank "), ReplyDelta("you"))
    listening = happenings.joined(None)
    first = await anext(listening)
    assert first is not None
    assert first[1] == ReplyReset("Thank you", "joined")
    happenings.add(ReplyDelta("."))
    happenings.add(DONE)
    rest = await heard(listening)
    assert what(rest) == [ReplyDelta("."), DONE]
    assert ids(rest) == [first[0] + 1, first[0] + 2]


@in_loop
async def test_who_comes_before_the_first_word_hears_what_is_waited_for() -> None:
    first = await anext(happened(READING).joined(None))
    assert first is not None
    assert first[1] == READING


@in_loop
async def test_who_comes_back_hears_what_came_after_the_last_event() -> None:
    happenings = happened(READING, ReplyDelta("Thank "), ReplyDelta("you."), DONE)
    first_id = (await heard(happenings.from_start()))[0][0]
    assert what(await heard(happenings.joined(first_id + 1))) == [ReplyDelta("you."), DONE]
    assert await heard(happenings.joined(first_id + 3)) == []


@pytest.mark.parametrize("foreign", [0, 7, 10**17])
@in_loop
async def test_the_id_of_another_reply_or_of_the_future_is_nobodys(foreign: int) -> None:
    happenings = happened(READING, ReplyDelta("Thank you."), DONE)
    assert what(await heard(happenings.joined(foreign))) == [
        ReplyReset("Thank you.", "joined"),
        DONE,
    ]


@in_loop
async def test_who_has_words_of_another_reply_takes_them_off_at_once() -> None:
    first = await anext(happened(READING).joined(7))
    assert first is not None
    assert first[1] == ReplyReset("", "joined")


@in_loop
async def test_no_id_belongs_to_two_replies() -> None:
    one, other = happened(READING, DONE), happened(READING, DONE)
    assert not set(ids(await heard(one.from_start()))) & set(ids(await heard(other.from_start())))


@in_loop
async def test_a_hundred_listeners_hear_the_same_and_one_that_never_listens_keeps_nobody() -> None:
    happenings = happened(READING)
    never = happenings.from_start()
    await anext(never)
    listening = [asyncio.create_task(heard(happenings.from_start())) for _ in range(100)]
    for word in ("Thank ", "you ", "all."):
        happenings.add(ReplyDelta(word))
        await asyncio.sleep(0)
    happenings.add(DONE)
    expected = [READING, ReplyDelta("Thank "), ReplyDelta("you "), ReplyDelta("all."), DONE]
    assert all(what(found) == expected for found in await asyncio.gather(*listening))
    await never.aclose()


@in_loop
async def test_a_listener_is_told_that_nothing_happens() -> None:
    happenings: Happenings[str] = Happenings(quiet_seconds=0.01)
    listening = happenings.from_start()
    assert await anext(listening) is None


@in_loop
async def test_what_is_recorded_comes_at_once() -> None:
    fresh = await heard(recorded("Why?", "result", is_known=False).from_start())
    assert what(fresh) == [ReplyDelta("Why?"), DONE]
    known = await heard(recorded("Why?", "result", is_known=True).from_start())
    assert what(known) == [ReplyReset("Why?", "recorded"), DONE]


@in_loop
async def test_no_gateway_takes_the_ids_of_another_for_its_own() -> None:
    ours, theirs = EventIds(7, GATEWAYS), EventIds(8, GATEWAYS)
    for ids in (ours, theirs):
        ids.used(2**52 // GATEWAYS * GATEWAYS + ids.new_first() % GATEWAYS)  # both begin as one
    here: Happenings[str] = Happenings(ours)
    there: Happenings[str] = Happenings(theirs)
    words = [ReplyDelta(f"{n} ") for n in range(9)]
    known_here, known_there = ([made.add(word) for word in words] for made in (here, there))
    assert known_here[-1] > known_there[0], "they are of the same time"
    here.add(DONE)
    assert what(await heard(here.joined(known_here[0]))) == [
        ReplyDelta("".join(word.text for word in words[1:])),
        DONE,
    ]
    for id in known_there:
        first, *_ = what(await heard(here.joined(id)))
        assert first == ReplyReset("0 1 2 3 4 5 6 7 8 ", "joined")


def test_ids_of_a_reply_do_not_come_again_in_the_next_however_many_it_had() -> None:
    ids = EventIds(0, GATEWAYS)
    first: Happenings[str] = Happenings(ids)
    last = [first.add(ReplyDelta("word ")) for _ in range(5000)][-1]
    assert Happenings[str](ids).add(DONE) > last
