"""`interview-gateway interviews`: the list."""

import json
import re
from pathlib import Path

import pytest

from eventlog import reading
from statemachine.commands import forget_content
from statemachine.events import InterviewHeld
from statemachine.interview import replay
from statemachine.roles import PRODUCT_MANAGER
from tests.api.cli.conftest import Run, write
from tests.eventlog.interviews import OPENING, WHOLE, adopt, ask, practise, start
from tests.stories import asked_by_ollama

IDS = [f"{digit * 8}-0000-4000-8000-000000000000" for digit in "abcd"]


@pytest.fixture(autouse=True)
def interviews(path: Path) -> None:
    write(path, IDS[0], *WHOLE)
    write(path, IDS[1], start(PRODUCT_MANAGER, 3), asked_by_ollama(1, "Why?"))
    write(path, IDS[2], adopt(replay(OPENING).session, IDS[2]), InterviewHeld(reason="A court."))
    write(path, IDS[3], *OPENING, forget_content(replay(OPENING), "It was asked for."))


def test_the_list_shows_the_newest_first_and_what_each_is(run: Run) -> None:
    result = run("interviews")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == ["ID", "dddddddd", "cccccccc", "bbbbbbbb", "aaaaaaaa"]
    assert [line[5] for line in lines[1:]] == [
        "forgotten",
        "questioning",
        "questioning",
        "complete",
    ]
    assert " ".join(lines[2]).endswith("1 of 2 - - adopted, on hold")
    assert " ".join(lines[3]) == (
        "bbbbbbbb 2026-01-05 10:30 Product Manager questioning 1 of 3 - ollama"
    )


def test_the_list_can_be_narrowed(run: Run) -> None:
    assert "bbbbbbbb" in run("interviews", "--role", "Product Manager").stdout
    assert "aaaaaaaa" not in run("interviews", "--role", "Product Manager").stdout
    complete = run("interviews", "--state", "complete").stdout
    assert ("aaaaaaaa" in complete, "bbbbbbbb" in complete) == (True, False)
    assert "of that kind" in run("interviews", "--state", "started").stdout


def test_practice_is_listed_with_its_candidate_if_asked_for(run: Run, path: Path) -> None:
    write(path, "eeeeeeee-0000-4000-8000-000000000000", practise("Zoë"), ask(1))
    assert "eeeeeeee" not in run("interviews").stdout
    lines = run("interviews", "--practice").stdout.splitlines()
    assert "CANDIDATE" in lines[0]
    assert ("Zoë" in lines[1], lines[1].rstrip().endswith("practice")) == (True, True)
    told = json.loads(run("interviews", "--practice", "--json").stdout)["interviews"][0]
    assert (told["candidateName"], told["kit"], told["practice"]) == ("Zoë", "nurse", True)


def test_a_long_list_says_that_there_is_more(run: Run) -> None:
    result = run("interviews", "--limit", "2")
    assert "aaaaaaaa" not in result.stdout
    assert "--limit 10 shows more" in result.stdout


def test_older_ones_are_promised_only_where_they_were_found(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LISTED_WINDOW", 2)
    monkeypatch.setattr(reading, "LOOKING_SECONDS", -1)
    result = run("interviews", "--state", "questioning", "--limit", "2")
    assert ("cccccccc" in result.stdout, "bbbbbbbb" in result.stdout) == (True, True)
    assert "shows more" not in result.stdout
    assert (
        "--limit 5 shows more" in run("interviews", "--role", "Data Analyst", "--limit", "1").stdout
    )
    listed = json.loads(run("interviews", "--state", "complete", "--json").stdout)
    assert [row["interviewId"] for row in listed["interviews"]] == IDS[:1]


@pytest.mark.parametrize("limit", ["0", "-1", str(2**63 - 1), "9" * 30])
def test_a_limit_that_is_none_is_refused(run: Run, limit: str) -> None:
    result = run("interviews", "--limit", limit)
    assert result.exit_code == 2
    assert "--limit must be " in result.stderr


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_a_terminal_of_any_width_shows_each_word_whole(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    wide = set(re.findall(r"[\w:-]+", run("interviews").stdout.partition("\n")[2]))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = re.sub(r"\x1b\[[\d;]*m", "", run("interviews").stdout)
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= columns
    assert wide - {"-"} <= set(re.findall(r"[\w:-]+", shown))
    assert all(re.search(f"^{id[:8]} ", shown, re.M) for id in IDS)


def test_the_list_for_programs_is_that_of_the_api(run: Run) -> None:
    listed = json.loads(run("interviews", "--json", "--limit", "1").stdout)["interviews"]
    assert [(row["interviewId"], row["state"], row["onHold"]) for row in listed] == [
        (IDS[3], "forgotten", False)
    ]


def test_another_log_can_be_named(run: Run, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    write(other, IDS[0], start(), ask(1))
    assert len(run("interviews", "--log", str(other)).stdout.splitlines()) == 2


def test_where_there_is_no_log_a_line_says_so(run: Run, tmp_path: Path) -> None:
    result = run("interviews", "--log", str(tmp_path / "none.db"))
    assert result.exit_code == 1
    assert "there is no event log at" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("role", ["Product Manager", "product-manager", "PRODUCT-MANAGER"])
def test_a_role_may_be_written_in_one_word(run: Run, role: str) -> None:
    assert run("interviews", "--role", role).stdout.count("Product Manager") == 1


def test_an_unknown_state_is_refused_with_those_that_there_are(run: Run) -> None:
    result = run("interviews", "--state", "new")
    assert result.exit_code == 2
    assert "started, questioning" in " ".join(result.stderr.split())


def test_any_role_may_be_in_the_log_and_a_kits_id_stands_for_its_role(run: Run, path: Path) -> None:
    assert "of that kind" in run("interviews", "--role", "Cook").stdout
    write(path, "e" * 8 + IDS[0][8:], start("Nurse", 3), ask(1))
    assert "eeeeeeee" in run("interviews", "--role", "nurse").stdout


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_a_narrow_terminal_breaks_no_word(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in run("interviews").stdout.splitlines()]
    assert max(map(len, lines)) <= columns
    words = " ".join(lines).replace(",", " ").split()
    assert {*(id[:8] for id in IDS), "questioning", "forgotten"} <= {*words}
