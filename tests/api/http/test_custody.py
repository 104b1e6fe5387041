"""Holding, releasing and forgetting interviews over HTTP."""

import logging
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from api.usecases.custody import Custody
from eventlog.sqlite.log import SqliteEventLog
from statemachine.commands import forget_content
from tests.desktop import Desktop
from tests.eventlog.evidence import reading, rows
from tests.eventlog.interviews import AT, WHOLE, new_id, tell
from tests.eventlog.running import in_loop
from tests.events import kinds_of
from tests.fakes import GraniteServer, Mood
from tests.forked import PATIENCE
from tests.gateways import Served, serving
from tests.http_clients import seconds_to

INTERVIEWS = "/api/v1/interviews"
WORDS = "The candidate alone can have said this, of all people."


@pytest.fixture
def gateway(on_disk: str) -> Iterator[Served]:
    with serving(eventlog_url=on_disk) as gateway:
        yield gateway


def traces(folder: Path) -> list[str]:
    """The files under `folder` that hold the words."""
    found = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in found if WORDS.encode() in file.read_bytes()]


def forget(gateway: Served, id: str, **params: str) -> dict[str, object]:
    response = gateway.client.delete(f"{INTERVIEWS}/{id}", params=params)
    assert response.status_code == 200, response.text
    reply: dict[str, object] = response.json()
    return reply


def test_a_forgotten_interview_leaves_its_evidence_and_no_words(
    gateway: Served, tmp_path: Path
) -> None:
    desktop = Desktop(gateway).start(totalQuestions=2)
    desktop.answer(WORDS)
    assert traces(tmp_path)
    reply = forget(gateway, desktop.interview_id, reason="The candidate asked for it.")
    assert traces(tmp_path) == []
    assert reply["reason"] == "The candidate asked for it."
    assert (reply["position"], reply["overwritten"]) == (4, True)
    (row,) = gateway.get(INTERVIEWS).json()["interviews"]
    assert (row["state"], row["questionsAsked"], row["responsesGiven"]) == ("forgotten", 2, 1)
    assert "content-forgotten" in kinds_of(gateway, desktop.interview_id)


def test_a_forgetting_whose_reply_was_lost_can_be_asked_for_again(gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=1)
    first = forget(gateway, desktop.interview_id, reason="Once.")
    assert forget(gateway, desktop.interview_id, reason="Twice.") == first


def test_a_client_that_goes_on_with_a_forgotten_interview_is_told_so(gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=2)
    id = desktop.interview_id
    forget(gateway, id)
    summary = gateway.post(f"{INTERVIEWS}/summary", {"session": desktop.session})
    again = {"role": "Software Engineer", "totalQuestions": 2, "interviewId": id}
    answers = (
        desktop.try_answer(WORDS),
        summary,
        gateway.post(f"{INTERVIEWS}/start", again),
        gateway.get(f"{INTERVIEWS}/{id}"),
        gateway.post(f"{INTERVIEWS}/{id}/hold", {"reason": "Too late."}),
        gateway.post(f"{INTERVIEWS}/{id}/release", {"reason": "Too late."}),
    )
    assert {answer.status_code for answer in answers} == {410}
    assert {answer.json()["type"] for answer in answers} == {"/problems/interview-forgotten"}
    assert kinds_of(gateway, id)[-1] == "content-forgotten"


def test_a_forgotten_interview_that_comes_back_without_its_id_is_a_new_one(
    gateway: Served,
) -> None:
    desktop = Desktop(gateway, knows_id=False).start(totalQuestions=2)
    (row,) = gateway.get(INTERVIEWS).json()["interviews"]
    forget(gateway, row["interviewId"])
    desktop.answer("I go on.")
    newest, oldest = gateway.get(INTERVIEWS).json()["interviews"]
    assert (newest["state"], newest["adopted"]) == ("questioning", True)
    assert oldest["state"] == "forgotten"


def test_the_interviews_that_hold_words_of_a_forgotten_one_are_named(gateway: Served) -> None:
    desktop = Desktop(gateway, knows_id=False).start(totalQuestions=3)
    fork = desktop.copy()
    desktop.answer("This way.")
    fork.answer("That way.")
    fork_row, first_row = gateway.get(INTERVIEWS).json()["interviews"]
    assert forget(gateway, first_row["interviewId"])["forks"] == [fork_row["interviewId"]]
    assert forget(gateway, fork_row["interviewId"])["forks"] == []


def test_an_interview_on_hold_is_not_forgotten_until_it_is_released(gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=1)
    path = f"{INTERVIEWS}/{desktop.interview_id}"
    for _ in range(2):
        held = gateway.post(f"{path}/hold", {"reason": "A court asks."})
        assert (held.status_code, held.json()["onHold"]) == (200, True)
    refused = gateway.client.delete(path)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/interview-on-hold"
    desktop.finish()
    for _ in range(2):
        released = gateway.post(f"{path}/release", {"reason": "It is done."})
        assert (released.status_code, released.json()["onHold"]) == (200, False)
    forget(gateway, desktop.interview_id)
    kinds = kinds_of(gateway, desktop.interview_id)
    assert [kind for kind in kinds if kind.startswith("interview-")] == [
        "interview-started",
        "interview-held",
        "interview-completed",
        "interview-released",
    ]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_reason_must_be_given_in_a_few_words(gateway: Served, reason: str) -> None:
    desktop = Desktop(gateway).start(totalQuestions=1)
    path = f"{INTERVIEWS}/{desktop.interview_id}"
    answers = (
        gateway.post(f"{path}/hold", {"reason": reason}),
        gateway.client.delete(path, params={"reason": reason}),
    )
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.json()["errors"][0]["field"] for answer in answers] == ["reason", "reason"]


