"""A log of which one cell was changed, so that it contradicts itself: always an answer in time, one
that says that the log was changed wherever that keeps an interview from going on, and no core that
stays busy with it."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eventlog.errors import LogNotOpened
from statemachine.session import Session
from tests.desktop import Desktop
from tests.eventlog.evidence import rows
from tests.eventlog.verification.logs import EVERY_TABLE, copy, draw_cell, falsify, unguarded
from tests.gateways import Served, serving
from tests.http_clients import seconds_to

INTERVIEWS = "/api/v1/interviews"
REPLY_SECONDS = 5.0
WHY = {"reason": "It is asked for."}


@dataclass(frozen=True)
class Held:
    """A closed log, and the sessions that its clients held last."""

    path: Path
    with_id: dict[str, Any]
    by_words: dict[str, Any]
    fork: dict[str, Any]
    complete: dict[str, Any]
    forgotten: dict[str, Any]

    @property
    def sessions(self) -> tuple[dict[str, Any], ...]:
        return self.with_id, self.by_words, self.fork, self.complete, self.forgotten


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    path = tmp_path_factory.mktemp("held") / "interviews.db"
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        with_id = Desktop(gateway).start("Data Analyst", totalQuestions=3)
        with_id.answer("First.")
        by_words = Desktop(gateway, knows_id=False).start("Product Manager", totalQuestions=3)
        fork = by_words.copy()
        by_words.answer("This way.")
        fork.answer("That way.")
        complete = Desktop(gateway).start(totalQuestions=1)
        complete.finish()
        complete.sum_up()
        forgotten = Desktop(gateway).start(totalQuestions=2)
        gateway.client.delete(f"{INTERVIEWS}/{forgotten.interview_id}")
    clients = (with_id, by_words, fork, complete, forgotten)
    return Held(path, *(client.session for client in clients))


@pytest.fixture
def path(held: Held, tmp_path: Path) -> Path:
    return copy(held.path, tmp_path / "interviews.db")


@pytest.fixture
def gateway(path: Path) -> Iterator[Served]:
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        yield gateway


def respond(gateway: Served, session: dict[str, Any]) -> httpx.Response:
    return gateway.post(f"{INTERVIEWS}/respond", {"session": session, "message": "We went on."})


def fingerprint(session: dict[str, Any]) -> bytes:
    return Session.model_validate(session).fingerprint()


def check_says_so(response: httpx.Response) -> None:
    assert response.status_code == 500, response.text
    problem = response.json()
    assert problem["type"] == "/problems/not-as-logged"
    assert "`interview-gateway audit verify`" in problem["detail"]
    assert seconds_to(response) < REPLY_SECONDS


def check_idle(gateway: Served) -> None:
    """No core is busy once everybody was answered."""
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.2
    assert gateway.get("/health").status_code == 200


def put_elsewhere(path: Path, column: str, session: dict[str, Any]) -> None:
    """Say of another interview that it stands at the session, or has reached it."""
    if column == "head":
        one = (fingerprint(session),)
        falsify(path, ("UPDATE interviews SET head = NULL WHERE head = ?", one))
        falsify(path, ("UPDATE interviews SET head = ? WHERE role = 'Data Analyst'", one))
    else:
        falsify(
            path,
            (
                "UPDATE fingerprints SET first_position = (SELECT first_position FROM interviews "
                "WHERE role = 'Data Analyst') WHERE fingerprint = ?",
                (fingerprint(session),),
            ),
        )


def test_a_session_that_is_found_where_it_does_not_stand_is_said_so(
    gateway: Served, held: Held, path: Path
) -> None:
    put_elsewhere(path, "head", held.by_words)
    check_says_so(respond(gateway, held.by_words))
    check_says_so(gateway.post(f"{INTERVIEWS}/summary", {"session": held.by_words}))
    check_idle(gateway)
    assert respond(gateway, held.with_id).status_code == 200


@pytest.mark.parametrize("id", ["no uuid", "00000000-0000-4000-8000-000000000000", ""])
def test_a_list_that_names_an_interview_there_is_not_is_said_so(
    gateway: Served, held: Held, path: Path, id: str
) -> None:
    where = (id, fingerprint(held.by_words))
    falsify(path, ("UPDATE interviews SET interview_id = ? WHERE head = ?", where))
    check_says_so(respond(gateway, held.by_words))


def test_a_move_that_is_found_in_another_interview_is_said_so(
    gateway: Served, held: Held, path: Path
) -> None:
    assert respond(gateway, held.by_words).status_code == 200
    move = Session.model_validate(held.by_words).move_fingerprint("We went on.")
    falsify(
        path,
        (
            "UPDATE fingerprints SET first_position = 0 WHERE fingerprint = ? AND version > 1",
            (move,),
        ),
    )
    check_says_so(respond(gateway, held.by_words))


def test_words_that_are_said_to_be_those_of_a_forgotten_interview_are_said_so(
    gateway: Served, held: Held, path: Path
) -> None:
    head = fingerprint(held.by_words)
    falsify(path, ("UPDATE interviews SET head = NULL WHERE head = ?", (head,)))
    falsify(path, ("UPDATE interviews SET head = ? WHERE state = 'forgotten'", (head,)))
    check_says_so(respond(gateway, held.by_words))


def test_an_event_that_is_gone_from_under_a_running_gateway_is_said_so(
    gateway: Served, held: Held, path: Path
) -> None:
    assert respond(gateway, held.with_id).status_code == 200
    falsify(
        path,
        (
            "DELETE FROM events WHERE interview_id = ? AND version = 4",
            (held.with_id["interviewId"],),
        ),
    )
    first = Session.model_validate(held.with_id).model_dump(mode="json", by_alias=True)
    earlier = first | {"messages": first["messages"][:-2], "currentQuestion": 1}
    repeated = gateway.post(f"{INTERVIEWS}/respond", {"session": earlier, "message": "First."})
    check_says_so(repeated)


def test_many_who_post_the_same_are_all_answered_in_time(held: Held, path: Path) -> None:
    put_elsewhere(path, "head", held.by_words)
    url = f"sqlite:///{path}"
    with (
        serving(eventlog_url=url, reply_budget_seconds=2) as gateway,
        ThreadPoolExecutor(60) as pool,
    ):
        answers = list(pool.map(lambda _: respond(gateway, held.by_words), range(60)))
        check_idle(gateway)
    assert {answer.status_code for answer in answers} == {500, 503}
    assert max(seconds_to(answer) for answer in answers) < REPLY_SECONDS - 2
    waited = {answer.json()["answerTaken"] for answer in answers if answer.status_code == 503}
    assert waited == {False}


def values_for(data: st.DataObject, path: Path, table: str, column: str) -> Any:
    """Another value of the same column, or one that is none of a log's."""
    others = [row[column] for row in rows(path, f"SELECT {column} FROM {table}")]
    strange = [0, 1, -1, 99, 1 << 62, "", "x", b"", b"\0" * 32, None]
    return data.draw(st.sampled_from([*others, *strange]))


