"""`interview-gateway replay`: the story of one interview."""

import json
import re
import time
from pathlib import Path

import pytest

from statemachine.commands import forget_content, give_answer
from statemachine.events import Attempt, InterviewHeld, Origin, QuestionAsked
from statemachine.interview import replay
from tests.api.cli.conftest import Run, write
from tests.eventlog.interviews import OPENING, WHOLE, close, new_id, start
from tests.stopwatch import Stopwatch
from tests.stories import EVERYTHING, INTERRUPTED

NO_ANSWER = "No answer within 2.7 s"
SLOW = Origin(
    backend="ollama",
    model="llama3.2:1b",
    elapsed_ms=3120,
    attempts=(
        Attempt(
            backend="granite-interview-service", reason="No answer within 2.7 s", elapsed_ms=2700
        ),
        Attempt(backend="conversation-service", reason="Offline: refused", elapsed_ms=0),
    ),
)
LONG = "word " * 100
STORY = (
    start(),
    QuestionAsked(number=1, content="Why?", origin=Origin(backend="templates", elapsed_ms=4)),
    give_answer("Because.\nOf that."),
    QuestionAsked(number=2, content="And how?", origin=SLOW),
    give_answer(LONG),
    close(),
)


@pytest.fixture
def id(path: Path) -> str:
    id = new_id()
    write(path, id, *STORY)
    return id


def test_the_story_tells_when_what_and_who(run: Run, id: str) -> None:
    result = run("replay", "last")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"Interview {id}"
    assert "2 of 2 questions asked, 2 answered; words from templates, ollama" in lines[1]
    asked = next(line for line in lines if "question-asked 2" in line)
    assert asked.split()[:2] == ["4", "0:06.000"]
    assert "ollama (llama3.2:1b) in 3.1 s  ← slowest" in asked
    assert "       Because.\n       Of that.\n" in result.stdout


def test_why_a_question_was_slow_is_said(run: Run, id: str) -> None:
    out = run("replay", id[:6]).stdout
    assert "not used: granite-interview-service after 2.7 s: No answer within 2.7 s" in out
    assert out.splitlines()[-1] == (
        "Slowest: question-asked 2, 3.1 s. granite-interview-service cost 2.7 s "
        "(No answer within 2.7 s); ollama itself took 420 ms"
    )


def test_where_nobody_had_to_wait_nothing_is_called_slow(run: Run, path: Path) -> None:
    write(path, new_id(), *WHOLE)
    assert "lowest" not in run("replay", "last").stdout


def test_long_words_are_cut_unless_all_are_asked_for(run: Run, id: str) -> None:
    assert f"(--full shows {len(LONG) - 240} more characters)" in run("replay", "last").stdout
    assert LONG.strip() in run("replay", "last", "--full").stdout


def test_every_kind_of_event_is_told(run: Run, path: Path) -> None:
    id = new_id()
    interview = replay(EVERYTHING)
    write(path, id, *EVERYTHING)
    out = run("replay", "last", "--full").stdout
    for record in ("session-adopted", "session-refused", "interview-held", "summary-given"):
        assert record in out
    assert "that the log did not know; it branches off interview" in out
    assert "nothing proves what was said before" in out
    assert interview.adopted


def test_it_says_and_draws_how_long_a_model_loaded_read_and_wrote(run: Run, path: Path) -> None:
    write(path, "0" * 8 + "-0000-4000-8000-000000000000", *INTERRUPTED)
    out = run("replay", "last").stdout
    for line in (
        "not used: openai after 900 ms: Broke off its answer",
        "shown of it, and withdrawn: Thank you for",
        "loading 8 s, reading 2 s, writing 2 s; first word after 10 s, 12.0 tokens a second",
        f"|{'l' * 27}{'r' * 6}{'w' * 7}|",
        "early answers left out because the model's context was full: 1",
        "reply-interrupted",
    ):
        assert line in out
    assert "ollama (llama3.2:1b), question from templates in 13 s" in out


def test_a_forgotten_interview_still_has_a_story(run: Run, path: Path) -> None:
    write(path, new_id(), *WHOLE, forget_content(replay(WHOLE), "It was asked for."))
    out = run("replay", "last").stdout
    assert "answer-given (forgotten)" in out
    rows = re.findall(r"^ +\d+ +[\d:.]+  .+?  +(?=\S)", out, re.MULTILINE)
    assert len(rows) == len(WHOLE) + 1
    assert len({len(row) for row in rows}) == 1, "the states stand below each other"
    assert "It was asked for." in out
    refused = run("session", "last", "3")
    assert (refused.exit_code, "were erased" in refused.stderr) == (1, True)


