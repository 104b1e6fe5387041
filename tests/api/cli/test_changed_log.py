"""A log that somebody changed: every command does what it can, or says in a line what is wrong."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.cli.conftest import Run
from tests.eventlog.verification.logs import (
    EVERY_TABLE,
    A,
    copy,
    draw_cell,
    falsify,
    make,
    make_anew,
    unguarded,
)

COMMANDS = (
    "interviews",
    "interviews --json",
    f"replay {A}",
    f"replay {A} --json",
    f"session {A} 4",
    f"diff {A} 2 5",
    f"rerun {A} --with recording",
    "replay last",
    f"audit export {A}",
    f"audit export {A} --format html",
    f"audit export {A} --format json",
    "audit checkpoint",
    "audit key",
    "audit verify",
)
SAYS_MORE = "; `interview-gateway audit verify` says what is wrong with the log\n"

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=40),
    st.sampled_from(["yesterday", "content-forgotten", "answer-given", "[]", '{"content":"No."}']),
)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("log") / "untouched.db")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_command_shows_a_stack_trace(
    untouched: Path, path: Path, run: Run, data: st.DataObject
) -> None:
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    copy(untouched, path)
    cell = draw_cell(data, path, EVERY_TABLE)
    table, row, column = cell
    values = data.draw(st.none() | VALUES.map(lambda value: [value]))
    change = f"UPDATE {table} SET {column} = ?" if values else f"DELETE FROM {table}"
    with unguarded(path) as db:
        make_anew(db, table)  # which then takes values of any type
        db.execute(f"{change} WHERE {cell.where}", [*(values or []), *row.values()])
    for command in COMMANDS:
        result = run(*command.split())
        assert result.exception is None or isinstance(result.exception, SystemExit), command
        assert re.fullmatch("(interview-gateway: .+\n)?", result.stderr), command


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM events WHERE position = 1", f"version 2 of interview {A} is missing"),
        ("DELETE FROM events WHERE interview_id = '{A}'", "the log has no events of it"),
        ("UPDATE events SET time = 'yesterday' WHERE position = 0", "the time of event 0 is none"),
        ("UPDATE events SET payload = '[' WHERE position = 1", "does not hold one: Invalid JSON"),
        ("UPDATE events SET payload = NULL, salt = NULL WHERE position = 1", "event 1 are gone"),
        ("UPDATE events SET kind = 'answer-given', payload = '{{\"content\":\"Me.\"}}' "
         "WHERE position = 1", "answer-given cannot happen to an interview that is started"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["replay", "audit export"])
def test_what_keeps_an_interview_from_being_told_is_said(
    untouched: Path, path: Path, run: Run, command: str, change: str, says: str
) -> None:
    copy(untouched, path)
    falsify(path, change.format(A=A))
    result = run(*command.split(), A)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr
    assert result.stderr.endswith(SAYS_MORE)


def test_words_that_were_changed_are_written_into_no_transcript(
    untouched: Path, path: Path, run: Run
) -> None:
    """A bundle with them is refused by whoever checks it; paper cannot be checked."""
    copy(untouched, path)
    falsify(path, "UPDATE events SET payload = replace(payload, '.', '!') WHERE position = 4")
    for format in ("md", "html"):
        result = run("audit", "export", A, "--format", format)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"interview-gateway: event 4 is not what was logged{SAYS_MORE}"
    assert run("audit", "export", A, "--format", "json").exit_code == 0


def test_a_replay_marks_what_is_not_what_was_logged(untouched: Path, path: Path, run: Run) -> None:
    copy(untouched, path)
    assert "not what was logged" not in run("replay", A).stdout
    falsify(path, "UPDATE events SET payload = replace(payload, '.', '!') WHERE position = 4")
    result = run("replay", A)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    [mark] = [n for n, line in enumerate(lines) if "it is not what was logged" in line]
    assert "A first answer!" in lines[mark + 1]


def test_what_is_done_is_done_though_the_log_cannot_be_sealed(
    untouched: Path, path: Path, run: Run
) -> None:
    copy(untouched, path)
    falsify(path, "DELETE FROM nodes WHERE level = 5")
    assert run("hold", A, "--reason", "A court asks.").exit_code == 0
    assert "interview-held" in run("replay", A).stdout


def test_a_tree_without_a_node_has_no_checkpoint(untouched: Path, path: Path, run: Run) -> None:
    copy(untouched, path)
    falsify(path, "DELETE FROM nodes WHERE level = 5")
    result = run("audit", "checkpoint")
    assert (result.exit_code, result.stdout) == (1, "")
    missing = "the tree's node 0 of level 5 is missing"
    assert result.stderr == f"interview-gateway: {missing}{SAYS_MORE}"
