"""Ollama: the interview's messages, streamed replies, and a model that can speak."""

import asyncio
from typing import Any

import pytest

from backends.errors import BackendError
from backends.lines import BROKE_OFF
from backends.loading import AT_ONCE_SECONDS
from backends.modelcard import ModelState
from backends.prompting import summary_prompt, turn_prompt
from backends.turn import End, Phase, Status, Turn, Words
from statemachine.session import Session
from tests.backends.interviews import turn
from tests.backends.pieces import Said, all_of, failure_of, ollama_parts
from tests.backends.surroundings import PATIENCE, eventually
from tests.fakes import Mood, OllamaServer, ollama_model

FIRST, SECOND = "llama3.2:1b", "granite3.3:2b"
EMBEDS = "snowflake-arctic:latest"  # which neither its name nor its family says


def spoken(ollama: OllamaServer, *due: Turn) -> list[Said]:
    async def play() -> list[Said]:
        async with ollama_parts(ollama) as parts:
            return [await all_of(parts.backend.speak(each)) for each in due]

    return asyncio.run(play())


def said_of(ollama: OllamaServer, due: Turn) -> Said:
    (said,) = spoken(ollama, due)
    return said


def summed_up(ollama: OllamaServer, session: Session) -> Said:
    async def play() -> Said:
        async with ollama_parts(ollama) as parts:
            return await all_of(parts.backend.sum_up(Turn(session)))

    return asyncio.run(play())


def failed(ollama: OllamaServer, due: Turn) -> tuple[Said, str]:
    async def play() -> tuple[Said, str]:
        async with ollama_parts(ollama) as parts:
            return await failure_of(parts.backend.speak(due))

    return asyncio.run(play())


def chats_of(ollama: OllamaServer) -> list[Any]:
    """The bodies of all chats."""
    return [request.body for request in ollama.requests if request.path == "/api/chat"]


def test_a_reply_comes_word_by_word(ollama: OllamaServer) -> None:
    ollama.loaded = {FIRST: 4096}
    *pieces, end = said_of(ollama, turn(3)).pieces
    assert pieces == [
        Status(Phase.READING, FIRST),
        Status(Phase.WRITING, FIRST),
        Words("Ollama "),
        Words("question "),
        Words("3?"),
    ]
    assert isinstance(end, End)
    assert end.prompt_tokens
    assert end == End(tokens=3, prompt_tokens=end.prompt_tokens)


def test_it_is_asked_for_a_stream_with_limits(ollama: OllamaServer) -> None:
    due = turn(3, model=SECOND)
    assert said_of(ollama, due).model == SECOND
    (chat,) = chats_of(ollama)
    assert chat == {
        "model": SECOND,
        "messages": turn_prompt(due).to_json(),
        "stream": True,
        "keep_alive": "30m",
        "options": {
            "num_ctx": 4096,
            "num_predict": 400,
            "stop": ["<|im_end|>", "<|eot_id|>", "\nCandidate:", "\nUser:", "\nInterviewer:"],
        },
    }


def test_a_summary_is_asked_for_so_too(ollama: OllamaServer) -> None:
    session = turn(3).session
    ollama.script = ["They know their data."]
    assert summed_up(ollama, session).text == "They know their data."
    (chat,) = chats_of(ollama)
    assert chat["messages"] == summary_prompt(Turn(session)).to_json()
    assert chat["options"]["num_predict"] == 300


def test_a_turn_costs_its_own_answer_and_direction(ollama: OllamaServer) -> None:
    """And not the whole interview: what was evaluated is in memory still."""
    said: list[str] = []
    for number in range(1, 6):
        said.append(said_of(ollama, turn(number, said=said)).text)
    first, *later = ollama.evaluated
    assert first > 20
    assert max(later) < 30
    assert ollama.loads == [FIRST]


