"""The client in Node against the running gateway: what the desktop's developer can rely on."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.client.caller import Caller, calling
from tests.client.tools import CLIENT, NODE, needs_node
from tests.client.unreliable import LossyProxy, Sayer, standing
from tests.eventlog.evidence import reading
from tests.fakes import GraniteServer, HealthOnlyServer, Mood, OllamaServer
from tests.gateways import NOWHERE, Served, serving
from tests.processes import mortal_gateway
from tests.stopwatch import Stopwatch

pytestmark = needs_node

ROLES = ("Software Engineer", "Product Manager", "Data Analyst")
MOVES = ["interview-started", "question-asked", "answer-given", "question-asked"]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Served]:
    """On templates and a log on disk."""
    with serving(eventlog_url=f"sqlite:///{tmp_path}/interviews.db") as served:
        yield served


@contextmanager
def behind_a_lossy_proxy(gateway: Served) -> Iterator[tuple[LossyProxy, Caller]]:
    proxy = LossyProxy(gateway.url)
    with standing(proxy) as url, calling(url, retries=3) as client:
        yield proxy, client


def kinds_of(gateway: Served, session: dict[str, Any]) -> list[str]:
    """What the log holds of an interview."""
    events = gateway.get(f"/api/v1/interviews/{session['interviewId']}/events").json()["events"]
    return [event["kind"] for event in events]


@pytest.mark.parametrize("role", ROLES)
def test_a_whole_interview(gateway: Served, role: str) -> None:
    with calling(gateway.url) as client:
        health, later = client.call("fetchHealth"), gateway.get("/health").json()
        for passing in (health, health["gateway"], later, later["gateway"]):
            passing.pop("timestamp", None)
            passing.pop("uptime_seconds", None)
        assert health == later
        session = client.call("startInterview", {"role": role, "totalQuestions": 3})
        assert session["config"]["role"] == role
        id = session["interviewId"]
        for number in (1, 2, 3):
            assert (session["currentQuestion"], session["isComplete"]) == (number, False)
            session = client.call("sendResponse", session, f"My answer to {number}.")
        assert session["isComplete"]
        summary = client.call("getSummary", session)
        assert summary["summary"]
        assert (summary["questionsAsked"], summary["responsesGiven"]) == (3, 3)
        kept = client.call("getInterview", id)
        assert (kept["state"], kept["session"]) == ("complete", session)


def test_models_are_listed_and_chosen() -> None:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        with calling(gateway.url) as client:
            models = client.call("fetchModels")
            assert models == gateway.get("/api/v1/models").json()["models"]
            chosen = models[-1]["id"]
            assert client.call("selectModel", chosen)["selected"] == chosen
            session = client.call("startInterview", {"role": ROLES[0]})
            assert session["config"]["model"] == chosen
            error = client.failure("selectModel", "gpt-9")
            assert (error.kind, error.error["status"]) == ("unknown-model", 404)
            assert error.error["knownModels"] == [model["id"] for model in models]


@pytest.mark.alone
def test_a_gateway_killed_and_restarted_in_the_middle(tmp_path: Path) -> None:
    with mortal_gateway(tmp_path) as gateway, calling(gateway.url) as client:
        session = client.call("startInterview", {"role": ROLES[1], "totalQuestions": 2})
        gateway.die()
        # A busy machine can take longer to start a gateway than the default retries last.
        client.send("sendResponse", session, "Said while it was dead.", retries=7)
        Timer(0.5, gateway.live).start()
        session = client.result()  # it was asked again until the gateway was back
        assert session["currentQuestion"] == 2
        gateway.die()
        gateway.live()
        session = client.call("sendResponse", session, "Said after another death.")
        assert session["isComplete"]
        assert client.call("getSummary", session)["responsesGiven"] == 2
        words = [message["content"] for message in session["messages"]]
        assert words.count("Said while it was dead.") == 1


@pytest.mark.parametrize("keep", [0, 20, 400], ids=["all of it", "its head", "its body"])
def test_a_lost_reply_is_fetched_and_no_move_is_made_twice(gateway: Served, keep: int) -> None:
    with behind_a_lossy_proxy(gateway) as (proxy, client):
        proxy.keep = keep
        proxy.lose = 2
        session = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 2})
        proxy.lose = 2
        session = client.call("sendResponse", session, "Only once.")
        assert session["currentQuestion"] == 2
        proxy.lose = 2
        assert client.call("getSummary", session)["responsesGiven"] == 1
        proxy.lose = 1
        assert client.call("getInterview", session["interviewId"])["session"] == session
        assert len(proxy.paths) == 3 + 3 + 3 + 2
        assert kinds_of(gateway, session) == [*MOVES, "summary-given"]
        assert len(gateway.get("/api/v1/interviews").json()["interviews"]) == 1


def test_a_reply_that_a_proxy_did_not_get_is_fetched_too(gateway: Served) -> None:
    with behind_a_lossy_proxy(gateway) as (proxy, client):
        proxy.says_502 = True
        proxy.lose = 1
        session = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 2})
        proxy.lose = 1
        session = client.call("sendResponse", session, "Only once.")
        assert kinds_of(gateway, session) == MOVES
        proxy.lose = 1
        error = client.failure("fetchHealth")
        assert (error.kind, len(proxy.paths)) == ("unreachable", 5)
        assert "502" in error.error["message"]


def test_what_would_be_told_that_it_is_done_is_sent_once(gateway: Served) -> None:
    with behind_a_lossy_proxy(gateway) as (proxy, client):
        session = client.call("startInterview", {"role": ROLES[0]})
        id = session["interviewId"]
        calls = [("holdInterview", id, "A complaint"), ("releaseInterview", id, "Settled")]
        for call in (("fetchHealth",), *calls, ("forgetInterview", id, "Asked for")):
            proxy.paths.clear()
            proxy.lose = 1
            assert client.failure(*call).kind == "unreachable"
            assert len(proxy.paths) == 1
        own = ["interview-held", "interview-released", "content-forgotten"]
        assert kinds_of(gateway, session) == [*MOVES[:2], *own]


def test_a_session_behind_the_log_is_told_where_to_go_on_from(gateway: Served) -> None:
    with calling(gateway.url) as client:
        first = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 3})
        second = client.call("sendResponse", first, "From the first window.")
        error = client.failure("sendResponse", first, "From the second.")
        assert (error.kind, error.error["status"]) == ("session-conflict", 409)
        assert (error.error["verdict"], error.error["session"]) == ("behind", second)
        third = client.call("sendResponse", error.error["session"], "From the second.")
        assert third["currentQuestion"] == 3


def test_an_edited_session_is_told_what_differs(gateway: Served) -> None:
    with calling(gateway.url) as client:
        session = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 3})
        edited = json.loads(json.dumps(session))
        edited["messages"][-1]["content"] = "What is your favourite colour?"
        error = client.failure("sendResponse", edited, "Blue.")
        assert error.kind == "session-conflict"
        assert error.error["verdict"] == "differs"
        assert error.error["place"].startswith("messages[2]")
        assert error.error["session"] == session


def test_a_complete_interview_takes_no_more(gateway: Served) -> None:
    with calling(gateway.url) as client:
        session = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 1})
        session = client.call("sendResponse", session, "It is all I have.")
        error = client.failure("sendResponse", session, "And another thing.")
        assert (error.kind, error.error["session"]) == ("interview-complete", session)


def test_refused_input_names_its_field(gateway: Served) -> None:
    with calling(gateway.url) as client:
        session = client.call("startInterview", {"role": ROLES[0]})
        error = client.failure("sendResponse", session, "")
        assert (error.kind, error.error["field"]) == ("invalid-input", "message")
        assert error.error["status"] == 422
        error = client.failure("startInterview", {"role": "Astronaut"})
        assert (error.kind, error.error["field"]) == ("invalid-input", "role")
        error = client.failure("sendResponse", session, "w" * 20_000_000)
        assert (error.kind, error.error["status"]) == ("refused", 413)


def test_a_request_too_many_says_when_to_send_it_again() -> None:
    with serving(rate_limit="1/day") as limited, calling(limited.url) as client:
        client.call("fetchModels")
        error = client.failure("fetchModels")
    assert (error.kind, error.error["status"]) == ("quota-exceeded", 429)
    assert 0 < error.error["retryAfterSeconds"] <= 86400


def test_an_interview_that_is_unknown_held_or_forgotten(gateway: Served, tmp_path: Path) -> None:
    with calling(gateway.url, retries=1) as client:
        unknown = client.failure("getInterview", "00000000-0000-4000-8000-000000000000")
        assert (unknown.kind, unknown.error["status"]) == ("unknown-interview", 404)
        id = client.call("startInterview", {"role": ROLES[0]})["interviewId"]
        assert client.call("holdInterview", id, "A complaint")["onHold"] is True
        assert client.failure("forgetInterview", id, "Asked for").kind == "interview-on-hold"
        assert client.call("releaseInterview", id, "Settled")["onHold"] is False
        with reading(tmp_path / "interviews.db"):
            beside = client.call("forgetInterview", id, "Asked for")
            assert beside["overwritten"] is False
            assert "tries again every few seconds" in beside["detail"]
        again = client.call("forgetInterview", id, "Asked for")
        assert (again["overwritten"], again["position"]) == (True, beside["position"])
        gone = client.failure("getInterview", id)
        assert (gone.kind, gone.error["status"]) == ("interview-forgotten", 410)


def test_a_log_that_is_locked_for_a_while_is_waited_for(gateway: Served, tmp_path: Path) -> None:
    with calling(gateway.url) as client:
        session = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 2})
        other = sqlite3.connect(tmp_path / "interviews.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        error = client.failure("sendResponse", session, "It did not fail.", retries=0)
        assert (error.kind, error.error["status"]) == ("log-unavailable", 503)
        assert error.error["answerTaken"] is False
        client.send("sendResponse", session, "It fails now.")
        other.close()
        assert client.result()["currentQuestion"] == 2


def test_nobody_at_the_address() -> None:
    with calling(NOWHERE, retries=1) as client:
        error = client.failure("fetchModels")
        assert (error.kind, error.error["name"]) == ("unreachable", "UnreachableError")
        assert NOWHERE in error.error["message"]


@pytest.mark.parametrize(
    ("mood", "kind"),
    [
        (Mood.HANG, "timed-out"),
        (Mood.DRIP, "timed-out"),
        (Mood.CLOSE, "unreachable"),
        (Mood.RESET, "unreachable"),
        (Mood.SHORT_BODY, "unreachable"),
        (Mood.HTML, "not-a-gateway"),
        (Mood.TRUNCATED_JSON, "not-a-gateway"),
        (Mood.JSON_NULL, "not-a-gateway"),
        (Mood.ERROR_500, "not-a-gateway"),
    ],
)
def test_somebody_else_at_the_address(mood: Mood, kind: str) -> None:
    limit = 300 if kind == "timed-out" else 30_000  # what is answered may come late
    with HealthOnlyServer("voice-service") as other:
        other.mood = mood
        with calling(other.url, timeoutMs=limit, retries=0) as client:
            error = client.failure("fetchHealth")
            assert (error.kind, error.is_gateway_error) == (kind, True)


@pytest.mark.parametrize("reply", [b'{"status": "ok"}', b"[]"])
def test_other_json_is_not_taken_for_a_gateways(reply: bytes) -> None:
    with standing(Sayer(reply)) as url, calling(url) as client:
        for call in (("fetchHealth",), ("fetchModels",), ("startInterview", {"role": ROLES[0]})):
            assert client.failure(*call).kind == "not-a-gateway"


@pytest.mark.parametrize("call", ["getCheckpoint", "getAuditKey", "verifyLog"])
def test_a_page_is_not_taken_for_what_a_gateway_says_in_text(call: str) -> None:
    page = Sayer(b"<html>hello</html>", "200 OK\r\ncontent-type: text/html")
    with standing(page) as url, calling(url, retries=0) as client:
        assert client.failure(call).kind == "not-a-gateway"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_what_was_said_nowhere(gateway: Served, status: int) -> None:
    elsewhere = LossyProxy(gateway.url)
    with standing(elsewhere) as other:
        head = f"{status} Elsewhere\r\nlocation: {other}/api/v1/interviews/respond"
        with standing(Sayer(b"", head)) as url, calling(url) as client:
            session = gateway.post("/api/v1/interviews/start", {"role": ROLES[0]}).json()
            error = client.failure("sendResponse", session, "For the gateway alone.")
    assert error.kind == "not-a-gateway"
    assert "redirects" in error.error["message"]
    assert elsewhere.paths == []


@pytest.mark.parametrize(
    "address",
    [
        *("localhost:8009", "gateway", "ftp://127.0.0.1", "http://", "http://local host"),
        *("http://127.0.0.1:99999", "http://[::1", "http://me:word@127.0.0.1"),
        *("http://127.0.0.1?a=b", "http://127.0.0.1/#there"),
    ],
)
def test_what_is_no_address_is_said_at_once(address: str) -> None:
    with calling(address) as client:
        watch = Stopwatch()
        error = client.failure("fetchModels")
        assert watch.seconds() < 3  # such a one is not asked again
        assert error.kind == "not-a-gateway"
        said = f"{address.rstrip('/')} is not a gateway's address"
        assert error.error["message"].startswith(said)


def test_a_time_limit_is_for_each_attempt() -> None:
    with HealthOnlyServer("voice-service") as other, calling(other.url, timeoutMs=1000) as client:
        other.mood = Mood.HANG
        assert client.failure("fetchModels", retries=1).kind == "timed-out"
        assert len(other.requests) == 2


def test_an_abort_ends_a_wait_a_pause_and_no_more() -> None:
    with GraniteServer() as granite, serving(granite) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        with calling(gateway.url) as client:
            session = client.call("startInterview", {"role": ROLES[0]})
            granite.mood, granite.delay = Mood.SLOW, 1
            error = client.failure("sendResponse", session, "Because.", abortAfterMs=200)
            assert (error.error["name"], error.is_gateway_error) == ("TimeoutError", False)
            # It was on its way: the same answer again has the reply that was not waited for.
            again = client.call("sendResponse", session, "Because.")
            assert again["currentQuestion"] == 2
            assert kinds_of(gateway, session) == MOVES
    with calling(NOWHERE) as client:
        watch = Stopwatch()
        error = client.failure("fetchModels", abortAfterMs=400)
        assert error.error["name"] == "TimeoutError"
        assert watch.seconds() < 3
        assert client.failure("fetchModels", abortAfterMs=0).error["name"] == "TimeoutError"


def test_the_log_is_checked_from_here(gateway: Served) -> None:
    with calling(gateway.url, retries=0) as client:
        session = client.call("startInterview", {"role": ROLES[0], "totalQuestions": 1})
        client.call("sendResponse", session, "It is all I have.")
        report = client.call("verifyLog")
        assert (report["holds"], report["events"]) == (True, 4)
        assert all(told["done"] <= told["of"] for told in client.progress)
    with serving() as in_memory, calling(in_memory.url, retries=0) as client:
        error = client.failure("verifyLog")
        assert (error.kind, error.is_gateway_error) == ("refused", True)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"", "unreachable"),
        (b'{"done": 1, "of": 4}\n{"done": 2,', "unreachable"),
        (b"<html>\n", "not-a-gateway"),
        (b'{"done": 1, "of": 4}\n17\n', "not-a-gateway"),
        (b'{"type": "/problems/log-unavailable", "detail": "Gone."}\n', "log-unavailable"),
    ],
    ids=["nothing", "cut off", "a page", "a number", "a problem"],
)
def test_a_check_that_comes_to_no_end(words: bytes, kind: str) -> None:
    lines = Sayer(words, "200 OK\r\ncontent-type: application/x-ndjson")
    with standing(lines) as url, calling(url, retries=0) as client:
        assert client.failure("verifyLog").kind == kind


def test_the_address_can_be_changed(gateway: Served) -> None:
    with calling(NOWHERE, retries=0) as client:
        assert client.failure("fetchHealth").kind == "unreachable"
        client.call("setBaseUrl", f"{gateway.url}/")
        assert client.call("fetchHealth")["status"]
        url = client.call("transcriptUrl", "a b", "md")
        assert url == f"{gateway.url}/api/v1/interviews/a%20b/transcript?format=md"


def printed_by(program: str, folder: Path, *arguments: str) -> list[str]:
    """The words that a program prints which has the client as a package, and `client` for its name.
    It must end by itself, with nothing said on stderr."""
    (folder / "node_modules").mkdir()
    (folder / "node_modules/integration-service-client").symlink_to(CLIENT)
    script = folder / "main.mjs"
    script.write_text(f'import * as client from "integration-service-client";\n{program}')
    assert NODE is not None
    done = subprocess.run(
        [NODE, str(script), *arguments], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_it_is_taken_in_as_a_package_and_lets_its_program_end(
    gateway: Served, tmp_path: Path
) -> None:
    program = """client.setBaseUrl(process.argv[2]);
        const { status } = await client.fetchHealth();
        console.log(client.INTEGRATION_BASE_URL, status);"""
    status = gateway.get("/health").json()["status"]
    assert printed_by(program, tmp_path, gateway.url) == ["http://localhost:8009", status]


def test_what_cannot_be_sent_is_a_mistake_of_the_program_and_said_at_once(tmp_path: Path) -> None:
    program = """const session = { config: {} };
        session.itself = session;
        const error = await client.sendResponse(session, "Mine.").catch((error) => error);
        console.log(error.name, client.isGatewayError(error));"""
    assert printed_by(program, tmp_path) == ["TypeError", "false"]


def test_a_connection_that_broke_in_another_realm_is_unreachable_too(tmp_path: Path) -> None:
    # As in Jest, whose tests have a TypeError of their own and fetch throws Node's.
    program = """import { runInNewContext } from "node:vm";
        const fetch = async () => { throw runInNewContext("new TypeError('fetch failed')"); };
        const here = client.createClient({ fetch, retries: 0 });
        console.log((await here.fetchModels().catch((error) => error)).kind);"""
    assert printed_by(program, tmp_path) == ["unreachable"]


def test_an_error_is_known_to_another_copy_of_the_client_but_not_once_it_was_copied_itself(
    tmp_path: Path,
) -> None:
    shutil.copytree(CLIENT, tmp_path / "copy")
    program = """import { UnreachableError } from "./copy/index.js";
        const error = new UnreachableError("It broke.");
        const told = [error, structuredClone(error), null, "unreachable"];
        const isOfItsOwn = error instanceof client.UnreachableError;
        console.log(isOfItsOwn, ...told.map(client.isGatewayError));"""
    assert printed_by(program, tmp_path) == ["false", "true", "false", "false", "false"]


def test_many_calls_can_wait_by_one_signal(tmp_path: Path) -> None:
    program = f"""const {{ signal }} = new AbortController();
        const here = client.createClient({{ baseUrl: "{NOWHERE}", retries: 1 }});
        const calls = Array.from({{ length: 30 }}, () => here.fetchModels({{ signal }}));
        const kinds = (await Promise.allSettled(calls)).map(({{ reason }}) => reason.kind);
        console.log(...new Set(kinds));"""
    assert printed_by(program, tmp_path) == ["unreachable"]


def test_an_address_that_was_left_unset_is_said_by_the_first_call(tmp_path: Path) -> None:
    program = """client.setBaseUrl(undefined);
        const error = await client.fetchModels().catch((error) => error);
        console.log(error.kind, error.message.split(".")[0]);"""
    said = "not-a-gateway undefined is not a gateway's address"
    assert printed_by(program, tmp_path) == said.split()
