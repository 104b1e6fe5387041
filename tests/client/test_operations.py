"""Each function of the client is held to the gateway's operation that it asks for: what it resolves
to, and what it rejects with."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from api.app import create_app
from api.http.problems import LOG_UNAVAILABLE, PREFIX, PROBLEM_TYPES
from eventlog.memory import MemoryEventLog
from tests.client.generate import CALLS
from tests.client.tools import CLIENT, HERE, NODE, needs_node
from tests.gateways import settings_for

FUNCTIONS = (
    *("fetchHealth", "fetchModels", "selectModel", "startInterview", "sendResponse"),
    *("getSummary", "getInterview", "listInterviews", "getEvents", "getSessionAt"),
    *("getTranscript", "getBundle", "holdInterview", "releaseInterview", "forgetInterview"),
    *("getStateMachine", "getCheckpoint", "storeCheckpoint", "getAuditKey", "getInclusion"),
    "verifyLog",
)
STREAMS = {"streamStart": "start", "streamResponse": "respond", "streamSummary": "summary"}
"""What yields events ahead of an answer, and the path on which it asks for them."""
OF_A_REPLY = {"joinReply": "GET", "stopReply": "DELETE"}
DECLARED = (CLIENT / "index.d.ts").read_text()
MEMBERS = "\n".join((CLIENT / f"{source}.d.ts").read_text() for source in CALLS)
KINDS: dict[str, str] = {
    error: name
    for name, error in re.findall(
        r'^  "([a-z-]+)": (\w+),$', (CLIENT / "errors.js").read_text(), re.MULTILINE
    )
}
"""The errors that tell of a problem of a name, in the client's own table."""

pytestmark = needs_node


@cache
def requests() -> dict[str, tuple[str, str]]:
    assert NODE is not None
    done = subprocess.run(
        [NODE, str(HERE / "operations.mjs")], capture_output=True, text=True, timeout=20, check=True
    )
    return {name: (method, path) for name, (method, path) in json.loads(done.stdout).items()}


@cache
def document() -> dict[str, Any]:
    return create_app(settings_for(), MemoryEventLog()).openapi()


def operation_of(function: str) -> dict[str, Any]:
    method, path = requests()[function]
    for template, operations in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            operation: dict[str, Any] = operations[method.lower()]
            return operation
    raise AssertionError(f"the gateway has no {path}")


def comment_of(function: str) -> str:
    found = re.search(
        rf"^    (/\*\*(?:(?!\*/).)*\*/)\n    {function}[:(]", MEMBERS, re.DOTALL | re.MULTILINE
    )
    assert found, f"{function} says nothing of itself"
    return found[1]


def schema_of(type: str) -> str:
    """The name in the OpenAPI document of what a function resolves to; "" for plain text."""
    if type == "string":
        return ""
    found = re.search(rf'^export type {type} = Schemas\["(\w+)"\];$', DECLARED, re.MULTILINE)
    assert found, type
    return found[1]


def test_none_is_left_out() -> None:
    assert {*FUNCTIONS, *STREAMS, *OF_A_REPLY} == requests().keys()


@pytest.mark.parametrize(("function", "path"), STREAMS.items())
def test_a_stream_makes_the_request_of_the_plain_call(function: str, path: str) -> None:
    assert requests()[function] == ("POST", f"/api/v1/interviews/{path}")


@pytest.mark.parametrize(("function", "method"), OF_A_REPLY.items())
def test_a_reply_has_an_address_of_its_own(function: str, method: str) -> None:
    assert requests()[function] == (method, "/api/v1/interviews/id/reply")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_it_resolves_to_what_its_operation_answers(function: str) -> None:
    answered = json.dumps(operation_of(function)["responses"]["200"])
    schemas = set(re.findall(r'"#/components/schemas/(\w+)"', answered)) or {""}
    returned = re.search(r"@returns \{Promise<(.+)>\}", comment_of(function))
    assert returned
    # The models are taken out of the reply that they come in.
    assert schema_of({"Model[]": "Models"}.get(returned[1], returned[1])) in schemas


@pytest.mark.parametrize("function", [*FUNCTIONS, *STREAMS, "joinReply"])
def test_it_rejects_with_what_its_operation_refuses(function: str) -> None:
    said = re.search(r"@throws \{CallError(.*)\}", comment_of(function))
    assert said
    names = {KINDS[error] for error in re.findall(r"\w+", said[1])}
    responses = operation_of(function)["responses"]
    statuses = {int(status) for status in responses} - {200}
    if "#/components/schemas/Problem" in json.dumps(responses["200"]):
        statuses |= {LOG_UNAVAILABLE.status}  # what is begun may still end in that
    of_their_own = {
        PROBLEM_TYPES[name].status for name in KINDS.values()
    } & statuses - refused_otherwise(function)
    if "#/components/schemas/Problem" in json.dumps(operation_of(function)["responses"]["200"]):
        of_their_own.add(LOG_UNAVAILABLE.status)  # what the answer may end in
    assert {PROBLEM_TYPES[name].status for name in names} == of_their_own


def refused_otherwise(function: str) -> set[int]:
    """Statuses under which the operation tells only of problems without an error of their own."""
    responses = operation_of(function)["responses"]
    return {
        problem.status
        for problem in PROBLEM_TYPES.values()
        if problem.name not in KINDS.values()
        and responses.get(str(problem.status), {}).get("description", "").startswith(problem.title)
    }


def test_each_error_of_its_own_tells_of_a_problem_of_the_gateway() -> None:
    assert set(KINDS.values()) <= PROBLEM_TYPES.keys()
    assert all(problem.uri == PREFIX + name for name, problem in PROBLEM_TYPES.items())
