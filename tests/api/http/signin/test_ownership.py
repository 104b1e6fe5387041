"""A candidate finds its own interviews. Another's is as one that nobody has, in every way."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from eventlog.memory import MemoryEventLog
from eventlog.protocol import Appended
from eventlog.readmodels import FingerprintMatch, Overview
from eventlog.records import Record
from statemachine.events import Event
from statemachine.interview import Interview
from tests.api.http.signin.people import BY_SECRET, signed_in, token
from tests.desktop import FOUR_FIELDS, Desktop
from tests.gateways import Served, serving
from tests.streams import EVENTS, heard

INTERVIEWS = "/api/v1/interviews"


class WatchedLog(MemoryEventLog):
    """A log that keeps count of what it is asked, as far as a candidate can make it be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def interview(self, interview_id: str) -> Interview | None:
        self.asked.append("interview")
        return await super().interview(interview_id)

    async def records(self, interview_id: str) -> list[Record]:
        self.asked.append("records")
        return await super().records(interview_id)

    async def overview(self, interview_id: str) -> Overview | None:
        self.asked.append("overview")
        return await super().overview(interview_id)

    async def find(
        self, fingerprint: bytes, started_by: str | None = None
    ) -> FingerprintMatch | None:
        self.asked.append(f"find for {started_by}")
        return await super().find(fingerprint, started_by)

    async def find_current(self, fingerprint: bytes, started_by: str | None = None) -> str | None:
        self.asked.append(f"find_current for {started_by}")
        return await super().find_current(fingerprint, started_by)

    async def was_started_by(self, subject: str, interview_id: str) -> bool:
        self.asked.append(f"was_started_by {subject}")
        return await super().was_started_by(subject, interview_id)

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        self.asked.append("append")
        return await super().append(interview_id, expected_version, events, at, after)


@dataclass
class Stage:
    """A gateway, and it again for each of those who have signed in."""

    gateway: Served
    log: WatchedLog
    ann: Served
    bob: Served
    ada: Served


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    log = WatchedLog()
    with ExitStack() as stack:
        gateway = stack.enter_context(serving(log=log, **BY_SECRET))

        def person(name: str, *roles: str) -> Served:
            return stack.enter_context(signed_in(gateway, token(name, *roles)))

        yield Stage(gateway, log, person("ann"), person("bob"), person("ada", "admin"))


@pytest.fixture
def others(stage: Stage) -> Desktop:
    """Bob's interview."""
    desktop = Desktop(stage.bob).start(totalQuestions=3)
    desktop.answer("I am Bob.")
    return desktop


def without_id(session: dict[str, Any]) -> dict[str, Any]:
    return {name: session[name] for name in FOUR_FIELDS}


def under_another_id(session: dict[str, Any]) -> dict[str, Any]:
    return session | {"interviewId": str(uuid4())}