def test_a_reply_that_reached_its_limit_is_cut_off(ollama: OllamaServer) -> None:
    ollama.script = ["word " * 500]
    said = said_of(ollama, turn(2))
    assert said.end
    assert (said.end.is_cut_off, said.end.tokens) == (True, 400)


def test_another_turn_is_not_written(ollama: OllamaServer) -> None:
    ollama.script = ["Why?\nCandidate: Because.\nInterviewer: Good."]
    assert said_of(ollama, turn(2)).text == "Why?"


def test_how_many_answers_were_left_out_is_told(ollama: OllamaServer) -> None:
    session = turn(15, total=15, said=["Why? " * 400] * 14).session
    due = Turn(session, "Because.")
    said = said_of(ollama, due)
    assert {status.trimmed for status in said.statuses} == {turn_prompt(due).trimmed}
    assert turn_prompt(due).trimmed > 0


# Which model


@pytest.mark.parametrize(
    ("wanted", "used"),
    [
        (SECOND, SECOND),
        ("mistral", "mistral:latest"),
        ("a-model-it-has-not", FIRST),
        (None, FIRST),
    ],
)
def test_the_sessions_model_is_used_if_it_is_there_else_the_first(
    ollama: OllamaServer, wanted: str | None, used: str
) -> None:
    ollama.models.append(ollama_model("mistral:latest", "llama", "7.2B", 4_113_301_824))
    assert said_of(ollama, turn(1, model=wanted)).model == used
    assert [chat["model"] for chat in chats_of(ollama)] == [used]


def test_it_says_so_when_it_has_no_model(ollama: OllamaServer) -> None:
    ollama.models = []
    said, reason = failed(ollama, turn(1))
    assert (said.pieces, reason) == ((), "Has no model that can chat and runs there")
    assert chats_of(ollama) == []


def test_a_model_that_cannot_chat_is_passed_over_and_not_asked_again(ollama: OllamaServer) -> None:
    ollama.tells_capabilities = False
    ollama.capabilities = {EMBEDS: ["embedding"]}
    ollama.models.insert(0, ollama_model(EMBEDS, "llama", "335M", 669_615_493))
    ollama.loaded = {EMBEDS: 4096}
    said = spoken(ollama, turn(1, model=EMBEDS), turn(2, model=EMBEDS))
    assert [each.model for each in said] == [FIRST, FIRST]
    assert [chat["model"] for chat in chats_of(ollama)] == [EMBEDS, FIRST, FIRST]


def test_a_model_that_cannot_even_be_loaded_is_passed_over(ollama: OllamaServer) -> None:
    ollama.tells_capabilities = False
    ollama.capabilities = {EMBEDS: ["embedding"]}
    ollama.models.insert(0, ollama_model(EMBEDS, "llama", "335M", 669_615_493))
    assert said_of(ollama, turn(1)).model == FIRST
    assert [chat["model"] for chat in chats_of(ollama)] == [FIRST]


def test_a_model_that_was_deleted_is_passed_over(ollama: OllamaServer) -> None:
    async def play() -> Said:
        async with ollama_parts(ollama) as parts:
            del ollama.models[0]
            return await all_of(parts.backend.speak(turn(1)))

    assert asyncio.run(play()).model == SECOND


def test_a_request_that_every_model_refuses_marks_none(ollama: OllamaServer) -> None:
    ollama.capabilities = {FIRST: [], SECOND: []}
    ollama.tells_capabilities = False
    ollama.loaded = {FIRST: 4096, SECOND: 4096}

    async def play() -> None:
        async with ollama_parts(ollama) as parts:
            _, reason = await failure_of(parts.backend.speak(turn(1)))
            assert reason == "HTTP 400"
            assert [m.id for m in parts.catalogue.stand_ins("ollama")] == [FIRST, SECOND]

    asyncio.run(play())


