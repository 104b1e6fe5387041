"""`interview-gateway rerun`: recorded interviews conducted again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from backends.services import SERVICES
from eventlog.bundle import records_of
from statemachine.session import Session
from tests.api.cli.conftest import Run, write
from tests.eventlog.interviews import OPENING, WHOLE, new_id, start
from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.gateways import NOWHERE
from tests.recordings.make import FOLDER

SCHEMAS = ("schema-1", "schema-2", "schema-3")
NEWEST = FOLDER / "schema-3"
WHOLE_INTERVIEW = NEWEST / "all-answered-by-a-model.json"
UNCHANGED = "unfinished.json"

Change = Callable[[int, dict[str, Any]], None]
"""What is done to the payload of each event, given the event's version."""


@pytest.fixture
def no_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a gateway with backends was made")

    monkeypatch.setattr("api.cli.rerun_gateway.Gateway", refuse)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for info in SERVICES:
        monkeypatch.setenv(info.variable, NOWHERE)


def with_payloads(source: Path, target: Path, change: Change) -> None:
    """The recording `source` as `target`, its payloads as `change` leaves them."""
    bundle = json.loads(source.read_text("utf-8"))
    for event in bundle["events"]:
        payload = json.loads(event["payload"])
        change(event["version"], payload)
        event["payload"] = json.dumps(payload)
    target.write_text(json.dumps(bundle), "utf-8")


def saying(version: int, **fields: Any) -> Change:
    """A change of what event `version` says."""

    def change(at: int, payload: dict[str, Any]) -> None:
        if at == version:
            payload.update(fields)

    return change


# On the recording alone


@pytest.mark.parametrize("schema", SCHEMAS)
def test_todays_code_means_what_every_recording_says(
    run: Run, no_backends: None, schema: str
) -> None:
    files = sorted(file.name for file in (FOLDER / schema).glob("*.json"))
    result = run("rerun", str(FOLDER / schema), "--with", "recording")
    assert (result.exit_code, result.stderr) == (0, "")
    *lines, summary = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["same", file] for file in files]
    assert all(line.endswith("the same to the byte") for line in lines)
    assert summary == f"{len(files)} of {len(files)} came out the same"


@pytest.mark.parametrize(
    "kept", sorted((NEWEST / "sessions").glob("*.json")), ids=lambda file: file.stem
)
def test_the_session_that_was_sent_then_is_still_the_recorded_one(run: Run, kept: Path) -> None:
    file = NEWEST / kept.name
    versions = [
        record.version
        for record in records_of(file.read_text("utf-8"))
        if record.kind in ("question-asked", "interview-completed")
    ]
    shown = run("session", str(file), str(versions[-1]), "--json").stdout
    assert shown.encode() == kept.read_bytes() + b"\n"


def test_the_recordings_are_of_every_role_and_kind_of_ending() -> None:
    roles, endings, kinds = set(), set(), set()
    for file in NEWEST.glob("*.json"):
        for record in records_of(file.read_text("utf-8")):
            payload = json.loads(record.payload or "")
            kinds.add(record.kind)
            endings.add(payload.get("ending"))
            roles.add(payload.get("config", {}).get("role"))
    assert roles - {None} == {"Software Engineer", "Product Manager", "Data Analyst"}
    assert endings - {None} == {"all-answered", "closed-by-interviewer"}
    assert {"session-adopted", "session-refused", "summary-given", "interview-held"} <= kinds


@pytest.mark.parametrize(
    ("version", "words", "says"),
    [
        (4, "Thank you for your time. This concludes the interview.", "closing, closed-by-interv"),
        (4, "Question 9: and now?", "other words"),
        (4, "\x07Why?", "other words"),
        (8, "Thank you for taking part. But first: why?", "other words"),
    ],
)
def test_words_that_todays_code_reads_otherwise_are_found(
    run: Run, tmp_path: Path, version: int, words: str, says: str
) -> None:
    folder = tmp_path / "demos"
    folder.mkdir()
    shutil.copy(NEWEST / UNCHANGED, folder)
    with_payloads(WHOLE_INTERVIEW, folder / "changed.json", saying(version, content=words))
    result = run("rerun", str(folder), "--with", "recording")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("DIFFERS   changed.json")
    assert "moves came out differently" in lines[0]
    assert f"≠  {says}" in result.stdout
    assert lines[-2].startswith(f"same      {UNCHANGED}")
    assert lines[-1] == "1 of 2 came out the same, 1 differently"