def test_hostile_words_do_not_reach_the_terminal(run: Run, path: Path) -> None:
    hostile = "\x1b[2J[red]markup[/red] \u202eback"
    write(path, new_id(), *OPENING, give_answer(hostile), InterviewHeld(reason=hostile))
    for shown in (run("diff", "last"), run("replay", "last", "1", "4")):
        assert "\x1b" not in shown.stdout
        assert "\u202e" not in shown.stdout
    assert "[red]markup[/red] <U+202E>back" in run("replay", "last").stdout


def test_a_terminal_gets_colours(run: Run, id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "70")
    out = run("replay", "last").stdout
    assert "\x1b[" in out
    widths = [len(line) for line in out.splitlines() if line.startswith("       word")]
    assert len(widths) > 2
    assert max(widths) <= 70 + len("\x1b[2m … (--full shows 260 more characters)\x1b[0m")


# The session as it was


def test_the_session_at_a_version_is_the_one_the_client_held(run: Run, id: str) -> None:
    held = json.loads(run("session", "last", "4", "--json").stdout)
    assert held == replay(STORY[:4], id=id).session.model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    shown = run("session", "last", "6").stdout
    assert "version 6 of 6" in shown
    assert "complete" in shown.splitlines()[0]
    assert "[2] assistant\n    Why?" in shown


def test_without_a_version_the_newest_session_is_shown(run: Run, id: str) -> None:
    assert run("session", "last").stdout == run("session", "last", "6").stdout


@pytest.mark.parametrize(
    ("version", "says"),
    [("1", "held no session yet"), ("0", "has 1 to 6"), ("7", "has 1 to 6"), ("-1", "has 1 to 6")],
)
def test_where_the_client_held_none_a_line_says_so(
    run: Run, id: str, version: str, says: str
) -> None:
    result = run("session", "last", "--", version)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr


def test_a_difference_names_each_place_that_changed(run: Run, id: str) -> None:
    shown = run("diff", "last", "2", "4").stdout
    assert "  messages[3]\n    + user: Because.\n      Of that.\n" in shown
    assert "  currentQuestion\n    - 1\n    + 2\n" in shown
    assert "nothing changed" in run("diff", "last", "2", "3").stdout
    changes = json.loads(run("diff", "last", "4", "6", "--json").stdout)["changes"]
    assert [change["path"] for change in changes] == ["messages[5]", "messages[6]", "isComplete"]
    assert changes[-1] == {"path": "isComplete", "before": False, "after": True}
    assert run("diff", "last", "1", "2").exit_code == 0


def test_the_events_for_programs_are_those_of_the_api(run: Run, id: str) -> None:
    told = json.loads(run("replay", "last", "--json").stdout)
    assert told["interviewId"] == id
    assert [event["sinceStartMs"] for event in told["events"]] == [0, 2000, 4000, 6000, 8000, 10000]


def test_a_replay_takes_the_time_it_took_divided_by_its_pace(run: Run, id: str) -> None:
    began, watch = time.monotonic(), Stopwatch()
    run("replay", "last", "--pace", "20")
    assert time.monotonic() - began >= 0.5
    assert watch.seconds() < 5


# Which interview


def test_an_interview_is_named_by_how_its_id_begins(run: Run, path: Path) -> None:
    for id in ("aaaa", "aabb"):
        write(path, f"{id}0000-0000-4000-8000-000000000000", *OPENING)
    assert run("replay", "aab").stdout.startswith("Interview aabb0000")
    assert run("replay", "AAB").exit_code == 0
    many = run("replay", "aa")
    assert (many.exit_code, "several ids begin with aa: aaaa0000-" in many.stderr) == (1, True)
    assert "no id begins with b" in run("replay", "b").stderr
    assert "is not the id of an interview" in run("replay", "latest").stderr


def test_an_empty_log_has_no_last_interview(run: Run, path: Path) -> None:
    write(path, new_id())
    assert "has no interviews yet" in run("replay", "last").stderr
    assert "No interviews yet" in run("interviews").stdout
