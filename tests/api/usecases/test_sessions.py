"""The session against the log: the five verdicts, with `interviewId` and without."""

import asyncio
import copy
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from eventlog.memory import MemoryEventLog
from eventlog.times import utc_now
from statemachine.commands import give_answer
from tests.desktop import FOUR_FIELDS, Desktop
from tests.events import head_of, kinds_of, payloads_of
from tests.fakes import GraniteServer, Mood
from tests.gateways import Served, serving


def edited(session: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(session), **changes}


@pytest.mark.parametrize("knows_id", [True, False], ids=["whole session", "four fields"])
def test_a_retry_gets_the_recorded_reply_word_for_word(alone: Served, knows_id: bool) -> None:
    desktop = Desktop(alone, knows_id).start(totalQuestions=3)
    lost = desktop.try_answer("An answer whose reply is lost.").json()
    before = head_of(alone)
    again = desktop.try_answer("An answer whose reply is lost.").json()
    assert again == lost
    assert head_of(alone) == before


def test_a_retry_of_an_earlier_move_gets_its_own_reply_not_the_newest(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=3)
    earlier = desktop.copy()
    first_reply = desktop.answer("First answer.")
    desktop.answer("Second answer.")
    assert earlier.try_answer("First answer.").json() == first_reply


def test_another_answer_to_a_question_that_is_answered_is_behind(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=3)
    stale = desktop.copy()
    desktop.answer("The answer that came first.")
    response = stale.try_answer("Another answer.")
    problem = response.json()
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["verdict"], problem["place"]) == ("behind", "messages[3].content")
    assert problem["session"] == desktop.session


def test_a_client_goes_on_from_the_session_of_a_conflict(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=2)
    stale = desktop.copy()
    desktop.answer("The answer that came first.")
    stale.session = stale.try_answer("Another answer.").json()["session"]
    stale.finish()
    assert stale.session["isComplete"] is True


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda s: s["messages"][2].update(content="Question 1: how are you?"), "messages[2]"),
        (lambda s: s["messages"][3].update(content="A better answer."), "messages[3]"),
        (lambda s: s["messages"][0].update(content="Be kind."), "messages[0]"),
        (lambda s: s["config"].update(role="Data Analyst"), "config.role"),
        (lambda s: s["config"].update(model="another"), "config.model"),
        (lambda s: s["config"].update(totalQuestions=9), "config.totalQuestions"),
        (lambda s: s.update(isComplete=True, currentQuestion=1), "isComplete"),
    ],
)
def test_a_session_that_says_other_than_the_log_differs(
    alone: Served, change: Any, place: str
) -> None:
    desktop = Desktop(alone).start(totalQuestions=3)
    desktop.answer("My answer.")
    truth = copy.deepcopy(desktop.session)
    desktop.session = copy.deepcopy(truth)
    change(desktop.session)
    response = desktop.try_answer("And on.")
    problem = response.json()
    assert response.status_code == 409
    assert problem["verdict"] == "differs"
    assert problem["place"].startswith(place)
    assert problem["session"] == truth
    assert kinds_of(alone, truth["interviewId"])[-1] == "session-refused"


def test_an_interview_goes_on_after_a_forged_session_was_refused(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=2)
    forger = desktop.copy()
    forger.session = edited(desktop.session, config={**desktop.session["config"], "model": "x"})
    assert forger.try_answer("It held up.").status_code == 409
    desktop.finish()
    assert desktop.session["isComplete"] is True


@pytest.mark.parametrize("knows_id", [True, False], ids=["whole session", "four fields"])
def test_a_session_the_log_does_not_know_is_adopted_and_goes_on(knows_id: bool) -> None:
    with serving() as yesterday:
        desktop = Desktop(yesterday, knows_id).start(totalQuestions=3)
        desktop.answer("Said on another machine.")
    with serving() as today:
        desktop.gateway = today
        before = desktop.session
        desktop.answer("Said here.")
        (listed,) = today.get("/api/v1/interviews").json()["interviews"]
        assert listed["adopted"] is True
        kinds = kinds_of(today, listed["interviewId"])
        assert kinds == ["session-adopted", "answer-given", "question-asked"]
        if knows_id:
            assert listed["interviewId"] == before["interviewId"]
        desktop.finish()
        assert desktop.session["isComplete"] is True


