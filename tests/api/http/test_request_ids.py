"""Every answer carries the request's id, and what the request causes carries it too."""

import io
import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.cli.log_setup import JsonFormatter, RedactingFormatter
from tests.desktop import Desktop
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.processes import gateway_process

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OWN = re.compile("[0-9a-f]{32}")


@pytest.mark.parametrize("id", ["a", "req-1.2_3:4/5+6=@", "Root=1-67891233-abcdef01", "x" * 128])
def test_a_sane_id_of_the_caller_comes_back(alone: Served, id: str) -> None:
    answer = alone.client.get("/health", headers={"X-Request-ID": id})
    assert answer.headers.get_list("x-request-id") == [id]


@pytest.mark.parametrize(
    "ids", [["x" * 129], [""], ["my last name is Li"], ["<b>"], ["é"], ["a", "a"]]
)
def test_any_other_is_replaced_by_a_new_one(alone: Served, ids: list[str]) -> None:
    headers = [(b"x-request-id", id.encode()) for id in ids]
    first, second = (alone.client.get("/health", headers=headers) for _ in range(2))
    found = [answer.headers.get_list("x-request-id") for answer in (first, second)]
    assert all(len(ids) == 1 and OWN.fullmatch(ids[0]) for ids in found)
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/page/style.css", {}, 200),
        ("GET", "/nowhere", {}, 404),
        ("GET", "/health", {"Host": "evil.example"}, 400),
        ("GET", "/api/v1/models", {"Origin": "https://evil.example"}, 403),
        ("POST", "/api/v1/interviews/start", {"Content-Type": "application/json"}, 422),
        ("DELETE", "/health", {}, 405),
        (
            "OPTIONS",
            "/health",
            {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"},
            200,
        ),
    ],
)
def test_answers_of_every_kind_carry_it(
    alone: Served, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = alone.client.request(method, path, headers={**headers, "X-Request-ID": "mine"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (status, "mine")


def test_one_for_a_body_that_is_too_large_does_too(alone: Served) -> None:
    start = "/api/v1/interviews/start"
    answer = alone.client.post(start, content=b" " * 2**21, headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (413, "mine")


def test_what_is_no_http_gets_an_id_too(alone: Served) -> None:
    address = httpx.URL(alone.url)
    with socket.create_connection((address.host, address.port or 0), timeout=10) as client:
        client.sendall(b"NONSENSE\r\n\r\n")
        answer = client.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert re.search(r"(?im)^x-request-id: [0-9a-f]{32}\r$", answer)


def test_a_page_of_another_origin_may_read_it(alone: Served) -> None:
    answer = alone.client.get("/health", headers={"Origin": "http://localhost:3000"})
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]


@pytest.fixture(scope="module")
def speaking() -> Iterator[tuple[Served, OllamaServer]]:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        yield gateway, ollama


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ({"traceparent": TRACE}, (TRACE, None)),
        ({"traceparent": TRACE, "tracestate": "a=1,b=2"}, (TRACE, "a=1,b=2")),
        ({"traceparent": TRACE, "tracestate": "x" * 513}, (TRACE, None)),
        ({"traceparent": TRACE.upper(), "tracestate": "a=1"}, (None, None)),
        ({"traceparent": f"ff{TRACE[2:]}"}, (None, None)),
        ({"traceparent": f"{TRACE}-later"}, (None, None)),
        ({"traceparent": f"cc{TRACE[2:]}-later"}, (TRACE, None)),
        ({"traceparent": f"cc{TRACE[2:]}.later"}, (None, None)),
        ({"traceparent": f"00-{'0' * 32}{TRACE[35:]}"}, (None, None)),
        ({"tracestate": "a=1"}, (None, None)),
    ],
)
def test_services_are_sent_the_callers_id_and_trace(
    speaking: tuple[Served, OllamaServer],
    sent: dict[str, str],
    passed_on: tuple[str | None, str | None],
) -> None:
    gateway, ollama = speaking
    ollama.requests.clear()
    body = {"role": "Data Analyst"}
    answer = gateway.client.post(
        "/api/v1/interviews/start", json=body, headers={**sent, "X-Request-ID": "start-1"}
    )
    assert answer.status_code == 200
    asked = next(request for request in ollama.requests if request.path == "/api/chat")
    assert asked.headers["x-request-id"] == "start-1"
    assert (asked.headers.get("traceparent"), asked.headers.get("tracestate")) == passed_on


def test_a_probe_is_sent_none(speaking: tuple[Served, OllamaServer]) -> None:
    _, ollama = speaking
    probes = [request for request in ollama.requests if request.method == "GET"]
    assert all("x-request-id" not in request.headers for request in probes)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged as JSON."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter(RedactingFormatter()))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_of_json_has_the_ids_of_its_request(alone: Served, lines: io.StringIO) -> None:
    desktop = Desktop(alone).start()
    session = desktop.session | {"interviewId": "11111111-2222-4333-8444-555555555555"}
    body = {"session": session, "message": "My secret answer."}
    headers = {"traceparent": TRACE, "X-Request-ID": "adopts"}
    assert alone.client.post("/api/v1/interviews/respond", json=body, headers=headers).is_success
    [line] = [json.loads(line) for line in lines.getvalue().splitlines() if "Adopted" in line]
    assert line.pop("time").endswith("Z")
    assert line.pop("message").startswith("Adopted a session")
    assert line == {
        "level": "INFO",
        "logger": "api.usecases.candidate",
        "request_id": "adopts",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "00f067aa0ba902b7",
    }


def test_a_line_of_json_is_one_line_and_quotes_no_words(lines: io.StringIO) -> None:
    words = "My secret answer."
    try:
        raise ValueError(words)
    except ValueError:
        logging.getLogger("some").exception("Two\nlines and a \u202ebidi mark")
    [line] = lines.getvalue().splitlines()
    found = json.loads(line)
    assert line.isascii()
    assert found["message"] == "Two\nlines and a \u202ebidi mark"
    assert found["exception"].endswith("ValueError")
    assert "secret" not in line
    assert "request_id" not in found


def test_with_json_all_that_the_gateway_prints_is_json(tmp_path: Path) -> None:
    with gateway_process(tmp_path, LOG_FORMAT="json") as gateway:
        gateway.stop()
        lines = [json.loads(line) for line in gateway.printed.splitlines()]
    messages = [line["message"] for line in lines]
    assert messages[0] == f"Interview page: {gateway.url}/"
    assert messages[-1] == "Stopped; the event log is closed."
