"""`log grant`: each role may do what it needs and nothing else."""

import asyncio

import psycopg
import pytest

from eventlog.errors import LogNotOpened
from eventlog.open import open_log, stored_log
from eventlog.verification.verify import verify
from statemachine.commands import forget_content
from tests.api.cli.conftest import Run
from tests.api.cli.conftest import path as path  # noqa: PLC0414 - a fixture
from tests.api.cli.conftest import run as run  # noqa: PLC0414
from tests.eventlog.interviews import OPENING, new_id, tell
from tests.eventlog.postgres.conftest import Open
from tests.postgres import AUDITOR, ERASER, GATEWAY, cluster, needs_postgres

pytestmark = needs_postgres


@pytest.fixture
def filled(open_at: Open) -> str:
    """The owner's URL of a log with a forgotten interview and another one."""
    url = cluster().empty_log(GATEWAY)
    log = open_at(url)

    async def fill() -> None:
        await tell(log, new_id(), *OPENING)
        id = new_id()
        interview = await tell(log, id, *OPENING)
        await tell(log, id, forget_content(interview, "They asked."))
        await log.seal()

    asyncio.run(fill())
    return url.replace(GATEWAY, "postgres")


@pytest.mark.parametrize("role", [GATEWAY, ERASER, AUDITOR])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET time = time",
        "DELETE FROM events",
        "TRUNCATE words",
        "UPDATE words SET payload = payload",
        "DELETE FROM words_0",
        "DELETE FROM checkpoints",
        "UPDATE head SET room = room",
        "UPDATE log SET id = id",
        "DELETE FROM migrations",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DROP FUNCTION check_events_follow CASCADE",
        "CREATE TABLE interview_log.mine ()",
        "SET session_replication_role = replica",
    ],
)
def test_no_role_that_owns_nothing_changes_evidence(filled: str, role: str, statement: str) -> None:
    with psycopg.connect(filled.replace("postgres@", f"{role}@")) as db:
        db.execute("SET search_path = interview_log")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(statement)


def test_an_auditor_verifies_and_finds_the_rights_in_order(filled: str) -> None:
    assert verify(stored_log(filled.replace("postgres@", f"{AUDITOR}@"))).findings == ()


def test_a_gateway_of_a_role_that_has_no_rights_yet_is_told_what_to_run(run: Run) -> None:
    owners = cluster().empty_database()
    cluster().execute("CREATE ROLE newcomer LOGIN")
    url = owners.replace("postgres@", "newcomer@")
    with pytest.raises(LogNotOpened, match="interview-gateway log grant"):
        open_log(url)
    told = run("log", "grant", "--log", owners, "--gateway", "newcomer")
    assert (told.exit_code, told.stdout) == (0, "newcomer has the rights of the gateway.\n")
    with pytest.raises(LogNotOpened, match="may not"):
        open_log(owners.replace("postgres@", f"{AUDITOR}@"))
    assert run("interviews", "--log", url).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "name at least one role"),
        (["--gateway", "one", "--eraser", "one"], "a role of its own"),
        (["--gateway", "no_such_role"], "there is no role no_such_role in the database"),
    ],
)
def test_what_cannot_be_granted_is_said(run: Run, arguments: list[str], why: str) -> None:
    told = run("log", "grant", "--log", cluster().empty_log(), *arguments)
    assert told.exit_code != 0
    assert why in told.stderr


def test_only_a_log_in_a_database_has_roles(run: Run) -> None:
    told = run("log", "grant", "--gateway", "one")
    assert told.exit_code != 0
    assert "has no roles" in told.stderr


def test_who_does_not_own_the_log_cannot_give_rights(run: Run) -> None:
    told = run("log", "grant", "--log", cluster().empty_log(GATEWAY), "--auditor", AUDITOR)
    assert told.exit_code != 0
    assert "log in as the role that owns" in told.stderr