def test_another_session_is_found_though_the_words_are_the_same(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    to_json = Session.to_json

    def wrong_at_first(session: Session) -> str:
        calls.append(1)
        return to_json(session) + (" " if len(calls) == 1 else "")

    monkeypatch.setattr(Session, "to_json", wrong_at_first)
    result = run("rerun", str(NEWEST / UNCHANGED), "--with", "recording")
    assert result.exit_code == 1
    assert "question 1  ≠  another session" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 of 2 moves came out differently"


def test_an_interview_of_the_log_can_be_re_run(run: Run, path: Path) -> None:
    write(path, new_id(), *WHOLE)
    result = run("rerun", "last", "--with", "recording")
    assert result.exit_code == 0
    heading, setup, *_ = result.stdout.splitlines()
    assert heading.endswith(", conducted again on its recording alone")
    assert setup == "Data Analyst, no model, 2 of 2 questions asked, complete"
    assert " candidate Because.\n      both Why?\n" in result.stdout
    assert result.stdout.splitlines()[-1] == "3 moves, the same to the byte"


@pytest.mark.parametrize(
    ("events", "verdict"),
    [((start(),), "it has no questions"), (OPENING, "1 move, the same to the byte")],
)
def test_an_interview_that_hardly_began(
    run: Run, path: Path, events: tuple[Any, ...], verdict: str
) -> None:
    write(path, new_id(), *events)
    result = run("rerun", "last", "--with", "recording")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, verdict)


# What cannot be re-run


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no exported interview: it is not JSON"),
        ("\udc80", "is no exported interview: 'utf-8' codec can't decode"),
        ('{"format": "other"}', "its format is 'other'"),
    ],
)
def test_a_file_that_is_no_recording_is_named_and_the_others_are_re_run(
    run: Run, tmp_path: Path, text: str, says: str
) -> None:
    folder = tmp_path / "demos"
    folder.mkdir()
    bad = folder / "bad.json"
    bad.write_bytes(text.encode("utf-8", "surrogateescape"))
    shutil.copy(NEWEST / UNCHANGED, folder)
    result = run("rerun", str(folder), "--with", "recording")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[0].startswith(f"UNUSABLE  bad.json         {bad} ")
    assert says in lines[0]
    assert lines[1].startswith("same ")
    assert lines[2] == "1 of 2 came out the same, 1 could not be re-run"
    alone = run("rerun", str(bad), "--with", "recording")
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert alone.stderr.startswith(f"interview-gateway: {bad} ")
    assert says in alone.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (saying(4, number=7), "question"),
        (saying(4, number="two"), "a 'question-asked' record does not hold one"),
    ],
)
@pytest.mark.parametrize("command", ["rerun", "replay"])
def test_events_that_make_no_interview_are_refused_in_a_line(
    run: Run,
    tmp_path: Path,
    change: Change,
    says: str,
    command: str,
) -> None:
    broken = tmp_path / "broken.json"
    with_payloads(WHOLE_INTERVIEW, broken, change)
    result = run(command, str(broken))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{broken} is no exported interview: " in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert says in result.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("time", "the time of event 1 is none: 'none'"),
        ("interviewId", "interviewId: Value error, must be"),
    ],
)
def test_what_only_looks_like_a_bundle_is_refused_in_a_line(
    run: Run, tmp_path: Path, name: str, says: str
) -> None:
    bundle = json.loads(WHOLE_INTERVIEW.read_text("utf-8"))
    holder = bundle if name in bundle else bundle["events"][1]
    assert name in holder
    holder[name] = "none"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(bundle))
    result = run("rerun", str(broken))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{broken} is no exported interview: {says}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_interview_that_was_forgotten_has_no_words_to_say_again(run: Run, path: Path) -> None:
    id = new_id()
    write(path, id, *WHOLE)
    assert run("forget", id, "--reason", "It was asked for.", "--yes").exit_code == 0
    for how in (("--with", "recording"), ()):
        result = run("rerun", "last", *how)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "were erased" in result.stderr
    exported = run("audit", "export", "last", "--format", "json").stdout
    folder = path.parent / "demos"
    folder.mkdir()
    (folder / "forgotten.json").write_text(exported)
    result = run("rerun", str(folder), "--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)["interviews"]
    assert (told["name"], told["same"]) == ("forgotten.json", False)
    assert "were erased" in told["error"]


def test_a_folder_without_recordings_is_refused(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("rerun", str(empty))
    assert result.exit_code == 1
    assert result.stderr == f"interview-gateway: {empty} has no exported interviews (*.json)\n"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--with recording", "goes with --rerun"),
        ("--rerun --at 0", "goes without --rerun"),
        ("--rerun --pace 2", "goes without --pace"),
        ("--at 2 --diff 1 2", "goes without --diff"),
        ("--at 2 --pace 1", "goes without --pace"),
        ("--pace 1 --json", "goes without --json"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run: Run, options: str, says: str) -> None:
    result = run("replay", str(WHOLE_INTERVIEW), *options.split())
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--at 4", "session ID VERSION"),
        ("--diff 2 4", "diff ID OLD NEW"),
        ("--rerun --with recording", "rerun ID"),
    ],
)
def test_the_old_options_of_replay_work_and_name_the_new_command(
    run: Run, old: str, new: str
) -> None:
    file = str(WHOLE_INTERVIEW)
    told = run("replay", file, *old.split())
    command, *_ = new.split()
    options = old.split()[1:]
    assert told.stdout == run(command, file, *options).stdout
    assert told.exit_code == 0
    assert told.stderr == (
        f"interview-gateway: `replay {old.split(maxsplit=1)[0]}` ends with the next release; "
        f"use `interview-gateway {new}`\n"
    )


