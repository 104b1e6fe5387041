"""The fakes themselves: that the good ones speak the contract, and each mood shows on the wire."""

import asyncio
import contextlib
import gc
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx import codes

from tests.fakes import (
    CLOSING,
    ConversationServer,
    FakeServer,
    GraniteServer,
    HealthOnlyServer,
    Mood,
    OllamaServer,
    OpenAiServer,
    ollama_model,
)
from tests.fakes.delivery import BLANK_PIECES, BLANKS, DRIP_PAUSE, GZIP_WINDOW, NESTING
from tests.fakes.words import MEGABYTE
from tests.http_clients import async_http_client, http_client
from tests.stopwatch import Stopwatch

SOON = 0.3  # seconds in which a server that means to answer has done so
PATIENCE = 3  # seconds after which a test gives up
ROLE = "Data Analyst"
START = {"role": ROLE, "model": "vetta-granite-2b-gguf-v4", "totalQuestions": 2}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with http_client(timeout=PATIENCE) as client:
        yield client


def granite_post(client: httpx.Client, server: FakeServer, step: str, body: Any) -> Any:
    return client.post(f"{server.url}/api/v1/interviews/{step}", json=body).json()


def granite_asks(client: httpx.Client, server: FakeServer) -> str:
    words = granite_post(client, server, "start", START)["messages"][-1]["content"]
    assert isinstance(words, str)
    return words


def connected(server: FakeServer, path: str = "/health") -> socket.socket:
    """A connection on which this path has been asked for."""
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    try:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: fake\r\n\r\n".encode())
    except OSError:
        sock.close()
        raise
    return sock