def test_a_strict_gateway_refuses_a_session_the_log_does_not_know() -> None:
    with serving() as elsewhere, serving(strict_sessions=True) as strict:
        desktop = Desktop(elsewhere).start()
        desktop.gateway = strict
        response = desktop.try_answer("It held up.")
        assert response.status_code == 404
        assert response.json()["type"] == "/problems/unknown-interview"
        assert head_of(strict) == 0
        Desktop(strict, knows_id=False).start(totalQuestions=2).finish()


def test_an_answer_to_a_complete_interview_is_a_conflict(alone: Served) -> None:
    for knows_id in (True, False):
        desktop = Desktop(alone, knows_id).start(totalQuestions=1)
        desktop.finish()
        response = desktop.try_answer("One more thing.")
        problem = response.json()
        assert response.status_code == 409
        assert problem["type"] == "/problems/interview-complete"
        assert problem["session"]["isComplete"] is True


def test_a_complete_session_that_nobody_knows_takes_no_answer(fresh: Served) -> None:
    with serving() as elsewhere:
        desktop = Desktop(elsewhere, knows_id=False).start(totalQuestions=1)
        desktop.finish()
    desktop.gateway = fresh
    assert desktop.try_answer("One more thing.").status_code == 409
    assert head_of(fresh) == 0


def test_two_people_at_the_same_words_each_get_their_own_interview(fresh: Served) -> None:
    ann, ben = (Desktop(fresh, knows_id=False).start(totalQuestions=2) for _ in range(2))
    assert ann.session == ben.session
    ann.answer("Ann's answer.")
    ben.answer("Ben's answer.")
    ann.finish()
    ben.finish()
    assert (ann.answers[0], ben.answers[0]) == ("Ann's answer.", "Ben's answer.")
    listed = fresh.get("/api/v1/interviews").json()["interviews"]
    assert [row["adopted"] for row in listed] == [False, False]


def test_four_fields_at_the_same_words_at_once_never_meet_a_conflict(on_disk: str) -> None:
    with serving(eventlog_url=on_disk) as gateway, ThreadPoolExecutor(8) as pool:
        people = [Desktop(gateway, knows_id=False).start(totalQuestions=2) for _ in range(6)]
        answers = [f"Answer {n}." for n in range(8)]
        replies = list(pool.map(people[0].try_answer, answers))
        assert [reply.status_code for reply in replies] == [200] * 8
        assert [reply.json()["messages"][3]["content"] for reply in replies] == answers
        assert len({reply.json()["interviewId"] for reply in replies}) == 8


def test_sixteen_people_at_the_same_words_all_come_to_the_end(on_disk: str) -> None:
    with serving(eventlog_url=on_disk) as gateway, ThreadPoolExecutor(16) as pool:
        for _ in range(4):
            people = [Desktop(gateway, knows_id=False) for _ in range(16)]
            list(pool.map(lambda person: person.start(totalQuestions=3).finish(), people))
            assert all(person.session["isComplete"] for person in people)
        log = gateway.app.state.gateway.log
        kinds = {record.kind for record in asyncio.run(log.records_from(0, 10_000))}
        assert "session-refused" not in kinds


def test_a_third_answer_at_words_both_have_left_starts_a_fork(fresh: Served) -> None:
    ann = Desktop(fresh, knows_id=False).start(totalQuestions=2)
    changed_mind = ann.copy()
    ann.answer("First thought.")
    reply = changed_mind.try_answer("Second thought.").json()
    adoption = payloads_of(fresh, reply["interviewId"])[0]
    original = fresh.get("/api/v1/interviews").json()["interviews"][1]
    assert adoption["forkedFrom"] == {"interviewId": original["interviewId"], "version": 2}
    assert kinds_of(fresh, reply["interviewId"])[0] == "session-adopted"