@pytest.mark.parametrize(
    ("method", "action"), [("POST", "/hold"), ("POST", "/release"), ("DELETE", "")]
)
def test_an_unknown_interview_is_none_to_hold_or_forget(
    gateway: Served, method: str, action: str
) -> None:
    body = {"reason": "It is asked for."} if action else None
    answer = gateway.client.request(method, f"{INTERVIEWS}/{uuid4()}{action}", json=body)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-interview"


def test_an_interview_forgotten_while_its_backend_thinks_takes_no_reply(
    on_disk: str, granite: GraniteServer
) -> None:
    with serving(granite, eventlog_url=on_disk) as gateway, ThreadPoolExecutor(1) as pool:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = Desktop(gateway).start(totalQuestions=2)
        granite.mood = Mood.HANG
        answering = pool.submit(desktop.try_answer, WORDS)
        while len(kinds_of(gateway, desktop.interview_id)) < 3:
            time.sleep(0.01)
        forget(gateway, desktop.interview_id)
        assert answering.result().status_code == 410
        assert kinds_of(gateway, desktop.interview_id)[-1] == "content-forgotten"


# While a program reads the file


def test_a_forgetting_beside_a_reader_says_when_the_words_will_be_gone_and_keeps_nobody_waiting(
    gateway: Served, tmp_path: Path
) -> None:
    path = tmp_path / "interviews.db"
    desktop = Desktop(gateway).start(totalQuestions=2)
    desktop.answer(WORDS)
    url = f"{INTERVIEWS}/{desktop.interview_id}"
    with reading(path):
        replies = [gateway.client.delete(url) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [202, 202]
        assert max(seconds_to(reply) for reply in replies) < 4
        body = replies[0].json()
        assert body["overwritten"] is False
        assert "a program that reads the log's file" in body["detail"]
        assert "tries again every few seconds" in body["detail"]
        assert {reply.headers["interview-event"] for reply in replies} == {
            f'position={body["position"]}, leaf="{leaf_of(path, body["position"])}"'
        }
        assert gateway.get(url).status_code == 410
        Desktop(gateway).start(totalQuestions=1).finish()
        assert traces(tmp_path)
    # Nobody asks for it, and it is done.
    until = time.monotonic() + PATIENCE
    while traces(tmp_path):
        assert time.monotonic() < until
        time.sleep(0.1)
    done = gateway.client.delete(url)
    assert (done.status_code, done.json()["overwritten"]) == (200, True)
    assert "detail" not in done.json()


def leaf_of(path: Path, position: int) -> str:
    (row,) = rows(path, f"SELECT leaf FROM events WHERE position = {position}")
    leaf: bytes = row["leaf"]
    return leaf.hex()


@in_loop
async def test_what_keeps_words_from_being_overwritten_is_logged_once_and_its_end_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "interviews.db"
    log, id = SqliteEventLog(path), new_id()
    whole = await tell(log, id, *WHOLE)
    custody = Custody(log, now=lambda: AT)
    with caplog.at_level(logging.INFO), reading(path):
        await tell(log, id, forget_content(whole, "It was asked for."))
        for _ in range(3):
            await custody.overwrite_what_is_left()
        assert caplog.text.count("may still be in the event log's files") == 1
        assert "is overwritten" not in caplog.text
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await custody.overwrite_what_is_left()
    assert caplog.text.count("All erased words are now overwritten") == 1
    await log.close()


# What an answer points to


def position_of(header: str) -> tuple[int, str]:
    found = re.fullmatch(r'position=(\d+), leaf="([0-9a-f]{64})"', header)
    assert found, header
    return int(found[1]), found[2]


def test_every_answer_points_to_the_event_that_recorded_it(gateway: Served) -> None:
    Desktop(gateway).start(totalQuestions=3)
    start = gateway.post(f"{INTERVIEWS}/start", {"role": "Data Analyst", "totalQuestions": 1})
    session = {"session": start.json()}
    respond = gateway.post(f"{INTERVIEWS}/respond", {**session, "message": "An answer."})
    summary = gateway.post(f"{INTERVIEWS}/summary", {"session": respond.json()})
    pointers = [position_of(r.headers["interview-event"]) for r in (start, respond, summary)]
    assert [position for position, _ in pointers] == [3, 5, 6]
    for position, leaf in pointers:
        proof = gateway.get("/api/v1/audit/inclusion", position=position).json()
        assert proof["leaf"] == leaf


def test_a_repeated_answer_points_to_the_event_it_was_recorded_with(gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=2)
    first = desktop.try_answer("An answer.")
    desktop.copy().answer("An answer.")
    gateway.post(f"{INTERVIEWS}/summary", {"session": first.json()})
    again = desktop.try_answer("An answer.")
    assert again.headers["interview-event"] == first.headers["interview-event"]
    summaries = [gateway.post(f"{INTERVIEWS}/summary", {"session": first.json()}) for _ in range(2)]
    assert len({summary.headers["interview-event"] for summary in summaries}) == 1


def test_a_page_of_the_desktop_may_read_what_an_answer_points_to(gateway: Served) -> None:
    origin = {"Origin": "http://localhost:3000"}
    body = {"role": "Data Analyst"}
    answer = gateway.client.post(f"{INTERVIEWS}/start", json=body, headers=origin)
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert exposed == ["Interview-Event", "X-Request-ID", "ETag"]