def test_a_model_that_runs_elsewhere_speaks_only_if_it_is_named(ollama: OllamaServer) -> None:
    cloud = "gpt-oss:120b-cloud"
    ollama.models = [ollama_model(cloud, "gptoss", "120B", 384), *ollama.models]
    said = spoken(ollama, turn(1), turn(1, model="another"), turn(1, model=cloud))
    assert [each.model for each in said] == [FIRST, FIRST, cloud]
    assert said[2].phases == ["reading", "writing"], "there is nothing to load here"
    ollama.models = ollama.models[:1]
    assert "no model that can chat" in failed(ollama, turn(1))[1]


# Loading


def test_a_model_that_is_not_in_memory_is_loaded_first(ollama: OllamaServer) -> None:
    ollama.load_seconds = AT_ONCE_SECONDS + 0.2
    first, second = spoken(ollama, turn(1), turn(2))
    assert first.phases == ["loading", "reading", "writing"]
    assert second.phases == ["reading", "writing"]
    assert ollama.count("/api/generate") == 1
    assert ollama.loads == [FIRST]


def test_a_model_that_is_loaded_in_a_moment_is_not_said_to_be_loading(
    ollama: OllamaServer,
) -> None:
    assert said_of(ollama, turn(1)).phases == ["reading", "writing"]
    assert ollama.loads == [FIRST]


def test_a_load_goes_on_when_nobody_waits_for_it_any_more(ollama: OllamaServer) -> None:
    ollama.load_seconds = AT_ONCE_SECONDS + 0.3

    async def play() -> None:
        async with ollama_parts(ollama) as parts:
            pieces = parts.backend.speak(turn(1))
            assert await anext(pieces) == Status(Phase.LOADING, FIRST)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await anext(pieces)
            assert parts.loader.is_loading(FIRST)
            await eventually(lambda: parts.loader.state(FIRST) is ModelState.READY)
            assert (await all_of(parts.backend.speak(turn(1)))).phases == ["reading", "writing"]

    asyncio.run(play())
    assert ollama.loads == [FIRST]


def test_an_ollama_that_does_not_say_what_is_loaded_is_asked_at_once(ollama: OllamaServer) -> None:
    ollama.moods = {"/api/ps": Mood.ERROR_500}
    assert said_of(ollama, turn(1)).phases == ["reading", "writing"]
    assert ollama.count("/api/generate") == 0


# Thoughts


def thinking(ollama: OllamaServer) -> OllamaServer:
    ollama.capabilities = {FIRST: ["completion", "thinking"]}
    return ollama


def test_a_model_that_can_think_is_told_not_to(ollama: OllamaServer) -> None:
    said = spoken(thinking(ollama), turn(1), turn(2), turn(1, model=SECOND))
    assert [each.text for each in said] == [f"Ollama question {n}?" for n in (1, 2, 1)]
    assert [chat.get("think") for chat in chats_of(ollama)] == [False, False, None]
    asked = [r.body["model"] for r in ollama.requests if r.path == "/api/show"]
    assert sorted(asked) == sorted([FIRST, SECOND]), "each is asked for once"


def test_a_model_that_does_not_let_itself_be_told_is_asked_without(ollama: OllamaServer) -> None:
    thinking(ollama)

    async def play() -> Said:
        async with ollama_parts(ollama) as parts:
            ollama.capabilities = {}
            return await all_of(parts.backend.speak(turn(1)))

    assert asyncio.run(play()).text == "Ollama question 1?"
    assert [chat.get("think") for chat in chats_of(ollama)] == [False, None]


def test_thoughts_are_not_words(ollama: OllamaServer) -> None:
    ollama.mood = Mood.ONLY_THOUGHTS
    said = said_of(ollama, turn(1))
    assert said.text == ""
    assert said.end
    assert said.end.tokens == 3


def test_what_a_model_can_is_not_waited_for_long(ollama: OllamaServer) -> None:
    ollama.moods = {"/api/show": Mood.ERROR_500}
    assert said_of(ollama, turn(1)).text == "Ollama question 1?"
    assert "think" not in chats_of(ollama)[0]