def everything(gateway: Served, held: Held) -> Iterator[httpx.Response]:
    """All that a client may ask about the interviews it knows."""
    for session in held.sessions:
        four = {name: value for name, value in session.items() if name != "interviewId"}
        for posted in (session, four):
            yield respond(gateway, posted)
            yield respond(gateway, posted)
            yield gateway.post(f"{INTERVIEWS}/summary", {"session": posted})
        if id := session.get("interviewId"):
            setup = session["config"] | {"interviewId": id}
            yield gateway.post(f"{INTERVIEWS}/start", setup)
            yield gateway.post(f"{INTERVIEWS}/{id}/hold", WHY)
            yield gateway.post(f"{INTERVIEWS}/{id}/release", WHY)
            yield gateway.client.delete(f"{INTERVIEWS}/{id}")
    yield gateway.post(f"{INTERVIEWS}/start", {"role": "Data Analyst", "totalQuestions": 1})


EXAMPLES = 25


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), is_running=st.booleans(), is_warm=st.booleans())
def test_whatever_cell_is_changed_every_request_is_answered_in_time_and_by_no_mistake(
    held: Held, tmp_path: Path, data: st.DataObject, is_running: bool, is_warm: bool
) -> None:
    # Each example has a file of its own: a gateway may leave a WAL beside what cannot be closed.
    path = copy(held.path, tmp_path / f"{uuid4()}.db")
    table, row, column = cell = draw_cell(data, held.path, EVERY_TABLE)
    value = values_for(data, held.path, table, column)

    def change() -> None:
        try:
            with unguarded(path) as db:
                db.execute(f"UPDATE {table} SET {column} = ? WHERE {cell.where}",
                           [value, *row.values()])  # fmt: skip
        except sqlite3.IntegrityError:
            assume(False)

    if not is_running:
        change()
    try:
        with serving(eventlog_url=f"sqlite:///{path}") as gateway:
            if is_warm:
                for listed in gateway.get(INTERVIEWS).json().get("interviews", []):
                    gateway.get(f"{INTERVIEWS}/{listed['interviewId']}")
            if is_running:
                change()
            for response in everything(gateway, held):
                assert seconds_to(response) < REPLY_SECONDS, response.request.url
                assert "internal-error" not in response.text, response.text
    except LogNotOpened:
        assert not is_running
