"""Looking back on an interview over HTTP: its events, its sessions, its transcript."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.http.problems import PROBLEM_TYPES
from api.usecases import bundles
from eventlog.memory import MemoryEventLog
from eventlog.records import Record
from statemachine.canonical import canonical_json
from statemachine.events import OUTLIVES_FORGETTING
from tests.api.transcript.rendering import by_github, parsed
from tests.api.transcript.test_pdf import needs_typst
from tests.desktop import Desktop
from tests.docs.bundles import SCRIPT
from tests.eventlog.interviews import AT, start, tell
from tests.eventlog.running import python
from tests.gateways import Served, serving
from tests.stories import EVERYTHING, ID, forget, records_of

INTERVIEWS = "/api/v1/interviews"
HOSTILE = "<script>alert(1)</script>\n# **Question 2** \u202ehttps://evil.example"


class KeptLog(MemoryEventLog):
    """A log that holds one interview as it was handed over."""

    def __init__(self, kept: list[Record]) -> None:
        super().__init__()
        self._kept = kept

    async def records(self, interview_id: str) -> list[Record]:
        return self._kept if interview_id == self._kept[0].interview_id else []


@pytest.fixture(scope="module")
def told(alone: Served) -> Desktop:
    """An interview of two questions that ran to its end and was summed up."""
    desktop = Desktop(alone).start(totalQuestions=2)
    desktop.answer(HOSTILE)
    desktop.answer("I measured.")
    desktop.sum_up()
    return desktop


@pytest.fixture(scope="module")
def forgotten() -> Iterator[Served]:
    with serving(log=KeptLog(forget(records_of(*EVERYTHING)))) as gateway:
        yield gateway


def events_of(gateway: Served, id: str) -> list[dict[str, Any]]:
    response = gateway.get(f"{INTERVIEWS}/{id}/events")
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["interviewId"] == id
    events: list[dict[str, Any]] = body["events"]
    return events


# Events


def test_events_tell_what_happened_and_what_the_log_commits_to(
    alone: Served, told: Desktop
) -> None:
    events = events_of(alone, told.interview_id)
    assert [(e["version"], e["kind"], e["stateBefore"], e["stateAfter"]) for e in events] == [
        (1, "interview-started", None, "started"),
        (2, "question-asked", "started", "questioning"),
        (3, "answer-given", "questioning", "questioning"),
        (4, "question-asked", "questioning", "questioning"),
        (5, "answer-given", "questioning", "questioning"),
        (6, "interview-completed", "questioning", "complete"),
        (7, "summary-given", "complete", "complete"),
    ]
    assert events[2]["payload"] == {"content": HOSTILE}
    assert events[0]["sinceStartMs"] == 0
    assert all(e["sinceStartMs"] >= 0 and e["schemaVersion"] == 1 for e in events)
    for event in events:
        salted = bytes.fromhex(event["salt"]) + canonical_json(event["payload"])
        assert hashlib.sha256(salted).hexdigest() == event["commitment"]


def test_the_leaf_of_an_event_is_the_one_that_a_proof_is_of(alone: Served, told: Desktop) -> None:
    for event in events_of(alone, told.interview_id):
        proof = alone.get("/api/v1/audit/inclusion", position=event["position"]).json()
        assert proof["leaf"] == event["leaf"]


def test_events_of_a_forgotten_interview_stay_without_their_words(forgotten: Served) -> None:
    *events, last = events_of(forgotten, ID)
    assert last["kind"] == "content-forgotten"
    assert last["stateAfter"] == "forgotten"
    for event in events:
        is_kept = event["kind"] in OUTLIVES_FORGETTING
        assert (event["payload"] is not None) == is_kept
        assert (event["salt"] is not None) == is_kept
        assert len(event["commitment"]) == len(event["leaf"]) == 64
        assert event["stateAfter"] in ("questioning", "complete")


# The session at a version


def test_the_session_at_each_version_is_what_the_client_held(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=2)
    held = {2: desktop.session, 3: desktop.session}
    held[4] = held[5] = desktop.answer("First.")
    held[6] = desktop.answer("My second.")
    for version, session in held.items():
        response = alone.get(f"{INTERVIEWS}/{desktop.interview_id}/session", version=version)
        assert response.status_code == 200, response.text
        assert response.json() == session
    assert alone.get(f"{INTERVIEWS}/{desktop.interview_id}/session").json() == desktop.session


@pytest.mark.parametrize("version", [-1, 0, 1, 8, 10**30])
def test_a_version_without_a_session_names_what_is_allowed(
    alone: Served, told: Desktop, version: int
) -> None:
    response = alone.get(f"{INTERVIEWS}/{told.interview_id}/session", version=version)
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"field": "version", "message": "must be from 2, when the first question was asked, to 7"}
    ]


def test_a_version_that_is_no_number_is_named(alone: Served, told: Desktop) -> None:
    response = alone.get(f"{INTERVIEWS}/{told.interview_id}/session", version="last")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "version"


@pytest.mark.parametrize("params", [{}, {"version": 1}, {"version": 2}])
def test_before_its_first_question_an_interview_has_no_session(params: dict[str, int]) -> None:
    log = MemoryEventLog()
    asyncio.run(tell(log, ID, start()))
    with serving(log=log) as gateway:
        response = gateway.get(f"{INTERVIEWS}/{ID}/session", **params)
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {
            "field": "version",
            "message": "the client holds no session yet: no question has been asked",
        }
    ]


@pytest.mark.parametrize("params", [{}, {"version": 2}, {"version": 99}])
def test_a_forgotten_interview_has_no_session(forgotten: Served, params: dict[str, int]) -> None:
    response = forgotten.get(f"{INTERVIEWS}/{ID}/session", **params)
    assert response.status_code == 410
    problem = response.json()
    assert problem["type"] == "/problems/interview-forgotten"
    assert problem["title"] == PROBLEM_TYPES["interview-forgotten"].title
    assert "were erased" in problem["detail"]


# The transcript


def transcript(gateway: Served, id: str, **params: str) -> Any:
    response = gateway.get(f"{INTERVIEWS}/{id}/transcript", **params)
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("params", [{}, {"format": "json"}])
def test_a_transcript_is_json_with_the_exact_words(
    alone: Served, told: Desktop, params: dict[str, str]
) -> None:
    response = transcript(alone, told.interview_id, **params)
    assert response.headers["content-type"] == "application/json"
    found = response.json()
    assert (found["interviewId"], found["role"]) == (told.interview_id, "Software Engineer")
    words = [e["words"] for e in found["entries"] if e["kind"] == "answer-given"]
    assert words == [HOSTILE, "I measured."]
    asked = [e["words"] for e in found["entries"] if e["kind"] == "question-asked"]
    assert asked == told.said[:2]


def test_a_transcript_is_markdown_without_markup_of_others(alone: Served, told: Desktop) -> None:
    response = transcript(alone, told.interview_id, format="md")
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    name = f"interview-{told.interview_id}.md"
    assert response.headers["content-disposition"] == f'inline; filename="{name}"'
    root = parsed(by_github(response.text))
    assert not root.all("script")
    assert not root.all("a")
    shown = "<script>alert(1)</script>\n\n# **Question 2** <U+202E>https://evil.example"
    assert shown in [p.text for p in root.all("p")]


def test_a_transcript_is_a_page_that_can_do_nothing(alone: Served, told: Desktop) -> None:
    response = transcript(alone, told.interview_id, format="html")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    name = f"interview-{told.interview_id}.html"
    assert response.headers["content-disposition"] == f'inline; filename="{name}"'
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers.get_list("content-security-policy") == [
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        "frame-ancestors 'none'",
    ]
    assert not parsed(response.text).all("script")


@pytest.mark.parametrize("format", ["json", "md", "html"])
def test_a_forgotten_interview_has_a_transcript_that_says_so(
    forgotten: Served, format: str
) -> None:
    text = transcript(forgotten, ID, format=format).text
    assert "The candidate asked for it." in text
    assert ("forgotten" if format == "json" else "erased") in text
    assert "I measured" not in text


@needs_typst
def test_a_transcript_is_a_pdf(alone: Served, told: Desktop) -> None:
    response = transcript(alone, told.interview_id, format="pdf")
    assert response.headers["content-type"] == "application/pdf"
    name = f"interview-{told.interview_id}.pdf"
    assert response.headers["content-disposition"] == f'inline; filename="{name}"'
    assert response.content.startswith(b"%PDF-1.7")


def test_a_format_that_there_is_not_is_named(alone: Served, told: Desktop) -> None:
    response = alone.get(f"{INTERVIEWS}/{told.interview_id}/transcript", format="docx")
    assert response.status_code == 422
    error = response.json()["errors"][0]
    assert error["field"] == "format"
    assert "'json', 'md', 'html' or 'pdf'" in error["message"]


def test_an_adopted_interview_is_told_as_one(alone: Served) -> None:
    desktop = Desktop(alone, knows_id=False).start(totalQuestions=1)
    desktop.session["messages"][-1]["content"] = "What would you ask yourself?"
    adopted = desktop.try_answer("This.").json()["interviewId"]
    found = transcript(alone, adopted).json()
    assert found["adopted"] is True
    assert [e["vouchedFor"] for e in found["entries"]] == [False, False, True, True, True]


# Interviews that there are not


@pytest.mark.parametrize("what", ["events", "session", "transcript"])
def test_an_unknown_interview_is_a_problem(alone: Served, what: str) -> None:
    response = alone.get(f"{INTERVIEWS}/{uuid4()}/{what}")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/unknown-interview"


@pytest.mark.parametrize("what", ["events", "session", "transcript"])
def test_an_id_that_is_none_is_not_found(alone: Served, what: str) -> None:
    response = alone.get(f"{INTERVIEWS}/first/{what}")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/not-found"


def test_all_of_it_is_documented(alone: Served) -> None:
    paths = alone.get("/openapi.json").json()["paths"]
    of = {
        what: paths[INTERVIEWS + "/{interviewId}/" + what]["get"]["responses"]
        for what in ("events", "session", "transcript")
    }
    assert all({"404", "503"} <= set(responses) for responses in of.values())
    assert [what for what in of if "422" in of[what]] == ["session", "transcript"]
    assert "410" in of["session"]
    assert set(of["transcript"]["200"]["content"]) == {
        "application/json",
        "text/markdown",
        "text/html",
        "application/pdf",
    }


# The bundle


def bundle_of(gateway: Served, id: str) -> httpx.Response:
    response = gateway.get(f"{INTERVIEWS}/{id}/bundle")
    assert response.status_code == 200, response.text
    return response


def test_a_bundle_is_judged_good_by_the_script_that_knows_nothing_of_us(
    alone: Served, told: Desktop, tmp_path: Path
) -> None:
    response = bundle_of(alone, told.interview_id)
    name = f"interview-{told.interview_id}.json"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["content-type"] == "application/json"
    file = tmp_path / name
    file.write_bytes(response.content)
    key = alone.get("/api/v1/audit/key").text.strip()
    judged = python(str(SCRIPT), str(file), "--key", key)
    output, _ = judged.communicate()
    assert judged.returncode == 0, output
    file.write_bytes(response.content.replace(b"I measured.", b"I did not measure."))
    falsified = python(str(SCRIPT), str(file), "--key", key)
    falsified.communicate()
    assert falsified.returncode == 1


def test_a_bundle_holds_nothing_that_acts_on_who_prints_it(alone: Served, told: Desktop) -> None:
    response = bundle_of(alone, told.interview_id)
    assert "\u202e" not in response.text
    answer = next(e for e in response.json()["events"] if e["kind"] == "answer-given")
    assert json.loads(answer["payload"])["content"] == HOSTILE


def test_a_bundle_is_the_one_that_the_command_writes(
    on_disk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "utc_now", lambda: AT)
    with serving(eventlog_url=on_disk) as gateway:
        id = Desktop(gateway).start().interview_id
        response = bundle_of(gateway, id)
        command = ("audit", "export", id, "--format", "json", "--log", on_disk)
        assert CliRunner().invoke(app, command).stdout == response.text


def test_the_bundle_of_a_forgotten_interview_proves_that_it_was_held(tmp_path: Path) -> None:
    with serving() as gateway:
        desktop = Desktop(gateway).start()
        gateway.client.delete(f"{INTERVIEWS}/{desktop.interview_id}")
        response = bundle_of(gateway, desktop.interview_id)
    *events, last = response.json()["events"]
    assert last["kind"] == "content-forgotten"
    assert {event["payload"] for event in events} == {None}
    file = tmp_path / "bundle.json"
    file.write_bytes(response.content)
    judged = python(str(SCRIPT), str(file))
    output, _ = judged.communicate()
    assert judged.returncode == 0, output


def test_there_is_no_bundle_of_an_unknown_interview(alone: Served) -> None:
    response = alone.get(f"{INTERVIEWS}/{uuid4()}/bundle")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/unknown-interview"
