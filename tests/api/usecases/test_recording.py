"""RECORDING: a demo whose interviewer says what it once said."""

import json
import shutil
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.app import create_app
from api.environment import InvalidSettings
from api.usecases.recordings import BadRecording, recording_of
from tests.desktop import Desktop
from tests.eventlog.interviews import WHOLE
from tests.events import payloads_of
from tests.fakes import GraniteServer
from tests.gateways import Served, serving, settings_for
from tests.processes import environment, gateway_process, run
from tests.recordings.make import FOLDER
from tests.stopwatch import Stopwatch
from tests.stories import forget, records_of
from tests.streams import events_in, listening, shown

RECORDINGS = FOLDER / "schema-3"
BY_A_MODEL = RECORDINGS / "all-answered-by-a-model.json"
ROLE, TOTAL = "Data Analyst", 3
ASKED = [f"Granite question {number} about Data Analyst?" for number in (1, 2, 3)]


def started(gateway: Served, role: str = ROLE, total: int = TOTAL) -> Desktop:
    return Desktop(gateway).start(role, totalQuestions=total)


def speakers(desktop: Desktop) -> list[str]:
    payloads = payloads_of(desktop.gateway, desktop.interview_id)
    return [payload["origin"]["backend"] for payload in payloads if "origin" in payload]


def attempts(desktop: Desktop, version: int) -> list[tuple[str, str]]:
    origin = payloads_of(desktop.gateway, desktop.interview_id)[version - 1]["origin"]
    return [(attempt["backend"], attempt["reason"]) for attempt in origin["attempts"]]


def test_the_same_interview_gets_the_same_words_with_no_service_up() -> None:
    with serving(recording=BY_A_MODEL) as gateway:
        desktop = started(gateway)
        desktop.finish()
        *questions, closing = desktop.said
        assert questions == ASKED
        assert "concludes the interview" in closing
        assert desktop.session["isComplete"] is True
        assert speakers(desktop) == ["recording"] * 4


def test_a_model_that_is_up_and_chosen_is_not_asked(granite: GraniteServer) -> None:
    with serving(granite, recording=RECORDINGS / "all-answered-by-templates.json") as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = started(gateway)
        desktop.finish()
        assert "Question 1: " in desktop.said[0]
        assert speakers(desktop) == ["recording"] * 4
        assert granite.count("/api/v1/interviews") == 0


def test_a_candidate_who_leaves_the_path_meets_the_next_backend(
    granite: GraniteServer,
) -> None:
    with serving(granite, recording=BY_A_MODEL) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = started(gateway)
        desktop.answer("  my answer TO question 1.")
        assert desktop.said == ASKED[:2]
        desktop.answer("Something I never said.")
        desktop.answer("My answer to question 3.")
        assert speakers(desktop) == ["recording", "recording", granite.name, granite.name]
        left = ("recording", "The candidate has left the recording at answer 2")
        assert attempts(desktop, 6)[0] == attempts(desktop, 8)[0] == left
        assert desktop.session["isComplete"] is True


def test_another_interview_is_conducted_as_without_a_recording() -> None:
    with serving(recording=BY_A_MODEL) as gateway:
        other = started(gateway, "Software Engineer")
        assert speakers(other) == ["templates"]
        another = "The recording is of another interview (3 questions, Data Analyst)"
        assert attempts(other, 2)[0] == ("recording", another)


def test_a_summary_is_the_recorded_one_where_it_was_recorded() -> None:
    with serving(recording=RECORDINGS / "summed-up.json") as gateway:
        desktop = started(gateway, "Software Engineer", 2)
        assert desktop.sum_up()["summary"] == "Granite summary of the Software Engineer interview."
        desktop.answer("My answer to question 1.")
        assert "No AI service was available" in desktop.sum_up()["summary"]
        desktop.finish()
        desktop.sum_up()
        assert speakers(desktop) == [
            "recording",
            "recording",
            "recording",
            "templates",  # of this no summary was recorded
            "recording",
            "recording",
        ]


@pytest.mark.parametrize(
    ("name", "role", "total", "asked"),
    [("adopted", "Product Manager", 2, 3), ("adopted-complete", "Data Analyst", 1, 2)],
)
def test_an_adopted_interview_is_played_from_its_first_question(
    name: str, role: str, total: int, asked: int
) -> None:
    with serving(recording=RECORDINGS / f"{name}.json") as gateway:
        desktop = started(gateway, role, total)
        desktop.finish()
        desktop.sum_up()
        assert desktop.session["isComplete"] is True
        assert speakers(desktop)[:asked] == ["recording"] * asked


# Pace