@pytest.mark.parametrize("knows_id", [True, False], ids=["whole session", "four fields"])
def test_two_posts_of_one_move_at_once_ask_a_backend_once(knows_id: bool, on_disk: str) -> None:
    with GraniteServer() as granite, serving(granite, eventlog_url=on_disk) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = Desktop(gateway, knows_id).start(totalQuestions=3)
        granite.mood, granite.delay = Mood.SLOW, 0.3
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(desktop.try_answer, ["The same answer."] * 8))
        assert [reply.status_code for reply in replies] == [200] * 8
        assert all(reply.json() == replies[0].json() for reply in replies)
        assert granite.count("/api/v1/interviews/respond") == 1


@pytest.mark.parametrize("knows_id", [True, False], ids=["whole session", "four fields"])
def test_two_posts_of_one_unknown_session_at_once_adopt_it_once(
    knows_id: bool, on_disk: str
) -> None:
    with serving() as elsewhere:
        desktop = Desktop(elsewhere, knows_id).start(totalQuestions=3)
    with serving(eventlog_url=on_disk) as gateway, ThreadPoolExecutor(8) as pool:
        desktop.gateway = gateway
        replies = list(pool.map(desktop.try_answer, ["The same answer."] * 8))
        (id,) = {reply.json()["interviewId"] for reply in replies}
        assert kinds_of(gateway, id) == ["session-adopted", "answer-given", "question-asked"]


class BusyLog(MemoryEventLog):
    """A log in which an interview moves on just before it is looked for."""

    moving: tuple[str, str] | None = None

    async def find_current(self, fingerprint: bytes, started_by: str | None = None) -> str | None:
        if self.moving is not None:
            (id, answer), self.moving = self.moving, None
            await self.append(id, 2, [give_answer(answer)], utc_now())
        return await super().find_current(fingerprint, started_by)


@pytest.mark.parametrize("strict", [True, False])
def test_one_move_posted_with_the_id_and_without_it_at_once_is_one_move(strict: bool) -> None:
    log = BusyLog()
    with serving(log=log, strict_sessions=strict) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        four_fields = {name: desktop.session[name] for name in FOUR_FIELDS}
        without_id = Desktop(gateway, knows_id=False, session=four_fields)
        log.moving = (desktop.interview_id, "The same answer.")
        reply = without_id.try_answer("The same answer.")
        assert reply.json() == desktop.answer("The same answer.")
        assert len(gateway.get("/api/v1/interviews").json()["interviews"]) == 1


def test_different_answers_at_once_leave_one_in_the_interview(on_disk: str) -> None:
    with serving(eventlog_url=on_disk) as gateway, ThreadPoolExecutor(8) as pool:
        desktop = Desktop(gateway).start(totalQuestions=3)
        replies = list(pool.map(desktop.try_answer, [f"Answer {n}." for n in range(8)]))
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7
    winner = next(reply for reply in replies if reply.status_code == 200).json()
    for reply in replies:
        if reply.status_code == 409:
            assert reply.json()["session"] == winner


def test_a_reply_is_recorded_beside_a_refusal_that_came_while_it_was_thought_out() -> None:
    with GraniteServer() as granite, serving(granite) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = Desktop(gateway).start(totalQuestions=3)
        forger = desktop.copy()
        forger.session = edited(desktop.session, config={**desktop.session["config"], "model": "x"})
        granite.mood, granite.delay = Mood.SLOW, 0.3
        with ThreadPoolExecutor() as pool:
            posting = pool.submit(desktop.try_answer, "I thought about it.")
            while not granite.count("/api/v1/interviews/respond"):
                time.sleep(0.01)
            assert forger.try_answer("It held up.").json()["verdict"] == "differs"
            assert posting.result().status_code == 200
        kinds = kinds_of(gateway, desktop.interview_id)
        assert kinds[-3:] == ["answer-given", "session-refused", "question-asked"]


