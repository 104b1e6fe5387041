"""Practice over HTTP: hints in its replies, and where the list of interviews shows it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.http.signin.people import BY_SECRET, signed_in, token
from tests.desktop import Desktop
from tests.gateways import Served, serving

INTERVIEWS = "/api/v1/interviews"
PRACTICE: dict[str, Any] = {"practice": True, "candidateName": "Zoë Ångström", "totalQuestions": 2}
ANSWER = "I led a team, because we had to; we saw it in the logs, and it fell by half."


@pytest.fixture(params=["memory", "sqlite"], scope="module")
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("practice")
    url = "memory:" if request.param == "memory" else f"sqlite:///{folder}/interviews.db"
    with serving(eventlog_url=url) as gateway:
        yield gateway


def listed(gateway: Served, **asked: Any) -> list[dict[str, Any]]:
    response = gateway.get(INTERVIEWS, **asked)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["interviews"]
    return rows


def ids(gateway: Served, **asked: Any) -> list[str]:
    return [row["interviewId"] for row in listed(gateway, **asked)]


def test_practice_gets_hints_and_another_interview_none(gateway: Served) -> None:
    practised, other = Desktop(gateway).start(**PRACTICE), Desktop(gateway).start(totalQuestions=2)
    for desktop in (practised, other):
        while not desktop.session["isComplete"]:
            desktop.answer(ANSWER)
    first, *replies = practised.said
    assert first == other.said[0]
    assert all(reply.startswith("Hint: ") for reply in replies)
    assert "For your next practice" in replies[-1]
    assert "Hint" not in " ".join(other.said)
    assert "practice" not in other.said[-1]


def test_practice_is_shown_only_to_who_asks_for_it(gateway: Served) -> None:
    practised, other = Desktop(gateway).start(**PRACTICE), Desktop(gateway).start()
    mine = {practised.interview_id, other.interview_id}
    expected = {None: {other.interview_id}, "false": {other.interview_id}, "true": mine}
    for asked, shown in {**expected, "only": {practised.interview_id}}.items():
        more = {} if asked is None else {"practice": asked}
        assert mine & set(ids(gateway, **more)) == shown, asked
    response = gateway.get(INTERVIEWS, practice="yes")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "practice"


def test_a_row_tells_who_was_interviewed_and_how(gateway: Served) -> None:
    desktop = Desktop(gateway).start(**PRACTICE, kit="nurse", role="Nurse")
    [row] = listed(gateway, practice="only", q=desktop.interview_id)
    assert (row["candidateName"], row["kit"], row["practice"]) == ("Zoë Ångström", "nurse", True)
    one = gateway.get(f"{INTERVIEWS}/{desktop.interview_id}").json()
    assert (one["candidateName"], one["practice"]) == ("Zoë Ångström", True)
    gateway.client.delete(f"{INTERVIEWS}/{desktop.interview_id}")
    [row] = listed(gateway, practice="only", q=desktop.interview_id)
    assert (row["candidateName"], row["kit"], row["practice"]) == (None, None, True)
    assert desktop.interview_id not in ids(gateway)


def test_a_search_tells_where_the_words_are(gateway: Served) -> None:
    desktop = Desktop(gateway).start(candidateName="Wilhelmina Quist")
    desktop.answer("It was the great Wombat migration.")
    [row] = listed(gateway, q="wombat")
    assert row["found"] | {"position": 0} == {
        "position": 0,
        "message": 3,
        "before": "It was the great ",
        "text": "Wombat",
        "after": " migration.",
    }
    [row] = listed(gateway, q="QUIST")
    assert (row["found"]["text"], row["found"]["message"]) == ("Quist", None)
    assert listed(gateway, limit=1)[0]["found"] is None


def test_a_candidate_sees_their_own_interviews_practice_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/interviews.db"
    with (
        serving(eventlog_url=url, **BY_SECRET) as gateway,
        signed_in(gateway, token("ann")) as ann,
        signed_in(gateway, token("bob")) as bob,
        signed_in(gateway, token("ada", "interviewer")) as ada,
    ):
        practised, own = Desktop(ann).start(**PRACTICE), Desktop(ann).start()
        others = Desktop(bob).start(**PRACTICE)
        own.answer("A wombat.")
        others.answer("A wombat.")
        assert ids(ann) == [own.interview_id, practised.interview_id]
        assert ids(ann, practice="false") == [own.interview_id]
        assert ids(ann, q="wombat") == [own.interview_id]
        assert ids(bob) == [others.interview_id]
        assert ids(ada) == [own.interview_id]
        assert len(ids(ada, practice="true")) == 3


def test_practice_stays_practice_at_a_gateway_that_does_not_know_it(gateway: Served) -> None:
    practised = Desktop(gateway).start(**PRACTICE)
    with serving() as another:
        moved = Desktop(another, session=practised.session)
        moved.answer(ANSWER)
        assert moved.said[-1].startswith("Hint: ")
        assert listed(another) == []
        assert ids(another, practice="only") == [practised.interview_id]
