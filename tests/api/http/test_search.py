"""Searching the list of interviews over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from eventlog import reading
from tests.desktop import Desktop
from tests.gateways import Served, serving
from tests.stopwatch import Stopwatch

INTERVIEWS = "/api/v1/interviews"


@pytest.fixture(params=["memory", "sqlite"], scope="module")
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("search")
    url = "memory:" if request.param == "memory" else f"sqlite:///{folder}/interviews.db"
    with serving(eventlog_url=url) as gateway:
        yield gateway


def found(gateway: Served, q: str, **more: str | int) -> list[str]:
    response = gateway.get(INTERVIEWS, q=q, **more)
    assert response.status_code == 200, response.text
    return [row["interviewId"] for row in response.json()["interviews"]]


def test_an_answer_leads_to_its_interview_until_it_is_forgotten(gateway: Served) -> None:
    word = str(uuid4())
    other, desktop = Desktop(gateway).start(), Desktop(gateway).start()
    other.answer("Something else.")
    desktop.answer(f'I wrote "100%_{word}", ÄRGERLICH.')
    for q in (f'"100%_{word}"', f"{word.upper()}", f'{word}", ärger'):
        assert found(gateway, q) == [desktop.interview_id], q
    gateway.client.delete(f"{INTERVIEWS}/{desktop.interview_id}")
    assert found(gateway, word) == []
    assert found(gateway, desktop.interview_id[:18]) == [desktop.interview_id]


def test_what_is_found_comes_in_pages(gateway: Served) -> None:
    word = str(uuid4())
    ids = []
    for n in range(5):
        desktop = Desktop(gateway).start(totalQuestions=1 if n % 2 else 2)
        desktop.answer(f"It is {word}.")
        ids.append(desktop.interview_id)
    pages, cursor = [], None
    while True:
        given = {"q": word, "limit": 2} | ({"cursor": cursor} if cursor else {})
        body = gateway.get(INTERVIEWS, **given).json()
        pages.append([row["interviewId"] for row in body["interviews"]])
        cursor = body["next"]
        if cursor is None:
            break
    assert pages == [ids[4:2:-1], ids[2:0:-1], ids[:1]]
    assert found(gateway, word, state="complete") == [ids[3], ids[1]]
    assert found(gateway, word, role="Data Analyst") == []


def test_a_page_tells_how_far_it_looked_and_the_next_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FIRST_WINDOW", 8)
    monkeypatch.setattr(reading, "LOOKING_SECONDS", -1)
    word = str(uuid4())
    with serving(eventlog_url=f"sqlite:///{tmp_path}/interviews.db") as gateway:
        sought = Desktop(gateway).start()
        sought.answer(f"It is {word}.")
        for _ in range(5):
            Desktop(gateway).start().answer("It is not.")
        body = gateway.get(INTERVIEWS, q=word).json()
        assert body["interviews"] == []
        times = []
        while body["next"] is not None:
            times.append(body["lookedBackTo"])
            body = gateway.get(INTERVIEWS, q=word, cursor=body["next"]).json()
        assert [row["interviewId"] for row in body["interviews"]] == [sought.interview_id]
        assert body["lookedBackTo"] is None
        assert times == sorted(times, reverse=True)
        first = gateway.get(f"{INTERVIEWS}/{sought.interview_id}").json()["startedAt"]
        assert times
        assert first <= times[-1]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "5\n", "\u0663", "9" * 19])
def test_what_no_page_gave_as_next_is_refused(gateway: Served, cursor: str) -> None:
    response = gateway.get(INTERVIEWS, cursor=cursor)
    assert response.status_code == 422
    assert response.json()["detail"] == "cursor: must be the `next` of the page before"


@pytest.mark.parametrize("q", ["", "x" * 201])
def test_a_text_has_1_to_200_characters(gateway: Served, q: str) -> None:
    response = gateway.get(INTERVIEWS, q=q)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "q"


def test_others_are_answered_while_a_search_goes_on(tmp_path: Path) -> None:
    """A search that a reader waits behind would hold it for as long as it takes."""
    with serving(eventlog_url=f"sqlite:///{tmp_path}/interviews.db") as gateway:
        for _ in range(40):
            Desktop(gateway).start(totalQuestions=5).finish()
        searching = Thread(target=lambda: [found(gateway, f"nowhere {n}") for n in range(30)])
        searching.start()
        longest = 0.0
        while searching.is_alive():
            watch = Stopwatch()
            assert gateway.get(INTERVIEWS, limit=1).status_code == 200
            longest = max(longest, watch.seconds())
        searching.join()
    assert longest < 0.5