def read_to_end(sock: socket.socket) -> bytes:
    with sock:
        return b"".join(iter(lambda: sock.recv(1 << 20), b""))


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def body_of(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[2]


# The services in their good mood


def test_granite_asks_till_its_own_count_is_full_and_then_closes(
    client: httpx.Client, granite: GraniteServer
) -> None:
    first = granite_post(client, granite, "start", START)
    assert first["config"] == START
    assert [message["role"] for message in first["messages"]] == ["system", "user", "assistant"]
    assert first["messages"][-1]["content"] == f"Granite question 1 about {ROLE}?"
    assert (first["currentQuestion"], first["isComplete"]) == (1, False)

    second = granite_post(client, granite, "respond", {"session": first, "message": "One."})
    assert second["messages"][:-2] == first["messages"]
    assert second["messages"][-2] == {"role": "user", "content": "One."}
    assert second["messages"][-1]["content"] == f"Granite question 2 about {ROLE}?"
    assert (second["currentQuestion"], second["isComplete"]) == (2, False)

    last = granite_post(client, granite, "respond", {"session": second, "message": "Two."})
    assert last["messages"][-1]["content"] == CLOSING
    assert (last["currentQuestion"], last["isComplete"]) == (2, True)

    summary = granite_post(client, granite, "summary", {"session": last})
    assert summary == {"summary": f"Granite summary of the {ROLE} interview."}


def test_granite_lists_its_models_in_an_object_or_bare(
    client: httpx.Client, granite: GraniteServer
) -> None:
    url = f"{granite.url}/api/v1/models"
    assert client.get(url).json() == {"models": granite.models}
    granite.bare_model_list = True
    assert client.get(url).json() == granite.models
    assert granite.models[0]["id"] == "vetta-granite-2b-gguf-v4"


def conversation_message(
    client: httpx.Client, server: ConversationServer, session_id: str
) -> httpx.Response:
    message = {"session_id": session_id, "message": "Yes.", "message_type": "transcript"}
    return client.post(f"{server.url}/conversation/message", json=message)


def test_conversation_keeps_its_state_by_session_id(
    client: httpx.Client, conversation: ConversationServer
) -> None:
    for session_id in ("a", "b"):
        started = client.post(
            f"{conversation.url}/conversation/start", json={"session_id": session_id}
        ).json()
        assert started["initial_message"] == "Conversation question 1?"
    reply = conversation_message(client, conversation, "a").json()
    assert (reply["response_text"], reply["response_type"]) == (
        "Conversation question 2?",
        "question",
    )
    conversation.forget("a")
    assert conversation_message(client, conversation, "a").status_code == codes.NOT_FOUND
    assert conversation_message(client, conversation, "b").status_code == codes.OK
    conversation.forget()
    assert "detail" in conversation_message(client, conversation, "b").json()


def test_conversation_concludes_when_told_to(
    client: httpx.Client, conversation: ConversationServer
) -> None:
    conversation.conclude_after = 2
    client.post(f"{conversation.url}/conversation/start", json={"session_id": "a"})
    replies = [conversation_message(client, conversation, "a").json() for _ in range(2)]
    assert [reply["response_type"] for reply in replies] == ["question", "conclusion"]
    assert replies[-1]["response_text"] == CLOSING


def test_ollama_chats_with_the_models_it_lists(client: httpx.Client, ollama: OllamaServer) -> None:
    ollama.models = [ollama_model("qwen3:0.6b", "qwen3", "752M", 522_653_767)]
    (model,) = client.get(f"{ollama.url}/api/tags").json()["models"]
    assert (model["name"], model["size"]) == ("qwen3:0.6b", 522_653_767)
    assert model["details"]["parameter_size"] == "752M"

    chat = {
        "model": "qwen3:0.6b",
        "messages": [{"role": "assistant", "content": "?"}, {"role": "user", "content": "!"}],
        "stream": False,
    }
    reply = client.post(f"{ollama.url}/api/chat", json=chat).json()
    assert reply["message"] == {"role": "assistant", "content": "Ollama question 2?"}
    assert (reply["done"], reply["done_reason"]) == (True, "stop")

    unknown = client.post(f"{ollama.url}/api/chat", json={**chat, "model": "x"})
    assert (unknown.status_code, unknown.json()) == (404, {"error": "model 'x' not found"})
    streaming = client.post(f"{ollama.url}/api/chat", json={**chat, "stream": True})
    assert streaming.headers["content-type"] == "application/x-ndjson"
    *words, end = [json.loads(line) for line in streaming.text.splitlines()]
    assert "".join(word["message"]["content"] for word in words) == "Ollama question 2?"
    assert [word["done"] for word in words] == [False] * 3
    assert (end["done"], end["done_reason"], end["eval_count"]) == (True, "stop", 3)


def test_the_other_services_have_only_their_health(client: httpx.Client) -> None:
    with HealthOnlyServer("voice-service") as server:
        health = client.get(f"{server.url}/health")
        assert health.json() == {"status": "healthy", "service": "voice-service"}
        other = client.get(f"{server.url}/other")
        assert (other.status_code, other.json()) == (404, {"detail": "Not Found"})


def test_a_malformed_body_is_refused(client: httpx.Client, granite: GraniteServer) -> None:
    url = f"{granite.url}/api/v1/interviews/start"
    assert client.post(url, json={"session": None}).status_code == codes.UNPROCESSABLE_ENTITY
    assert client.post(url, content=b"{").status_code == codes.UNPROCESSABLE_ENTITY


def test_the_script_comes_before_the_own_words(
    client: httpx.Client, granite: GraniteServer
) -> None:
    granite.script = ["One?", "Two?"]
    said = [granite_asks(client, granite) for _ in range(3)]
    assert said == ["One?", "Two?", f"Granite question 1 about {ROLE}?"]


def test_requests_are_recorded(client: httpx.Client, granite: GraniteServer) -> None:
    before = time.monotonic()
    client.get(f"{granite.url}/health", headers={"X-Trace": "7"})
    granite_post(client, granite, "start", START)
    probe, start = granite.requests
    assert (probe.method, probe.path, probe.body) == ("GET", "/health", None)
    assert probe.headers["x-trace"] == "7"
    assert (start.method, start.body) == ("POST", START)
    assert before <= probe.time <= start.time <= time.monotonic()
    assert (granite.count("/health"), granite.count("/api"), granite.count()) == (1, 1, 2)


def test_a_fake_serves_a_client_in_another_event_loop(granite: GraniteServer) -> None:
    async def probe() -> int:
        async with async_http_client() as client:
            return (await client.get(f"{granite.url}/health")).status_code

    assert asyncio.run(probe()) == codes.OK


# Moods: which one applies


def test_the_longest_path_prefix_decides_the_mood(
    client: httpx.Client, granite: GraniteServer
) -> None:
    granite.mood = Mood.ERROR_500
    granite.moods = {"/api": Mood.ERROR_429, "/api/v1/models": Mood.GOOD}
    paths = ["/health", "/api/v1/models", "/api/v1/interviews/start"]
    assert [client.get(granite.url + path).status_code for path in paths] == [500, 200, 429]


def test_the_mood_can_be_switched_at_any_time(client: httpx.Client, granite: GraniteServer) -> None:
    assert client.get(f"{granite.url}/health").status_code == codes.OK
    granite.mood = Mood.ERROR_500
    assert client.get(f"{granite.url}/health").status_code == codes.INTERNAL_SERVER_ERROR
    granite.mood = Mood.GOOD
    assert client.get(f"{granite.url}/health").status_code == codes.OK


# Moods: late or never


def test_slow_answers_rightly_after_the_delay(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood, granite.delay = Mood.SLOW, 0.2
    before = time.monotonic()
    assert client.get(f"{granite.url}/health").status_code == codes.OK
    assert time.monotonic() - before >= granite.delay


def test_hang_reads_and_never_answers(granite: GraniteServer) -> None:
    granite.mood = Mood.HANG
    with connected(granite) as sock:
        sock.settimeout(SOON)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    assert granite.count("/health") == 1


def test_hang_accept_reads_nothing(granite: GraniteServer) -> None:
    granite.mood = Mood.HANG_ACCEPT
    more_than_the_kernel_buffers = bytes(20_000_000)
    with connected(granite) as sock:
        sock.settimeout(SOON)
        with pytest.raises(TimeoutError):
            sock.sendall(more_than_the_kernel_buffers)
    assert granite.count() == 0


def test_drip_sends_one_byte_a_second(granite: GraniteServer) -> None:
    granite.mood = Mood.DRIP
    with connected(granite) as sock:
        before = time.monotonic()
        assert (sock.recv(100), sock.recv(100)) == (b"H", b"T")
        assert time.monotonic() - before >= 0.9 * DRIP_PAUSE


def test_reset_breaks_off_in_mid_body(granite: GraniteServer) -> None:
    granite.mood = Mood.RESET
    with connected(granite) as sock:
        assert body_of(sock.recv(1 << 16)).startswith(b'{"status"')
        with pytest.raises(ConnectionResetError):
            sock.recv(1 << 16)


def test_close_sends_no_byte(granite: GraniteServer) -> None:
    granite.mood = Mood.CLOSE
    assert read_to_end(connected(granite)) == b""


# Moods: refusals, and bodies that cannot be taken


def test_error_500_shows_what_must_not_leak(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.ERROR_500
    reply = client.get(f"{granite.url}/health")
    assert reply.status_code == codes.INTERNAL_SERVER_ERROR
    assert "Traceback" in reply.json()["detail"]


def test_error_429_says_when_to_retry(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.ERROR_429
    reply = client.get(f"{granite.url}/health")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "30")


def test_redirect_is_a_loop(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.REDIRECT
    reply = client.get(f"{granite.url}/health")
    assert (reply.status_code, reply.headers["location"]) == (302, "/health")


def test_html_is_an_error_page_under_200(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.HTML
    reply = client.get(f"{granite.url}/health")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html")
    assert "<title>502" in reply.text


def test_truncated_json_has_an_honest_length(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.TRUNCATED_JSON
    reply = client.get(f"{granite.url}/health")
    assert int(reply.headers["content-length"]) == len(reply.content) > 0
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_short_body_is_less_than_was_promised(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.SHORT_BODY
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        client.get(f"{granite.url}/health")


@pytest.mark.parametrize(
    ("mood", "body"),
    [
        (Mood.WRONG_SHAPE, b'{"hello": ["world"]}'),
        (Mood.JSON_LIST, b'["hello", "world"]'),
        (Mood.JSON_NULL, b"null"),
        (Mood.DEEP_JSON, b"[" * NESTING + b"]" * NESTING),
    ],
)
def test_valid_json_of_no_use(
    client: httpx.Client, granite: GraniteServer, mood: Mood, body: bytes
) -> None:
    granite.mood = mood
    reply = client.get(f"{granite.url}/api/v1/models")
    assert (reply.status_code, reply.content) == (200, body)


def test_wrong_encoding_is_latin_1_declared_as_utf_8(
    client: httpx.Client, granite: GraniteServer
) -> None:
    granite.mood = Mood.WRONG_ENCODING
    reply = client.post(f"{granite.url}/api/v1/interviews/start", json=START)
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        reply.content.decode("utf-8")
    session = json.loads(reply.content.decode("latin-1"))
    assert "café" in session["messages"][-1]["content"]
    with pytest.raises(UnicodeDecodeError):
        client.get(f"{granite.url}/health").content.decode("utf-8")


# Moods: size


def test_huge_body_is_the_right_answer_behind_100_mb(granite: GraniteServer) -> None:
    granite.mood = Mood.HUGE_BODY
    with connected(granite) as sock:
        head = sock.recv(1 << 20)
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        received, tail = len(body_of(head)), b""
        while received < length:
            piece = sock.recv(1 << 20)
            received += len(piece)
            tail = (tail + piece)[-1000:]
    assert length == received > BLANK_PIECES * len(BLANKS)
    assert json.loads(tail) == {"status": "healthy", "service": granite.name}


def test_gzip_bomb_expands_to_100_mb(client: httpx.Client, granite: GraniteServer) -> None:
    granite.mood = Mood.GZIP_BOMB
    with client.stream("GET", f"{granite.url}/health") as reply:
        assert reply.headers["content-encoding"] == "gzip"
        compressed = b"".join(reply.iter_raw())
    expanded = zlib.decompress(compressed, GZIP_WINDOW)
    assert len(expanded) > BLANK_PIECES * len(BLANKS) > 500 * len(compressed)
    assert expanded.endswith(b"}")


def test_endless_goes_on(granite: GraniteServer) -> None:
    granite.mood = Mood.ENDLESS
    enough = 10 * len(BLANKS)
    with connected(granite) as sock:
        received = 0
        while received < enough:
            received += len(sock.recv(1 << 20))


# Streams

CHAT = {"messages": [{"role": "user", "content": "Ask me."}], "stream": True}


def ollama_streams(client: httpx.Client, server: OllamaServer) -> bytes:
    chat = {**CHAT, "model": server.models[0]["name"]}
    return client.post(f"{server.url}/api/chat", json=chat).content


def openai_streams(client: httpx.Client, server: OpenAiServer) -> bytes:
    chat = {**CHAT, "model": server.models[0]["id"]}
    return client.post(f"{server.url}/v1/chat/completions", json=chat).content


def words_streamed(lines: bytes) -> str:
    chunks = [json.loads(line) for line in lines.splitlines()]
    return "".join(chunk["message"]["content"] for chunk in chunks)


def test_openai_streams_events_and_says_when_it_is_done(
    client: httpx.Client, openai: OpenAiServer
) -> None:
    *events, done, end = openai_streams(client, openai).split(b"\n\n")
    assert (done, end) == (b"data: [DONE]", b"")
    chunks = [json.loads(event.removeprefix(b"data: ")) for event in events]
    said = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    assert said == [None, "OpenAI ", "question ", "1?", None]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_openai_refuses_while_it_loads_and_without_its_key(
    client: httpx.Client, openai: OpenAiServer
) -> None:
    openai.load_for(60)
    assert b"Loading model" in openai_streams(client, openai)
    openai.loaded_at, openai.api_key = 0, "s3cret"
    assert client.get(f"{openai.url}/v1/models").status_code == codes.UNAUTHORIZED


def test_ollama_breaks_off_a_load_when_its_client_goes_away(ollama: OllamaServer) -> None:
    model, ollama.load_seconds = ollama.models[0]["name"], 60
    with http_client(timeout=0.1) as client, pytest.raises(httpx.ReadTimeout):
        client.post(f"{ollama.url}/api/generate", json={"model": model})
    deadline = time.monotonic() + PATIENCE
    while ollama.connections:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (ollama.loads, ollama.loaded) == ([model], {})


def test_ollama_loads_a_model_again_whose_context_is_to_be_another(
    client: httpx.Client, ollama: OllamaServer
) -> None:
    model = ollama.models[0]["name"]
    for context in (4096, 4096, 8192):
        load = {"model": model, "options": {"num_ctx": context}}
        assert client.post(f"{ollama.url}/api/generate", json=load).json()["done_reason"] == "load"
    assert ollama.loads == [model, model]
    running = client.get(f"{ollama.url}/api/ps").json()["models"]
    assert [entry["name"] for entry in running] == [model]


def test_ollama_evaluates_only_what_differs_from_the_prompt_before(
    client: httpx.Client, ollama: OllamaServer
) -> None:
    said = [{"role": "user", "content": "one two three"}]
    chat = {"model": ollama.models[0]["name"], "stream": False}
    client.post(f"{ollama.url}/api/chat", json={**chat, "messages": said})
    said += [
        {"role": "assistant", "content": "Ollama question 1?"},
        {"role": "user", "content": "four five"},
    ]
    client.post(f"{ollama.url}/api/chat", json={**chat, "messages": said})
    said[0]["content"] = "ONE two three"
    client.post(f"{ollama.url}/api/chat", json={**chat, "messages": said})
    assert ollama.evaluated == [6, 6, 14]


def test_ollama_speaks_at_its_pace(client: httpx.Client, ollama: OllamaServer) -> None:
    ollama.tokens_per_second, ollama.prompt_seconds = 20, 0.1
    began = time.monotonic()
    ollama_streams(client, ollama)
    assert time.monotonic() - began >= 0.1 + 3 / 20


def test_ollama_stops_where_it_is_told_to(client: httpx.Client, ollama: OllamaServer) -> None:
    ollama.script = ["One two three four", "One two\nUser: three"]
    chat = {**CHAT, "model": ollama.models[0]["name"]}
    for options, words in (({"num_predict": 2}, "One two "), ({"stop": ["\nUser:"]}, "One two")):
        reply = client.post(f"{ollama.url}/api/chat", json={**chat, "options": options})
        assert words_streamed(reply.content) == words


def test_ollama_refuses_what_a_model_cannot(client: httpx.Client, ollama: OllamaServer) -> None:
    model = ollama.models[0]["name"]
    chat = {**CHAT, "model": model}
    thinking = client.post(f"{ollama.url}/api/chat", json={**chat, "think": False})
    assert (thinking.status_code, "thinking" in thinking.json()["error"]) == (400, True)
    ollama.capabilities = {model: ["embedding"]}
    assert client.post(f"{ollama.url}/api/chat", json=chat).status_code == codes.BAD_REQUEST
    shown = client.post(f"{ollama.url}/api/show", json={"model": model}).json()
    assert shown["capabilities"] == ["embedding"]


@pytest.mark.parametrize("streams", [ollama_streams, openai_streams])
@pytest.mark.parametrize(
    ("mood", "shows"),
    [
        (Mood.STOPS, lambda sent: b"Imagine" in sent and b"How?" not in sent),
        (Mood.HALF_UTF8, lambda sent: "世界".encode() in sent),
        (Mood.BAD_LINE, lambda sent: b"}no JSON}" in sent),
        (Mood.ERROR_MIDWAY, lambda sent: b'{"error": "llama runner' in sent),
        (Mood.ENDLESS_LINE, lambda sent: sent.endswith(b"x" * MEGABYTE)),
        (Mood.DONE_TWICE, lambda sent: sent.count(b'"stop"') == 2),
        (Mood.AFTER_DONE, lambda sent: sent.rfind(b"question") > sent.find(b'"stop"')),
        (Mood.EMPTY_STREAM, lambda sent: sent == b""),
        (Mood.ONLY_THOUGHTS, lambda sent: b"What could I ask?" in sent and b"question" not in sent),
    ],
)
def test_moods_of_streams(
    client: httpx.Client,
    ollama: OllamaServer,
    openai: OpenAiServer,
    streams: Callable[[httpx.Client, FakeServer], bytes],
    mood: Mood,
    shows: Callable[[bytes], bool],
) -> None:
    server: FakeServer = ollama if streams is ollama_streams else openai
    server.mood = mood
    assert shows(streams(client, server))


def test_stalls_says_one_word_and_never_more(ollama: OllamaServer) -> None:
    ollama.mood = Mood.STALLS
    chat = {**CHAT, "model": ollama.models[0]["name"]}
    with (
        http_client(timeout=SOON) as client,
        client.stream("POST", f"{ollama.url}/api/chat", json=chat) as reply,
    ):
        pieces = reply.iter_raw()
        assert b"Ollama " in next(pieces)
        with pytest.raises(httpx.ReadTimeout):
            next(pieces)


# Moods: words


@pytest.mark.parametrize(
    ("mood", "shows"),
    [
        (Mood.EMPTY_TEXT, lambda words: words == ""),
        (Mood.BLANK_TEXT, lambda words: words and not any(c.isprintable() for c in words.strip())),
        (Mood.HUGE_TEXT, lambda words: len(words) >= MEGABYTE),
        (Mood.CONTROL_TEXT, lambda words: all(c in words for c in "\x00\x1b\x07\u202e")),
        (Mood.LONE_SURROGATE, lambda words: "\ud800" in words),
        (Mood.SIXTH_QUESTION, lambda words: words == "Question 6 of 5: and one more thing?"),
        (Mood.CLOSES_EARLY, lambda words: words == CLOSING),
        (Mood.THANKS, lambda words: words == "Thank you for your answer. Question 1: Why?"),
    ],
)
def test_moods_put_words_into_every_service_that_speaks(
    client: httpx.Client, mood: Mood, shows: Callable[[str], bool]
) -> None:
    with GraniteServer() as granite, ConversationServer() as conversation, OllamaServer() as ollama:
        granite.mood = conversation.mood = ollama.mood = mood
        started = client.post(f"{conversation.url}/conversation/start", json={"session_id": "a"})
        chat = {"model": ollama.models[0]["name"], "messages": [], "stream": False}
        chatted = client.post(f"{ollama.url}/api/chat", json=chat)
        assert shows(granite_asks(client, granite))
        assert shows(started.json()["initial_message"])
        assert shows(chatted.json()["message"]["content"])


def test_lone_surrogate_is_an_escape_on_the_wire(
    client: httpx.Client, granite: GraniteServer
) -> None:
    granite.mood = Mood.LONE_SURROGATE
    reply = client.post(f"{granite.url}/api/v1/interviews/start", json=START)
    assert rb"\ud800" in reply.content


def test_thanks_closes_with_the_services_own_words(
    client: httpx.Client, granite: GraniteServer
) -> None:
    granite.mood = Mood.THANKS
    session = granite_post(client, granite, "start", START)
    said = []
    for _ in range(2):
        session = granite_post(client, granite, "respond", {"session": session, "message": "Yes."})
        said.append(session["messages"][-1]["content"])
    assert said == ["Thank you for your answer. Question 2: Why?", CLOSING]


# Moods: sessions that do not continue the posted one


@pytest.fixture
def posted(client: httpx.Client, granite: GraniteServer) -> Any:
    return granite_post(client, granite, "start", START)


def answered_in(mood: Mood, client: httpx.Client, granite: GraniteServer, posted: Any) -> Any:
    granite.mood = mood
    return granite_post(client, granite, "respond", {"session": posted, "message": "Yes."})


def test_rewrites_history_alters_an_earlier_message(
    client: httpx.Client, granite: GraniteServer, posted: Any
) -> None:
    session = answered_in(Mood.REWRITES_HISTORY, client, granite, posted)
    assert len(session["messages"]) == len(posted["messages"]) + 2
    assert session["messages"][:2] == posted["messages"][:2]
    assert session["messages"][2] != posted["messages"][2]


def test_drops_history_sends_only_its_reply(
    client: httpx.Client, granite: GraniteServer, posted: Any
) -> None:
    session = answered_in(Mood.DROPS_HISTORY, client, granite, posted)
    assert [message["role"] for message in session["messages"]] == ["assistant"]


def test_two_replies_appends_two(client: httpx.Client, granite: GraniteServer, posted: Any) -> None:
    session = answered_in(Mood.TWO_REPLIES, client, granite, posted)
    new = session["messages"][len(posted["messages"]) :]
    assert [message["role"] for message in new] == ["user", "assistant", "assistant"]


def test_lies_complete_beside_an_ordinary_question(
    client: httpx.Client, granite: GraniteServer, posted: Any
) -> None:
    session = answered_in(Mood.LIES_COMPLETE, client, granite, posted)
    assert (session["currentQuestion"], session["isComplete"]) == (99, True)
    assert session["messages"][-1]["content"] == f"Granite question 2 about {ROLE}?"


# Starting and stopping


def test_a_stopped_server_refuses_and_comes_back_on_its_port(client: httpx.Client) -> None:
    with GraniteServer() as server:
        url = server.url
        assert client.get(f"{url}/health").status_code == codes.OK
        server.stop()
        with pytest.raises(httpx.ConnectError):
            client.get(f"{url}/health")
        server.start()
        assert server.url == url
        assert client.get(f"{url}/health").status_code == codes.OK


def test_a_taken_port_is_an_error_at_once(granite: GraniteServer) -> None:
    with pytest.raises(OSError, match="in use"):
        GraniteServer(granite.port).start()


@pytest.mark.parametrize(
    "mood", [Mood.GOOD, Mood.SLOW, Mood.HANG, Mood.HANG_ACCEPT, Mood.DRIP, Mood.ENDLESS]
)
def test_stopping_ends_every_connection_and_leaves_nothing(
    mood: Mood, capfd: pytest.CaptureFixture[str]
) -> None:
    gc.collect()
    threads, files = threading.active_count(), open_files()
    with GraniteServer() as server:
        server.mood, server.delay = mood, 60
        sockets = [connected(server) for _ in range(5)]
        time.sleep(0.05)  # each connection is now in the middle of its mood
        watch = Stopwatch()
    assert watch.seconds() < 1
    for sock in sockets:
        with contextlib.suppress(ConnectionResetError):
            read_to_end(sock)
    gc.collect()
    assert (threading.active_count(), open_files()) == (threads, files)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("mood", [Mood.HANG, Mood.SLOW, Mood.HUGE_BODY, Mood.ENDLESS])
def test_a_client_that_disappears_is_let_go_in_silence(
    mood: Mood, capfd: pytest.CaptureFixture[str]
) -> None:
    with GraniteServer() as server:
        server.mood, server.delay = mood, 0.05
        connected(server).close()
        deadline = time.monotonic() + PATIENCE
        while not server.requests or server.connections:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert capfd.readouterr() == ("", "")


def test_stopping_amid_a_burst_of_new_connections_leaks_none() -> None:
    # A leak shows as a ResourceWarning, which pytest makes an error.
    server = GraniteServer()
    over = threading.Event()

    def keep_connecting() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                connected(server).close()

    clients = [threading.Thread(target=keep_connecting) for _ in range(4)]
    with server:
        for client in clients:
            client.start()
        for _ in range(20):
            time.sleep(0.005)
            server.stop()
            assert server.connections == 0
            server.start()
        over.set()
        for client in clients:
            client.join()
    gc.collect()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_fake_runs_from_the_command_line(client: httpx.Client, ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.fakes", "voice", "--port", "0", "--mood", "error_500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[2].rstrip(",")
            reply = client.get(f"{url}/health")
            process.send_signal(ending)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    assert reply.status_code == codes.INTERNAL_SERVER_ERROR
