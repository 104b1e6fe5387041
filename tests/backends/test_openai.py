"""A server with OpenAI's interface: the interview's messages, replies as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from backends.address import Address
from backends.http import Connections, Service
from backends.lines import BROKE_OFF
from backends.loading import ModelLoader
from backends.models import ModelCatalogue
from backends.openai import OpenAiBackend
from backends.prompting import summary_prompt, turn_prompt
from backends.services import OLLAMA, OPENAI
from backends.turn import End, Phase, Status, Turn, Words
from tests.backends.interviews import turn
from tests.backends.pieces import Said, all_of, failure_of
from tests.backends.surroundings import PATIENCE, eventually, running, urls_of
from tests.fakes import Mood, OpenAiServer, openai_model

FIRST, SECOND = "qwen3-4b", "smollm2-135m"


@asynccontextmanager
async def backend_of(
    openai: OpenAiServer, key: str | None = None
) -> AsyncIterator[tuple[OpenAiBackend, ModelCatalogue]]:
    """The backend and its catalogue, when the first round is over."""
    urls = urls_of([openai])
    address = urls[OPENAI] if key is None else urls[OPENAI].with_key(key)
    async with (
        aclosing(Connections()) as connections,
        aclosing(ModelLoader(Service(connections, urls[OLLAMA]))) as loader,
    ):
        catalogue = ModelCatalogue(connections, {**urls, OPENAI: address}, loader)
        async with running(catalogue):
            await catalogue.models(within=PATIENCE)
            yield OpenAiBackend(Service(connections, address), catalogue), catalogue


def spoken(openai: OpenAiServer, *due: Turn, key: str | None = None) -> list[Said]:
    async def play() -> list[Said]:
        async with backend_of(openai, key) as (backend, _):
            return [await all_of(backend.speak(each)) for each in due]

    return asyncio.run(play())


def said_of(openai: OpenAiServer, due: Turn) -> Said:
    (said,) = spoken(openai, due)
    return said


def failed(openai: OpenAiServer, due: Turn) -> tuple[Said, str]:
    async def play() -> tuple[Said, str]:
        async with backend_of(openai) as (backend, _):
            return await failure_of(backend.speak(due))

    return asyncio.run(play())


def chats_of(openai: OpenAiServer) -> list[Any]:
    """The bodies of all chats."""
    return [r.body for r in openai.requests if r.path == "/v1/chat/completions"]


def test_a_reply_comes_word_by_word(openai: OpenAiServer) -> None:
    assert said_of(openai, turn(3)).pieces == (
        Status(Phase.READING, FIRST),
        Status(Phase.WRITING, FIRST),
        Words("OpenAI "),
        Words("question "),
        Words("3?"),
        End(tokens=3, prompt_tokens=40),
    )


def test_it_is_asked_for_a_stream_with_limits(openai: OpenAiServer) -> None:
    due = turn(3, model=SECOND)
    assert said_of(openai, due).model == SECOND
    assert chats_of(openai) == [
        {
            "model": SECOND,
            "messages": turn_prompt(due).to_json(),
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": 400,
            "stop": ["<|im_end|>", "<|eot_id|>", "\nCandidate:", "\nUser:"],
        }
    ]


def test_a_summary_is_asked_for_so_too(openai: OpenAiServer) -> None:
    session = turn(3).session
    openai.script = ["They know their data."]

    async def play() -> Said:
        async with backend_of(openai) as (backend, _):
            return await all_of(backend.sum_up(Turn(session)))

    assert asyncio.run(play()).text == "They know their data."
    (chat,) = chats_of(openai)
    assert chat["messages"] == summary_prompt(Turn(session)).to_json()
    assert chat["max_tokens"] == 300


def test_a_reply_that_reached_its_limit_is_cut_off(openai: OpenAiServer) -> None:
    openai.script = ["word " * 500]
    assert said_of(openai, turn(2)).end == End(is_cut_off=True, tokens=400, prompt_tokens=40)


def test_a_server_that_does_not_count_tokens_is_not_asked_to_again(openai: OpenAiServer) -> None:
    openai.takes_stream_options = False
    first, second = spoken(openai, turn(1), turn(2))
    assert (first.text, first.end) == ("OpenAI question 1?", End())
    assert second.text == "OpenAI question 2?"
    assert ["stream_options" in chat for chat in chats_of(openai)] == [True, False, False]


def test_comments_and_thoughts_are_not_words(openai: OpenAiServer) -> None:
    openai.comments, openai.thoughts = True, ["Let me ", "think."]
    assert said_of(openai, turn(1)).text == "OpenAI question 1?"
    openai.mood = Mood.ONLY_THOUGHTS
    assert said_of(openai, turn(1)).text == ""


def test_the_key_is_sent_with_every_request(openai: OpenAiServer) -> None:
    openai.api_key = "s3cret"
    (said,) = spoken(openai, turn(1), key="s3cret")
    assert said.text == "OpenAI question 1?"
    assert {r.headers["authorization"] for r in openai.requests} == {"Bearer s3cret"}


def test_without_its_key_no_model_is_known(openai: OpenAiServer) -> None:
    openai.api_key = "s3cret"
    assert failed(openai, turn(1))[1] == "Has no model that can chat and runs there"


# Which model


@pytest.mark.parametrize(
    ("wanted", "used"), [(SECOND, SECOND), ("a-model-it-has-not", FIRST), (None, FIRST)]
)
def test_the_sessions_model_is_used_if_it_is_there_else_the_first(
    openai: OpenAiServer, wanted: str | None, used: str
) -> None:
    assert said_of(openai, turn(1, model=wanted)).model == used


def test_a_model_that_cannot_chat_is_passed_over_and_not_asked_again(openai: OpenAiServer) -> None:
    openai.models.insert(0, openai_model("base"))
    openai.cannot_chat = {"base"}
    said = spoken(openai, turn(1), turn(2))
    assert [each.model for each in said] == [FIRST, FIRST]
    asked = [chat["model"] for chat in chats_of(openai)]
    assert asked == ["base", "base", FIRST, FIRST], "with the wish for usage, and without"
    assert "stream_options" in chats_of(openai)[-1]


def test_a_model_that_is_a_file_is_asked_for_by_its_path_and_shown_without(
    openai: OpenAiServer,
) -> None:
    openai.models = [openai_model("/home/me/models/Qwen3-4B.gguf")]
    assert said_of(openai, turn(1, model="Qwen3-4B.gguf")).model == "Qwen3-4B.gguf"
    assert [chat["model"] for chat in chats_of(openai)] == ["/home/me/models/Qwen3-4B.gguf"]


# What fits


def long_turn() -> Turn:
    return turn(15, total=15, said=["Why? " * 400] * 14)


def test_a_context_that_the_server_tells_of_is_used(openai: OpenAiServer) -> None:
    openai.models[0]["max_model_len"] = 32_768
    openai.models[1]["meta"] = {"n_ctx": 2048}
    ample, scarce = spoken(openai, long_turn(), Turn(long_turn().session, "Because."))
    assert ample.statuses[0].trimmed == scarce.statuses[0].trimmed == 0
    session = long_turn().session
    config = session.config.model_copy(update={"model": SECOND})
    due = Turn(session.model_copy(update={"config": config}), "Because.")
    assert said_of(openai, due).statuses[0].trimmed == turn_prompt(due, 2048 - 400).trimmed > 0


def test_a_prompt_that_does_not_fit_is_shortened_until_it_does(openai: OpenAiServer) -> None:
    openai.context = 1000
    said = said_of(openai, long_turn())
    trimmed = [status.trimmed for status in said.statuses]
    assert trimmed == sorted(trimmed)
    assert trimmed[0] < trimmed[-1]
    assert said.text.startswith("OpenAI question")
    assert {chat["model"] for chat in chats_of(openai)} == {FIRST}


def test_a_prompt_that_never_fits_is_given_up(openai: OpenAiServer) -> None:
    openai.context = 1
    assert failed(openai, turn(2))[1] == "HTTP 400"


# Loading


def test_a_server_that_is_loading_is_asked_until_it_is_not(openai: OpenAiServer) -> None:
    openai.load_for(0.8)
    said = said_of(openai, turn(1))
    assert said.phases == ["reading", "loading", "writing"]
    assert said.text == "OpenAI question 1?"
    assert len(chats_of(openai)) == 3


def test_a_model_that_is_known_to_be_loading_says_so_at_once(openai: OpenAiServer) -> None:
    openai.models[0]["status"] = {"value": "loading"}
    assert said_of(openai, turn(1)).phases == ["loading", "writing"]


def test_a_server_with_a_full_queue_is_not_asked_again(openai: OpenAiServer) -> None:
    openai.moods = {"/v1/chat": Mood.ERROR_503}
    assert failed(openai, turn(1))[1] == "HTTP 503"
    assert len(chats_of(openai)) == 1


# Streams that go wrong


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        (Mood.STOPS, BROKE_OFF),
        (Mood.BAD_LINE, "Sent a line that is not JSON"),
        (Mood.ERROR_MIDWAY, "Broke off: it reported an error"),
        (Mood.ENDLESS_LINE, "Sent a line of more than 256 KiB"),
        (Mood.EMPTY_STREAM, "Did not answer a stream of events"),
        (Mood.TRUNCATED_JSON, BROKE_OFF),
        (Mood.RESET, "Connection lost"),
        (Mood.SHORT_BODY, "Broke off its answer, or did not speak HTTP"),
        (Mood.ERROR_500, "HTTP 500"),
        (Mood.ERROR_429, "HTTP 429"),
        (Mood.HTML, "Did not answer a stream of events"),
        (Mood.WRONG_SHAPE, "Did not answer a stream of events"),
        (Mood.WRONG_ENCODING, "Sent a line that is not JSON"),
        (Mood.LONE_SURROGATE, "Sent a line that is not JSON"),
        (Mood.HUGE_BODY, "Sent a line of more than 256 KiB"),
        (Mood.GZIP_BOMB, "Sent a compressed answer, which was not asked for"),
    ],
)
def test_a_stream_that_goes_wrong_gives_its_words_and_the_reason(
    openai: OpenAiServer, mood: Mood, reason: str
) -> None:
    openai.moods = {"/v1/chat": mood}
    said, told = failed(openai, turn(2))
    assert told == reason
    if mood in (Mood.STOPS, Mood.ERROR_MIDWAY):
        assert said.text.startswith("Thank you for that answer. Imagine")
    if mood is Mood.BAD_LINE:
        assert said.text.startswith("Imagine this and that")


@pytest.mark.parametrize("mood", [Mood.DONE_TWICE, Mood.AFTER_DONE])
def test_nothing_counts_after_done(openai: OpenAiServer, mood: Mood) -> None:
    openai.mood = mood
    said = said_of(openai, turn(2))
    assert (said.text, said.end) == ("OpenAI question 2?", End(tokens=3, prompt_tokens=40))


def test_a_character_may_be_cut_by_a_chunk(openai: OpenAiServer) -> None:
    openai.mood = Mood.HALF_UTF8
    assert said_of(openai, turn(2)).text == "Grüße, 世界: why is your résumé in a café?"


def test_closing_a_reply_ends_the_request(openai: OpenAiServer) -> None:
    openai.moods = {"/v1/chat": Mood.STALLS}

    async def play() -> None:
        async with backend_of(openai) as (backend, _):
            pieces = backend.speak(turn(1))
            async for piece in pieces:
                if isinstance(piece, Words):
                    break
            await pieces.aclose()
            await eventually(lambda: openai.connections <= 1)  # the catalogue's, idle

    asyncio.run(asyncio.wait_for(play(), PATIENCE))


def test_the_key_is_in_no_text_of_an_address() -> None:
    assert "s3cret" not in repr(Service(Connections(), Address("http://h").with_key("s3cret")))