def test_a_start_with_an_id_of_the_clients_own_can_be_posted_again(alone: Served) -> None:
    id = str(uuid4())
    first = Desktop(alone).start(totalQuestions=3, interviewId=id)
    before = head_of(alone)
    again = Desktop(alone).start(totalQuestions=3, interviewId=id)
    assert again.session == first.session
    assert head_of(alone) == before
    first.answer("On we go.")
    body = {"role": "Software Engineer", "totalQuestions": 3, "interviewId": id}
    moved_on = alone.post("/api/v1/interviews/start", body)
    taken = alone.post("/api/v1/interviews/start", {**body, "role": "Data Analyst"})
    assert taken.json()["place"] == "interviewId"
    assert moved_on.status_code == 409
    assert moved_on.json()["session"] == first.session


def test_unknown_fields_in_a_session_are_ignored(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=2)
    desktop.session = edited(desktop.session, mood="good", createdAt=5)
    desktop.session["messages"][0]["id"] = 7
    assert desktop.try_answer("It ran fine.").status_code == 200


class TestSummary:
    """Summing up, as far as the log is concerned."""

    def test_the_same_summary_is_given_while_nothing_more_is_said(self, alone: Served) -> None:
        desktop = Desktop(alone).start(totalQuestions=2)
        desktop.answer("First.")
        first = desktop.sum_up()
        assert desktop.sum_up() == first
        assert (first["questionsAsked"], first["responsesGiven"]) == (2, 1)
        desktop.finish()
        assert desktop.sum_up()["responsesGiven"] == 2

    def test_the_bare_session_of_older_desktops_is_accepted(self, alone: Served) -> None:
        desktop = Desktop(alone, knows_id=False).start(totalQuestions=1)
        desktop.finish()
        response = alone.post("/api/v1/interviews/summary", desktop.session)
        assert response.status_code == 200
        assert set(response.json()) == {
            "summary",
            "role",
            "questionsAsked",
            "responsesGiven",
            "timestamp",
        }

    def test_a_session_behind_the_log_is_not_summed_up(self, alone: Served) -> None:
        desktop = Desktop(alone).start(totalQuestions=3)
        stale = desktop.copy()
        desktop.answer("On.")
        response = alone.post("/api/v1/interviews/summary", {"session": stale.session})
        assert response.status_code == 409
        assert response.json()["verdict"] == "behind"

    def test_four_fields_are_always_summed_up(self, fresh: Served) -> None:
        desktop = Desktop(fresh, knows_id=False).start(totalQuestions=3)
        stale = desktop.copy()
        desktop.answer("On.")
        assert stale.sum_up()["responsesGiven"] == 0
        assert desktop.sum_up()["responsesGiven"] == 1

    def test_an_answer_that_comes_while_it_is_written_belongs_into_it(self) -> None:
        with GraniteServer() as granite, serving(granite) as gateway:
            gateway.wait_until_noticed(granite_interview_service="online")
            desktop = Desktop(gateway).start(totalQuestions=2)
            granite.moods["/api/v1/interviews/summary"], granite.delay = Mood.SLOW, 0.3
            with ThreadPoolExecutor() as pool:
                summing_up = pool.submit(desktop.copy().sum_up)
                while not granite.count("/api/v1/interviews/summary"):
                    time.sleep(0.01)
                desktop.answer("Just in time.")
                summary = summing_up.result()
            assert (summary["questionsAsked"], summary["responsesGiven"]) == (2, 1)
            kinds = kinds_of(gateway, desktop.interview_id)
            assert kinds[-3:] == ["answer-given", "question-asked", "summary-given"]

    def test_a_backend_that_gives_summaries_gives_this_one(self) -> None:
        with GraniteServer() as granite, serving(granite) as gateway:
            gateway.wait_until_noticed(granite_interview_service="online")
            desktop = Desktop(gateway).start(totalQuestions=1)
            desktop.finish()
            assert "Granite summary" in desktop.sum_up()["summary"]
            assert desktop.sum_up() == desktop.sum_up()
            assert granite.count("/api/v1/interviews/summary") == 1