TOOK = 0.4  # seconds


def slow_recording(folder: Path, seconds: float = TOOK) -> Path:
    """A recording whose first question took so long."""
    bundle = json.loads(BY_A_MODEL.read_text("utf-8"))
    asked = json.loads(bundle["events"][1]["payload"])
    asked["origin"]["elapsedMs"] = round(seconds * 1000)
    bundle["events"][1]["payload"] = json.dumps(asked)
    slow = folder / "slow.json"
    slow.write_text(json.dumps(bundle))
    return slow


@pytest.mark.alone
@pytest.mark.parametrize(
    ("given", "at_least", "below"),
    [
        ({}, TOOK, TOOK + 1),
        ({"recording_pace": "instant"}, 0, TOOK),
        ({"reply_budget_seconds": 0.1}, 0.1, TOOK),
    ],
    ids=["recorded", "instant", "within the budget"],
)
def test_the_words_take_the_time_they_took_or_none(
    tmp_path: Path, given: dict[str, Any], at_least: float, below: float
) -> None:
    with serving(recording=slow_recording(tmp_path), **given) as gateway:
        gateway.get("/api/v1/models")  # the first round, which a start would wait for, is over
        began, watch = time.monotonic(), Stopwatch()
        desktop = started(gateway)
        took = watch.seconds()
        assert at_least <= time.monotonic() - began
        assert took < below
        assert desktop.said == ASKED[:1]
        assert speakers(desktop) == ["recording"]


def test_recorded_words_come_at_once_when_nobody_waits_any_longer(tmp_path: Path) -> None:
    id = str(uuid4())
    start = {"role": ROLE, "totalQuestions": TOTAL, "interviewId": id}
    with (
        serving(recording=slow_recording(tmp_path, seconds=30)) as gateway,
        listening(gateway, "POST", "/api/v1/interviews/start", start) as response,
    ):
        events = events_in(response)
        assert next(events).data["phase"] == "reading"
        assert gateway.client.delete(f"/api/v1/interviews/{id}/reply").status_code == 202
        assert shown(list(events)) == ASKED[0]


def test_recorded_words_come_in_time_for_who_joins_a_slow_stream(tmp_path: Path) -> None:
    start: dict[str, Any] = {"role": ROLE, "totalQuestions": TOTAL, "interviewId": str(uuid4())}
    slow = slow_recording(tmp_path, seconds=30)
    with (
        serving(recording=slow, reply_budget_seconds=0.5) as gateway,
        listening(gateway, "POST", "/api/v1/interviews/start", start) as response,
    ):
        events = events_in(response)
        next(events)
        assert Desktop(gateway).start(**start).said == ASKED[:1]
        assert shown(list(events)) == ASKED[0]


# At start-up


def test_the_start_tells_what_is_played(tmp_path: Path) -> None:
    shutil.copy(BY_A_MODEL, tmp_path / "demo.json")
    with gateway_process(tmp_path, RECORDING="demo.json", RECORDING_PACE="instant") as process:
        assert "\nRecording: demo.json (3 questions, Data Analyst)\n" in process.printed


def test_a_file_in_the_home_folder_can_be_named_by_its_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(BY_A_MODEL, tmp_path / "demo.json")
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(recording="~/demo.json") as gateway:
        assert started(gateway).said == ASKED[:1]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere.json", "nowhere.json cannot be read: No such file or directory"),
        (".", ". cannot be read: Is a directory"),
        ("README", "README is no exported interview: it is not JSON"),
        ("~nobody-of-this-name/demo.json", "Could not determine home directory."),
    ],
)
def test_a_recording_that_cannot_be_played_refuses_the_start(
    tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "README").write_text("Read me.")
    result = run("serve", env=environment(tmp_path, RECORDING=name), cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"interview-gateway: RECORDING: {says}\n"
    assert not (tmp_path / "interviews.db").exists()


def test_a_recording_in_which_nothing_was_asked_is_refused(tmp_path: Path) -> None:
    bundle = tmp_path / "started.json"
    text = (RECORDINGS / "interrupted.json").read_text("utf-8")
    bundle.write_text(first_event_of(text))
    with pytest.raises(InvalidSettings, match=r"^RECORDING: .*holds no words of an interviewer$"):
        create_app(settings_for(recording=bundle))


def first_event_of(text: str) -> str:
    bundle = json.loads(text)
    return json.dumps({**bundle, "events": bundle["events"][:1]})


def test_words_that_were_forgotten_cannot_be_played() -> None:
    with pytest.raises(BadRecording, match=r"were erased$"):
        recording_of(forget(records_of(*WHOLE)))