# On this gateway's backends


def test_new_words_stand_beside_the_recorded_ones(run: Run) -> None:
    result = run("rerun", str(WHOLE_INTERVIEW))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith(", conducted again on this gateway's backends")
    recorded = "granite-interview-service (vetta-granite-2b-gguf-v4) in"
    assert f"  recorded ({recorded}" in result.stdout
    assert "       now (templates in" in result.stdout
    assert "Question 2: " in result.stdout
    assert result.stdout.splitlines()[-1] == "4 moves, all the same; 4 in other words"


def test_the_backends_of_the_settings_speak(
    run: Run, granite: GraniteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANITE_INTERVIEW_URL", granite.url)
    monkeypatch.setenv("STRICT_SESSIONS", "true")
    monkeypatch.setenv("RECORDING", str(WHOLE_INTERVIEW))
    result = run("rerun", str(NEWEST), "--json")
    told = json.loads(result.stdout)["interviews"]
    turns = [turn for interview in told for turn in interview["turns"]]
    own_words = [turn for turn in turns if turn["new"]["backend"] == "templates"]
    assert {turn["new"]["backend"] for turn in turns} == {"granite-interview-service", "templates"}
    assert all("kept" in turn["new"]["move"] for turn in own_words), own_words
    same = {interview["name"]: interview["same"] for interview in told}
    different = [name for name, is_same in same.items() if not is_same]
    assert (different, result.exit_code) == (["closed-by-the-interviewer.json"], 1)


def test_an_interviewer_that_closes_early_is_found(
    run: Run, granite: GraniteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    granite.moods["/api/v1/interviews/respond"] = Mood.CLOSES_EARLY
    monkeypatch.setenv("GRANITE_INTERVIEW_URL", granite.url)
    result = run("rerun", str(NEWEST / "all-answered-by-templates.json"))
    assert result.exit_code == 1
    headings = [line for line in result.stdout.splitlines() if "≠" in line]
    assert headings == [
        "question 2  ≠  closing, closed-by-interviewer",
        "question 3  ≠  the new interview has already ended",
        "closing, all-answered  ≠  the new interview has already ended",
    ]
    assert result.stdout.splitlines()[-1] == "3 of 4 moves came out differently"
    (told,) = json.loads(
        run("rerun", str(NEWEST / "all-answered-by-templates.json"), "--json").stdout
    )["interviews"]
    assert [turn["new"] and turn["new"]["move"] for turn in told["turns"]] == [
        "question 1",
        "closing, closed-by-interviewer",
        None,
        None,
    ]
    assert [turn["answer"] for turn in told["turns"]][:2] == [None, "My answer to question 1."]


def test_a_model_that_nobody_has_any_more_is_replaced(
    run: Run, granite: GraniteServer, ollama: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    granite.models[0]["id"] = "granite-of-today"
    monkeypatch.setenv("GRANITE_INTERVIEW_URL", granite.url)
    monkeypatch.setenv("OLLAMA_URL", ollama.url)
    result = run("rerun", str(NEWEST / "all-answered-by-templates.json"))
    assert result.exit_code == 0
    assert "now (granite-interview-service (granite-of-today) in" in result.stdout


# In a terminal

HALVES = ((0, 32), (32, 64))


@pytest.fixture
def terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "64")


def test_a_terminal_shows_both_side_by_side_within_its_width(
    run: Run, tmp_path: Path, terminal: None
) -> None:
    hostile = "\x1b[2J[red]" + "w" * 90 + "\u202e?"
    changed = tmp_path / "changed.json"
    with_payloads(WHOLE_INTERVIEW, changed, saying(2, content=hostile))
    out = run("rerun", str(changed)).stdout
    plain = Text.from_ansi(out).plain
    assert "\x1b[2J" not in out
    assert "\u202e" not in out
    side_by_side = plain.split("question 1")[1].split("question 2")[0].splitlines()
    assert max(len(line.rstrip()) for line in side_by_side) <= 64
    left, right = ("".join(line[a:b].strip() for line in side_by_side) for a, b in HALVES)
    assert left.startswith("recorded,granite-interview-service")
    assert f"<U+001B>[2J[red]{'w' * 90}<U+202E>?" in left
    assert right.startswith("now, templates in")
    assert "Hello, I'm OpenTalent" in right


def test_words_of_which_nobody_knows_where_they_are_from_are_shown(
    run: Run, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.json"
    with_payloads(WHOLE_INTERVIEW, changed, saying(2, origin=None))
    out = run("rerun", str(changed)).stdout
    assert "  recorded (source unknown) Granite question 1" in out


def test_a_terminal_shows_how_far_a_folder_is(run: Run, terminal: None) -> None:
    out = run("rerun", str(NEWEST), "--with", "recording").stdout
    assert "━" in out
    assert "9/9" in Text.from_ansi(out).plain