def told(response: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All that a response tells, but for the id that was asked for and the time."""
    others = ("date", "content-length", "x-request-id")
    headers = {n: v for n, v in response.headers.items() if n not in others}
    body = response.json()
    body.pop("instance", None)
    return response.status_code, body, headers


def requests_about(session: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """All that a candidate may ask about an interview."""
    id = session["interviewId"]
    yield "GET", f"{INTERVIEWS}/{id}", None
    yield "GET", f"{INTERVIEWS}/{id}/session", None
    yield "GET", f"{INTERVIEWS}/{id}/session?version=2", None
    yield "GET", f"{INTERVIEWS}/{id}/session?version=x", None
    yield "GET", f"{INTERVIEWS}/{id}/reply", None
    yield "DELETE", f"{INTERVIEWS}/{id}/reply", None
    yield "POST", f"{INTERVIEWS}/respond", {"session": session, "message": "And I?"}
    yield "POST", f"{INTERVIEWS}/summary", {"session": session}


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_anothers_interview_is_as_one_that_nobody_has(
    stage: Stage, others: Desktop, number: int, accept: str
) -> None:
    answers = []
    for session in (others.session, under_another_id(others.session)):
        method, path, body = list(requests_about(session))[number]
        stage.log.asked.clear()
        response = stage.ann.client.request(method, path, json=body, headers={"accept": accept})
        answers.append((told(response), list(stage.log.asked)))
    (existing, asked), (missing, asked_for_nothing) = answers
    assert existing == missing
    assert existing[0] == 404
    # The same questions to the log take the same time.
    assert asked == asked_for_nothing == ["was_started_by ann"] * 2


def test_the_refusal_says_nothing_about_the_log(stage: Stage, others: Desktop) -> None:
    problem = stage.ann.get(f"{INTERVIEWS}/{others.interview_id}").json()
    assert problem["title"] == "There is no such interview"
    assert problem["detail"] == "You have no such interview. Start a new one."


@pytest.mark.parametrize("message", ["I am Bob.", "I am Ann."])
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_anothers_session_without_its_id_is_as_one_that_nobody_has(
    stage: Stage, others: Desktop, message: str, accept: str
) -> None:
    """Ann posts words that Bob's interview stood at, those that it stands at, and its very move."""
    begun = without_id(
        stage.bob.get(f"{INTERVIEWS}/{others.interview_id}/session?version=2").json()
    )
    now = without_id(others.session)
    made_up = without_id(others.session)
    made_up["messages"] = [*now["messages"][:-1], {"role": "assistant", "content": "Why?"}]
    answers = []
    for session in (begun, now, made_up):
        for path, body in (
            ("respond", {"session": session, "message": message}),
            ("summary", {"session": session}),
        ):
            stage.log.asked.clear()
            response = stage.ann.client.post(
                f"{INTERVIEWS}/{path}", json=body, headers={"accept": accept}
            )
            answers.append((path, told(response), tuple(stage.log.asked)))
    for path in ("respond", "summary"):
        (about_begun, asked), *rest = [(t, a) for p, t, a in answers if p == path]
        assert about_begun[0] == 404
        assert all((t, a) == (about_begun, asked) for t, a in rest)
    assert {about.partition(" for ")[2] for _, _, asked in answers for about in asked} == {"ann"}


def test_a_candidate_answers_its_own_interview_to_the_end(stage: Stage) -> None:
    ann = Desktop(stage.ann).start(totalQuestions=2)
    ann.finish()
    assert ann.sum_up()["responsesGiven"] == 2
    found = stage.ann.get(f"{INTERVIEWS}/{ann.interview_id}").json()
    assert found["session"] == ann.session


def test_two_candidates_at_the_same_words_each_go_on_with_their_own(stage: Stage) -> None:
    """The desktop in the field drops the id, and all first questions of the templates are alike."""
    ann, bob = (Desktop(s, knows_id=False).start("Data Analyst") for s in (stage.ann, stage.bob))
    assert ann.session == bob.session
    ann.answer("I am Ann.")
    bob.answer("I am Bob.")
    ann.answer("Yes, Ann.")
    assert ann.answers == ["I am Ann.", "Yes, Ann."]
    assert bob.answers == ["I am Bob."]


def test_a_candidate_branches_off_its_own_interview_only(stage: Stage) -> None:
    ann = Desktop(stage.ann, knows_id=False).start("Product Manager", totalQuestions=3)
    bob = Desktop(stage.bob, knows_id=False).start("Product Manager", totalQuestions=3)
    earlier = ann.copy()
    ann.answer("One.")
    bob.answer("Two.")
    again = stage.ann.post(
        f"{INTERVIEWS}/respond", {"session": earlier.session, "message": "Three."}
    )
    assert again.status_code == 200
    id = again.json()["interviewId"]
    first = stage.ada.get(f"{INTERVIEWS}/{id}/events").json()["events"][0]
    assert first["kind"] == "session-adopted"
    assert first["payload"]["startedBy"] == "ann"
    fork = first["payload"]["forkedFrom"]["interviewId"]
    theirs = stage.ada.get(f"{INTERVIEWS}/{fork}/events").json()["events"][0]
    assert theirs["payload"]["startedBy"] == "ann"


def test_a_start_with_anothers_id_begins_an_interview_as_any_id_does(
    stage: Stage, others: Desktop
) -> None:
    for id in (others.interview_id, str(uuid4())):
        body = {"role": "Software Engineer", "totalQuestions": 3, "interviewId": id}
        response = stage.ann.post(f"{INTERVIEWS}/start", body)
        assert response.status_code == 200
        session = response.json()
        assert session["interviewId"] != id
        # A lost reply is asked for again; and what the client knows is the id that it made.
        assert stage.ann.post(f"{INTERVIEWS}/start", body).json() == session
        own = {**body, "interviewId": session["interviewId"]}
        assert stage.ann.post(f"{INTERVIEWS}/start", own).json() == session
        assert stage.ann.get(f"{INTERVIEWS}/{id}").json()["session"] == session
        done = heard(stage.ann, f"{INTERVIEWS}/{id}/reply", method="GET")[-1]
        assert done.data["session"] == session
        answered = {"session": session | {"interviewId": id}, "message": "It held."}
        assert stage.ann.post(f"{INTERVIEWS}/respond", answered).status_code == 200
        assert stage.bob.get(f"{INTERVIEWS}/{session['interviewId']}").status_code == 404
    assert stage.bob.get(f"{INTERVIEWS}/{others.interview_id}").json()["session"] == others.session


def test_staff_see_the_interviews_of_all(stage: Stage, others: Desktop) -> None:
    for role in ("interviewer", "auditor", "admin"):
        with signed_in(stage.gateway, token("eve", role)) as eve:
            assert eve.get(f"{INTERVIEWS}/{others.interview_id}").status_code == 200
            assert eve.get(INTERVIEWS, q="I am Bob.").json()["interviews"]


def test_somebody_who_is_an_auditor_too_answers_as_a_candidate(
    stage: Stage, others: Desktop
) -> None:
    with signed_in(stage.gateway, token("eve", "candidate", "auditor")) as eve:
        assert eve.get(f"{INTERVIEWS}/{others.interview_id}").status_code == 200
        assert Desktop(eve, session=others.session).try_answer("I am Eve.").status_code == 404


def test_nothing_that_a_candidate_is_sent_counts_what_others_do(stage: Stage) -> None:
    body = {"role": "Software Engineer", "totalQuestions": 3}
    first = stage.ann.post(f"{INTERVIEWS}/start", body)
    ids = [event.id for event in heard(stage.ann, f"{INTERVIEWS}/start", body)]
    assert first.headers["interview-event"].startswith('leaf="')
    assert "position" not in first.headers["interview-event"]
    summary = stage.ann.post(f"{INTERVIEWS}/summary", {"session": first.json()})
    assert "position" not in summary.headers["interview-event"]
    for path, session in (("start", None), ("summary", first.json())):
        done = heard(stage.ann, f"{INTERVIEWS}/{path}", body if session is None else session)[-1]
        assert set(done.data["event"]) == {"leaf"}
    searched = stage.ann.get(INTERVIEWS, q="?").json()["interviews"]
    assert {row["found"]["text"] for row in searched} == {"?"}
    assert {row["found"]["position"] for row in searched} == {None}
    began = time.time()
    more = [event.id for event in heard(stage.ann, f"{INTERVIEWS}/start", body)]
    for _ in range(3):
        heard(stage.bob, f"{INTERVIEWS}/start", body)
    most = [event.id for event in heard(stage.ann, f"{INTERVIEWS}/start", body)]
    assert ids < more < most
    # They go by the clock, in millionths of a second, however many replies there are.
    assert most[0] - more[0] <= (time.time() - began) * 1_000_000
    known = heard(stage.ada, f"{INTERVIEWS}/start", body)[-1].data["event"]
    assert set(known) == {"position", "leaf"}


@pytest.mark.parametrize("sought", [{}, {"q": "?"}])
def test_the_pages_of_a_list_count_nothing_of_others(stage: Stage, sought: dict[str, str]) -> None:
    own: list[str] = []
    for _ in range(4):
        own.insert(0, Desktop(stage.ann).start().interview_id)
        Desktop(stage.bob).start()
    asked = {"limit": "1", **sought}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = stage.ann.get(INTERVIEWS, **asked, **cursor).json()
        seen += [row["interviewId"] for row in page["interviews"]]
        if page["next"] is None:
            break
        assert page["next"] == seen[-1]
        cursor = {"cursor": page["next"]}
        if len(seen) == 2:  # the next page goes on behind it, though it is nobody's by then
            stage.ada.client.delete(f"{INTERVIEWS}/{seen[-1]}").raise_for_status()
    assert seen[:4] == own


def test_a_page_goes_on_behind_nothing_that_a_candidate_may_not_know(
    stage: Stage, others: Desktop
) -> None:
    Desktop(stage.ann).start()
    refused = [
        told(stage.ann.get(INTERVIEWS, cursor=cursor))
        for cursor in (others.interview_id, str(uuid4()), "3")
    ]
    for status, problem, _ in refused:
        assert (status, problem["type"]) == (422, "/problems/invalid-input")
        [error] = problem["errors"]
        assert error["message"] == "must be the `next` of the page before"
    assert stage.ada.get(INTERVIEWS, cursor=others.interview_id).status_code == 200


def test_a_reply_under_way_is_anothers_too(stage: Stage, others: Desktop) -> None:
    response = stage.ann.client.get(f"{INTERVIEWS}/{others.interview_id}/reply", headers=EVENTS)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_a_forgotten_interview_is_nobodys(stage: Stage) -> None:
    """Whose it was is erased with the words."""
    ann = Desktop(stage.ann).start()
    assert stage.ada.client.delete(f"{INTERVIEWS}/{ann.interview_id}").status_code == 200
    assert stage.ann.get(f"{INTERVIEWS}/{ann.interview_id}").status_code == 404
    assert ann.try_answer("Am I gone?").status_code == 404
    assert "ann" not in stage.ada.get(f"{INTERVIEWS}/{ann.interview_id}/events").text


def test_an_id_that_somebody_took_before_is_no_way_into_their_interview(stage: Stage) -> None:
    """Staff choose their ids freely, also the one that a candidate's start would get."""
    asked = str(uuid4())
    body = {"role": "Software Engineer", "interviewId": asked}
    made = Desktop(stage.bob).start(interviewId=asked).interview_id
    with serving(**BY_SECRET) as gateway:
        with signed_in(gateway, token("ada", "admin")) as ada:
            assert ada.post(f"{INTERVIEWS}/start", body | {"interviewId": made}).is_success
        with signed_in(gateway, token("bob")) as bob:
            assert bob.post(f"{INTERVIEWS}/start", body).status_code == 404