# Streams that go wrong


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        (Mood.STOPS, BROKE_OFF),
        (Mood.BAD_LINE, "Sent a line that is not JSON"),
        (Mood.ERROR_MIDWAY, "Broke off: it reported an error"),
        (Mood.ENDLESS_LINE, "Sent a line of more than 256 KiB"),
        (Mood.EMPTY_STREAM, BROKE_OFF),
        (Mood.TRUNCATED_JSON, BROKE_OFF),
        (Mood.RESET, "Connection lost"),
        (Mood.SHORT_BODY, "Broke off its answer, or did not speak HTTP"),
        (Mood.ERROR_500, "HTTP 500"),
        (Mood.ERROR_503, "HTTP 503"),
        (Mood.HTML, BROKE_OFF),
        (Mood.WRONG_SHAPE, "Answered JSON of another shape"),
        (Mood.JSON_NULL, "Answered JSON of another shape"),
        (Mood.DEEP_JSON, BROKE_OFF),
        (Mood.WRONG_ENCODING, "Sent a line that is not JSON"),
        (Mood.LONE_SURROGATE, "Sent a line that is not JSON"),
        (Mood.HUGE_BODY, "Sent a line of more than 256 KiB"),
        (Mood.GZIP_BOMB, "Sent a compressed answer, which was not asked for"),
        (Mood.HUGE_TEXT, None),
    ],
)
def test_a_stream_that_goes_wrong_gives_its_words_and_the_reason(
    ollama: OllamaServer, mood: Mood, reason: str | None
) -> None:
    ollama.moods, ollama.loaded = {"/api/chat": mood}, {FIRST: 4096}
    if reason is None:
        assert said_of(ollama, turn(2)).end.is_cut_off is False
        return
    said, told = failed(ollama, turn(2))
    assert told == reason
    whole = "Thank you for that answer. Imagine"
    if mood in (Mood.STOPS, Mood.ERROR_MIDWAY):
        assert said.text.startswith(whole)
    if mood is Mood.BAD_LINE:
        assert said.text.startswith("Imagine this and that")
        assert len(said.text.split()) == 39


@pytest.mark.parametrize("mood", [Mood.DONE_TWICE, Mood.AFTER_DONE])
def test_nothing_counts_after_done(ollama: OllamaServer, mood: Mood) -> None:
    ollama.mood = mood
    said = said_of(ollama, turn(2))
    assert said.end
    assert (said.text, said.end.tokens) == ("Ollama question 2?", 3)


def test_a_character_may_be_cut_by_a_chunk(ollama: OllamaServer) -> None:
    ollama.mood = Mood.HALF_UTF8
    assert said_of(ollama, turn(2)).text == "Grüße, 世界: why is your résumé in a café?"


@pytest.mark.parametrize("mood", [Mood.STALLS, Mood.GOOD])
def test_closing_a_reply_ends_the_request(ollama: OllamaServer, mood: Mood) -> None:
    """Ollama then stops generating."""
    ollama.moods, ollama.loaded = {"/api/chat": mood}, {FIRST: 4096}
    ollama.tokens_per_second = 5

    async def play() -> None:
        async with ollama_parts(ollama) as parts:
            pieces = parts.backend.speak(turn(1))
            async for piece in pieces:
                if isinstance(piece, Words):
                    break
            await pieces.aclose()
            # What is left is idle: of the chat's, and of those before it.
            await eventually(lambda: ollama.connections <= 1)

    asyncio.run(asyncio.wait_for(play(), PATIENCE))


def test_an_error_is_raised_when_it_is_iterated(ollama: OllamaServer) -> None:
    ollama.models = []

    async def play() -> None:
        async with ollama_parts(ollama) as parts:
            pieces = parts.backend.speak(turn(1))
            with pytest.raises(BackendError):
                await anext(pieces)

    asyncio.run(play())
