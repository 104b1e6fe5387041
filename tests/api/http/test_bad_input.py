"""Whatever a caller sends: a problem that says what to do, never a 500, nothing written."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.desktop import Desktop
from tests.events import head_of
from tests.gateways import Served

START = "/api/v1/interviews/start"
RESPOND = "/api/v1/interviews/respond"
SUMMARY = "/api/v1/interviews/summary"
SELECT = "/api/v1/models/select"

ENGINEER = {"role": "Software Engineer"}


@pytest.fixture(scope="module")
def session(alone: Served) -> dict[str, Any]:
    """A session that can be answered."""
    return Desktop(alone).start(totalQuestions=3).session


def check_problem(response: Any, status: int) -> dict[str, Any]:
    problem: dict[str, Any] = response.json()
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["status"] == status
    assert "Traceback" not in response.text
    assert ".py" not in response.text
    return problem


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "role"),
        ({"role": "Chef"}, "role"),
        ({"role": 5}, "role"),
        ({"role": None}, "role"),
        ({**ENGINEER, "totalQuestions": 0}, "totalQuestions"),
        ({**ENGINEER, "totalQuestions": 16}, "totalQuestions"),
        ({**ENGINEER, "totalQuestions": -1}, "totalQuestions"),
        ({**ENGINEER, "totalQuestions": "5"}, "totalQuestions"),
        ({**ENGINEER, "totalQuestions": 5.5}, "totalQuestions"),
        ({**ENGINEER, "totalQuestions": True}, "totalQuestions"),
        ({**ENGINEER, "totalQuestions": 10**400}, "totalQuestions"),
        ({**ENGINEER, "model": ""}, "model"),
        ({**ENGINEER, "model": ["granite4:2b"]}, "model"),
        ({**ENGINEER, "model": "\ud800"}, "model"),
        ({**ENGINEER, "model": "a\x00b"}, "model"),
        ({**ENGINEER, "model": "  "}, "model"),
        ({**ENGINEER, "interviewId": "mine"}, "interviewId"),
        ({"role": "\ud800"}, "role"),
        ([], "body"),
        ("text", "body"),
        (None, "body"),
    ],
)
def test_a_start_that_cannot_be_used_names_the_field(alone: Served, body: Any, field: str) -> None:
    before = head_of(alone)
    content = json.dumps(body)
    response = alone.client.post(
        START, content=content, headers={"content-type": "application/json"}
    )
    problem = check_problem(response, 422)
    assert problem["errors"][0]["field"] == field
    assert head_of(alone) == before


@pytest.mark.parametrize(
    "message",
    ["", "   \n", "x" * 10_001, "NUL \x00 inside", "\ud800", None, 5, ["x"], {"text": "x"}],
)
def test_an_answer_that_cannot_be_taken_names_the_field(
    alone: Served, session: dict[str, Any], message: Any
) -> None:
    before = head_of(alone)
    body = json.dumps({"session": session, "message": message})
    response = alone.client.post(
        RESPOND, content=body, headers={"content-type": "application/json"}
    )
    problem = check_problem(response, 422)
    assert problem["errors"][0]["field"] == "message"
    assert head_of(alone) == before


def test_the_longest_answer_is_taken(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=1)
    desktop.answer("😀" * 10_000)
    assert desktop.answers == ["😀" * 10_000]


def without(session: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in session.items() if key != name}


ILLEGAL: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no config": (lambda s: without(s, "config"), "session.config"),
    "no messages": (lambda s: without(s, "messages"), "session.messages"),
    "empty messages": (lambda s: {**s, "messages": []}, "session.messages"),
    "unknown speaker": (
        lambda s: {**s, "messages": [{"role": "robot", "content": "hi"}]},
        "session.messages[0].role",
    ),
    "content that is no text": (
        lambda s: {**s, "messages": [{"role": "user", "content": 5}]},
        "session.messages[0].content",
    ),
    "NUL in the prompt": (
        lambda s: {**s, "messages": [{"role": "system", "content": "\x00"}, *s["messages"][1:]]},
        "session.messages[0].content",
    ),
    "no question yet": (lambda s: {**s, "messages": s["messages"][:2]}, "session.messages"),
    "two questions in a row": (
        lambda s: {**s, "messages": [*s["messages"], s["messages"][-1]]},
        "session.messages[3]",
    ),
    "an answer at the end": (
        lambda s: {**s, "messages": [*s["messages"], {"role": "user", "content": "hi"}]},
        "session.messages[3]",
    ),
    "a number that does not fit": (
        lambda s: {**s, "currentQuestion": 2},
        "session.currentQuestion",
    ),
    "a number as text": (lambda s: {**s, "currentQuestion": "1"}, "session.currentQuestion"),
    "a number out of range": (lambda s: {**s, "currentQuestion": 99}, "session.currentQuestion"),
    "complete before any answer": (
        lambda s: {**s, "isComplete": True},
        "session.messages[2]",
    ),
    "completion as text": (lambda s: {**s, "isComplete": "no"}, "session.isComplete"),
    "an id of somebody else's making": (
        lambda s: {**s, "interviewId": "../../etc/passwd"},
        "session.interviewId",
    ),
    "a session that is a list": (lambda s: [s], "session"),
    "no session": (lambda s: None, "session"),
}


@pytest.mark.parametrize("name", ILLEGAL)
@pytest.mark.parametrize("path", [RESPOND, SUMMARY])
def test_an_illegal_session_is_refused_with_the_place(
    alone: Served, session: dict[str, Any], path: str, name: str
) -> None:
    change, place = ILLEGAL[name]
    before = head_of(alone)
    body = {"session": change(copy.deepcopy(session)), "message": "It held up."}
    problem = check_problem(alone.post(path, body), 422)
    assert problem["errors"][0]["field"] == place
    assert head_of(alone) == before


@pytest.mark.parametrize("path", [START, RESPOND, SUMMARY, SELECT])
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe\x00",
        b'{"role": "Software Engineer"',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"nonsense",
        b'{"role": NaN}',
    ],
    ids=[
        "open brace",
        "nothing",
        "not UTF-8",
        "cut off",
        "deep list",
        "deep object",
        "word",
        "NaN",
    ],
)
def test_a_body_that_is_not_json_is_refused(alone: Served, path: str, body: bytes) -> None:
    before = head_of(alone)
    response = alone.client.post(path, content=body, headers={"content-type": "application/json"})
    check_problem(response, 422)
    assert head_of(alone) == before


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None],
)
def test_a_body_that_is_not_declared_to_be_json_is_refused(
    alone: Served, content_type: str | None
) -> None:
    before = head_of(alone)
    headers = {"content-type": content_type} if content_type else {}
    response = alone.client.post(START, content=json.dumps(ENGINEER).encode(), headers=headers)
    problem = check_problem(response, 415)
    assert "application/json" in problem["detail"]
    assert head_of(alone) == before


def test_json_of_a_named_kind_and_charset_is_taken(alone: Served) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    content = json.dumps(ENGINEER).encode()
    assert alone.client.post(START, content=content, headers=headers).status_code == 200


def test_a_body_over_one_mebibyte_is_refused_whether_declared_or_not(alone: Served) -> None:
    before = head_of(alone)
    json_header = {"content-type": "application/json"}
    body = b" " * (1024 * 1024 + 1)
    check_problem(alone.client.post(START, content=body, headers=json_header), 413)
    chunks = (b" " * 65536 for _ in range(17))
    check_problem(alone.client.post(START, content=chunks, headers=json_header), 413)
    assert head_of(alone) == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 405),
        ("GET", "/page/nowhere.js", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/interviews/start/", 404),
        ("GET", "/api/v1/interviews/00000000-0000-4000-8000-000000000000", 404),
        ("GET", "/api/v1/interviews/nonsense", 404),
        ("GET", "/api/v1/interviews/%00", 404),
        ("GET", "/api/v1/interviews/start", 405),
        ("GET", "/api/v1/interviews?state=new", 422),
        ("GET", "/problems/nonsense", 404),
        ("DELETE", START, 405),
        ("PUT", "/health", 405),
        ("POST", "/api/v1/models", 405),
        ("GET", "/api/v1/interviews?limit=0", 422),
        ("GET", "/api/v1/interviews?limit=101", 422),
        ("GET", "/api/v1/interviews?state=asleep", 422),
        ("GET", "/api/v1/interviews?role=%00", 422),
        ("GET", "/api/v1/interviews?cursor=-1", 422),
        ("GET", "/api/v1/interviews?cursor=9999999999999999999999", 422),
        ("POST", "/api/v1/models/select?model_id=", 422),
    ],
)
def test_unknown_paths_methods_and_parameters(
    alone: Served, method: str, path: str, status: int
) -> None:
    problem = check_problem(alone.client.request(method, path), status)
    assert problem["detail"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/models", "GET"),
        ("/health", "GET, HEAD"),
        ("/api/v1/kits/mine", "DELETE, GET, PUT"),
        ("/page/docs", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_allowed_names_those_that_are(
    alone: Served, path: str, allowed: str
) -> None:
    answer = alone.client.patch(path)
    check_problem(answer, 405)
    assert answer.headers["allow"] == allowed


def test_every_problem_type_leads_to_a_page(alone: Served) -> None:
    problem = alone.get("/nowhere").json()
    page = alone.get(problem["type"])
    assert page.status_code == 200
    assert problem["title"] in page.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(path=st.sampled_from([START, RESPOND, SUMMARY, SELECT]), body=json_values)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_json_whatsoever_makes_a_500(alone: Served, path: str, body: Any) -> None:
    response = alone.client.post(
        path, content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert response.status_code in (404, 422)


@given(data=st.data())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_part_of_a_session_put_wrong_makes_a_500(
    alone: Served, session: dict[str, Any], data: st.DataObject
) -> None:
    forged = copy.deepcopy(session)
    name = data.draw(st.sampled_from([*forged, "role", "model", "totalQuestions", "content"]))
    value = data.draw(json_values)
    if name in ("role", "model", "totalQuestions"):
        forged["config"][name] = value
    elif name == "content":
        forged["messages"][2]["content"] = value
    else:
        forged[name] = value
    body = json.dumps({"session": forged, "message": "It held up."})
    response = alone.client.post(
        RESPOND, content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code in (200, 409, 422), response.text
