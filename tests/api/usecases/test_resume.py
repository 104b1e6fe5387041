"""Going on after a crash, of the desktop or of the gateway; and the list of interviews."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from eventlog.memory import MemoryEventLog
from statemachine.commands import give_answer, start_interview
from statemachine.roles import DATA_ANALYST
from statemachine.session import Config
from tests.desktop import Desktop
from tests.events import kinds_of
from tests.fakes import GraniteServer
from tests.gateways import Served, serving

INTERVIEWS = "/api/v1/interviews"


def test_a_desktop_that_crashed_goes_on_where_it_was(alone: Served) -> None:
    desktop = Desktop(alone).start(totalQuestions=2)
    desktop.answer("Before the crash.")
    found = alone.get(f"{INTERVIEWS}/{desktop.interview_id}").json()
    assert found["session"] == desktop.session
    assert (found["state"], found["version"]) == ("questioning", 4)
    revived = Desktop(alone, session=found["session"])
    revived.finish()
    found = alone.get(f"{INTERVIEWS}/{desktop.interview_id}").json()
    assert found["state"] == "complete"
    assert found["responsesGiven"] == 2


def interrupted(log: MemoryEventLog, desktop: Desktop, answer: str) -> None:
    """Leave the log as a gateway that died between an answer and the reply to it does."""
    append = log.append(desktop.interview_id, 2, [give_answer(answer)], datetime.now(UTC))
    asyncio.run(append)


@pytest.mark.parametrize("knows_id", [True, False], ids=["whole session", "four fields"])
def test_an_answer_without_a_reply_takes_the_same_post_again_and_goes_on(knows_id: bool) -> None:
    log = MemoryEventLog()
    with serving(log=log) as gateway:
        held = Desktop(gateway).start(totalQuestions=2)
        interrupted(log, held, "Said before the crash.")
        found = gateway.get(f"{INTERVIEWS}/{held.interview_id}").json()
        assert found["pendingAnswer"] == "Said before the crash."
        assert found["session"] == held.session
        id = held.interview_id
        if not knows_id:
            del held.session["interviewId"]
        held.answer("Said before the crash.")
        kinds = ["interview-started", "question-asked", "answer-given", "question-asked"]
        assert kinds_of(gateway, id) == kinds
        held.finish()


def test_another_answer_after_a_crash_is_told_of_the_first_and_its_reply() -> None:
    log = MemoryEventLog()
    with serving(log=log) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        interrupted(log, desktop, "Said before the crash.")
        response = desktop.try_answer("Something else.")
        assert response.status_code == 409
        desktop.session = response.json()["session"]
        assert desktop.answers == ["Said before the crash."]
        assert desktop.session["currentQuestion"] == 2
        desktop.finish()


def test_a_retry_of_an_earlier_move_asks_nobody_for_the_reply_that_is_missing_now() -> None:
    log = MemoryEventLog()
    with GraniteServer() as granite, serving(granite, log=log) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = Desktop(gateway).start(totalQuestions=3)
        earlier = desktop.copy()
        recorded = desktop.answer("First.")
        append = log.append(desktop.interview_id, 4, [give_answer("My second.")], datetime.now(UTC))
        asyncio.run(append)
        asked = granite.count("/api/v1/interviews")
        assert earlier.try_answer("First.").json() == recorded
        assert granite.count("/api/v1/interviews") == asked


def test_a_summary_counts_the_answers_that_it_is_about() -> None:
    log = MemoryEventLog()
    with serving(log=log) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        interrupted(log, desktop, "Said before the crash.")
        summary = desktop.sum_up()
        assert (summary["questionsAsked"], summary["responsesGiven"]) == (2, 1)
        assert "2 of 3 questions asked, 1 answered" in summary["summary"]


def test_a_start_without_a_first_question_goes_on_when_it_is_posted_again() -> None:
    log, id = MemoryEventLog(), str(uuid4())
    config = Config(role=DATA_ANALYST, total_questions=3, model="granite4:2b")
    asyncio.run(log.append(id, 0, [start_interview(config, "Be kind.")], datetime.now(UTC)))
    with serving(log=log) as gateway:
        assert gateway.get(f"{INTERVIEWS}/{id}").json()["state"] == "started"
        desktop = Desktop(gateway).start("Data Analyst", totalQuestions=3, interviewId=id)
        assert len(desktop.said) == 1
        desktop.finish()


def test_interviews_are_listed_newest_first_by_pages(fresh: Served) -> None:
    ids = [Desktop(fresh).start(totalQuestions=1).interview_id for _ in range(5)]
    first = fresh.get(INTERVIEWS, limit=2).json()
    second = fresh.get(INTERVIEWS, limit=2, cursor=first["next"]).json()
    third = fresh.get(INTERVIEWS, limit=2, cursor=second["next"]).json()
    pages = [first, second, third]
    listed = [row["interviewId"] for page in pages for row in page["interviews"]]
    assert listed == ids[::-1]
    assert third["next"] is None


def test_the_list_is_filtered_by_state_and_role(fresh: Served) -> None:
    Desktop(fresh).start("Data Analyst", totalQuestions=1).finish()
    Desktop(fresh).start("Data Analyst")
    Desktop(fresh).start("Product Manager")

    def count(**filters: str) -> int:
        return len(fresh.get(INTERVIEWS, **filters).json()["interviews"])

    assert count(role="Data Analyst") == 2
    assert count(role="Data Analyst", state="complete") == 1
    assert count(state="questioning") == 2
    assert count(state="started") == 0
