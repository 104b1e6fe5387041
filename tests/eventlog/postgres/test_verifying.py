"""`verify` finds what a superuser did to a log's database behind the back of its triggers."""

from pathlib import Path

import psycopg
import pytest

import eventlog.postgres
from eventlog.errors import LogUnavailable
from eventlog.open import stored_log
from eventlog.postgres.connection import open_database
from eventlog.postgres.schema import describe
from eventlog.tree import Frontier
from eventlog.verification.checkpoints import Kept
from eventlog.verification.findings import Check
from eventlog.verification.verify import verify
from tests.eventlog.postgres.logs import check, falsify, new_copy, rows
from tests.postgres import cluster, needs_postgres

pytestmark = needs_postgres

SCHEMA = Path(eventlog.postgres.__file__).with_name("schema.txt")

INTO_EVENTS = "INSERT INTO events SELECT"
AS_EVENT = "interview_id, version + 100, kind, schema_version, time, commitment, leaf FROM events"


def test_an_untouched_log_holds_in_one_process_and_in_two() -> None:
    url = new_copy()
    report = check(url)
    assert report.findings == ()
    assert report.events == report.coverage.sealed > 0
    assert report.interviews == 8
    assert check(url, long=1) == report


# Each change is at another place, so that none hides the other.
EVIDENCE = {
    "UPDATE words SET payload = payload || ' ' WHERE position = 1": (Check.COMMITMENT, 1),
    "UPDATE words SET salt = salt || '\\x00' WHERE position = 2": (Check.COMMITMENT, 2),
    "UPDATE events SET time = '2020-01-01T00:00:00.000Z' WHERE position = 3": (Check.LEAF, 3),
    "UPDATE events SET kind = 'session-refused' WHERE position = 4": (Check.LEAF, 4),
    "UPDATE events SET leaf = sha256('') WHERE position = 5": (Check.TREE, 4),
    "UPDATE events SET commitment = sha256('') WHERE position = 6": (Check.LEAF, 6),
    "UPDATE events SET version = 40 WHERE position = 7": (Check.LEAF, 7),
    "DELETE FROM words WHERE position = 34": (Check.FORGETTING, 34),
    f"{INTO_EVENTS} 1099511627776, {AS_EVENT} WHERE position = 3": (Check.POSITIONS, 2**40),
    f"{INTO_EVENTS} -7, {AS_EVENT} WHERE position = 4": (Check.POSITIONS, -7),
    "INSERT INTO words SELECT 99999, payload, salt FROM words WHERE position = 3": (
        Check.POSITIONS,
        99999,
    ),
    "DELETE FROM nodes WHERE level = 2 AND position = 3": (Check.TREE, 12),
    "UPDATE nodes SET hash = sha256('') WHERE level = 1 AND position = 8": (Check.TREE, 16),
    "DELETE FROM events WHERE position = 18": (Check.POSITIONS, 18),
    "UPDATE checkpoints SET size = size - 1": (Check.CHECKPOINT, None),
}
AT_2 = "WHERE first_position = 2"
READ_MODELS = {
    "UPDATE interviews SET answers_given = 9 WHERE first_position = 0": "answers_given is 9",
    f"UPDATE interviews SET session_version = 1 {AT_2}": "session is",
    "UPDATE interviews SET session_version = 1 WHERE state = 'forgotten'": (
        "session is , and by its events None"
    ),
    "DELETE FROM interviews WHERE first_position = 15": "missing from the list",
    f"DELETE FROM fingerprints {AT_2} AND version = 2": "of its version 2 is missing",
    "INSERT INTO fingerprints VALUES (sha256(''), 0, 2)": "is of no session or move",
    "INSERT INTO starters SELECT interview_id, 'eve', first_position FROM interviews "
    f"{AT_2}": "started_by is 'eve'",
    "INSERT INTO starters VALUES ('none', 'eve', 3)": "it is said who began it",
    "INSERT INTO drafts (interview_id, length, backend, shown, of_summary) "
    "VALUES ('none', 1, 'x', 'Words', false)": "it holds a draft of interview none",
}


def test_every_change_of_the_evidence_by_a_superuser_is_found() -> None:
    url = new_copy()
    falsify(url, *EVIDENCE)
    report = check(url)
    places = {(finding.check, finding.position) for finding in report.findings}
    assert not {place for place in EVIDENCE.values() if place not in places}
    assert all(finding.message and finding.place for finding in report.findings)


def test_every_change_of_what_is_derived_is_found() -> None:
    url = new_copy()
    falsify(url, *READ_MODELS)
    messages = [finding.message for finding in check(url).findings]
    for words in READ_MODELS.values():
        assert any(words in message for message in messages), (words, messages)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["size = size - 1"], ["its head says that it holds"]),
        (["frontier = sha256('')", "room = 7"], ["its head does not hold the open nodes", "room"]),
    ],
)
def test_a_changed_head_is_found(changes: list[str], words: list[str]) -> None:
    url = new_copy()
    falsify(url, *(f"UPDATE head SET {change}" for change in changes))
    messages = [finding.message for finding in check(url).findings]
    assert all(any(part in message for message in messages) for part in words), messages


def test_swapped_events_are_found() -> None:
    url = new_copy()
    falsify(
        url,
        "UPDATE events SET position = -1 WHERE position = 3",
        "UPDATE events SET position = 3 WHERE position = 4",
        "UPDATE events SET position = 4 WHERE position = -1",
    )
    places = {(finding.check, finding.position) for finding in check(url).findings}
    assert {(Check.LEAF, 3), (Check.LEAF, 4)} <= places


def test_words_put_back_into_a_forgotten_interview_are_found() -> None:
    url = new_copy()
    falsify(
        url,
        "INSERT INTO words SELECT min(events.position), '{}', '\\x00' FROM events "
        "WHERE interview_id = "
        "(SELECT interview_id FROM interviews WHERE state = 'forgotten' LIMIT 1)",
    )
    assert Check.FORGETTING in {finding.check for finding in check(url).findings}


@pytest.mark.parametrize("is_head_changed", [False, True])
def test_a_tail_cut_off_with_its_traces_is_found_by_a_kept_checkpoint_alone(
    is_head_changed: bool,
) -> None:
    url = new_copy()
    [(head,)] = rows(url, "SELECT size FROM interview_log.head")
    [*_, (size, note)] = rows(url, "SELECT size, note FROM interview_log.checkpoints ORDER BY size")
    assert size == head
    # The last event is a question that C was asked: nothing but these rows tell of it.
    [(first,)] = rows(
        url,
        "SELECT first_position FROM interview_log.interviews JOIN interview_log.events "
        f"USING (interview_id) WHERE position = {head - 1}",
    )
    [(time,)] = rows(url, f"SELECT time FROM interview_log.events WHERE position = {first}")
    last = f"position = {head - 1}"
    leaves = rows(url, f"SELECT leaf FROM interview_log.events WHERE NOT {last} ORDER BY position")
    hashes = b"".join(Frontier().plus(leaf for (leaf,) in leaves).hashes)
    falsify(
        url,
        f"DELETE FROM events WHERE {last}",
        f"DELETE FROM words WHERE {last}",
        f"DELETE FROM checkpoints WHERE size = {head}",
        f"DELETE FROM fingerprints WHERE first_position = {first}",
        "UPDATE interviews SET session_version = NULL, version = version - 1, state = 'started', "
        "sources = '{}', "
        f"questions_asked = 0, updated_at = '{time}' WHERE first_position = {first}",
    )
    if (head - 1) % 2:  # it completed a part of the tree
        falsify(url, f"DELETE FROM nodes WHERE (position + 1) << level > {head - 1}")
    if is_head_changed:
        falsify(url, f"UPDATE head SET size = {head - 1}, frontier = '\\x{hashes.hex()}'")
        assert check(url).findings == ()
    else:
        messages = [finding.message for finding in check(url).findings]
        assert any("its head says" in message for message in messages), messages
    kept = [Kept("mine", note)]
    messages = [finding.message for finding in check(url, kept=kept).findings]
    assert any("its end was cut off" in message for message in messages)


MADE_OTHERWISE = {
    "DROP TRIGGER events_stay ON events": "its trigger events_stay on events is missing",
    "ALTER TABLE words DISABLE TRIGGER words_stay": "trigger words_stay on words is not made",
    "ALTER TABLE events DROP CONSTRAINT events_interview_id_version_key": "_version_key is missing",
    "DROP INDEX fingerprints_by_interview": "its index fingerprints_by_interview is missing",
    "CREATE TABLE more (a int)": "its table more is none of a log's",
    "CREATE TABLE public.hidden () INHERITS (events)": "its heir",
    "CREATE RULE nothing AS ON INSERT TO events DO INSTEAD NOTHING": "its rule nothing",
    "ALTER TABLE events ENABLE ROW LEVEL SECURITY": "its table events is not made",
    "ALTER TABLE events ALTER COLUMN time DROP NOT NULL": "its column events.time",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RETURN NEW; END $$": "its function refuse_change() is not made",
    "GRANT UPDATE ON words TO PUBLIC": "everybody may UPDATE rows of its table words",
    "GRANT TRUNCATE ON drafts TO PUBLIC": "everybody may TRUNCATE rows of its table drafts",
    "GRANT EXECUTE ON FUNCTION forget_words TO PUBLIC": "everybody may call its function",
    "ALTER TABLE words DETACH PARTITION words_0": "its table words_N is not made",
}


def test_every_part_that_is_made_otherwise_is_found() -> None:
    url = new_copy()
    falsify(url, *MADE_OTHERWISE)
    messages = [finding.message for finding in check(url).findings]
    for words in MADE_OTHERWISE.values():
        assert any(words in message for message in messages), (words, messages)


@pytest.mark.parametrize("has_amcheck", [True, False])
def test_an_index_that_does_not_hold_a_row_is_found(has_amcheck: bool) -> None:
    url = new_copy()
    if has_amcheck:
        with psycopg.connect(url) as db:
            db.execute("CREATE EXTENSION amcheck")
    ready = "UPDATE pg_index SET indisready = {} WHERE indexrelid = '{}'::regclass"
    index = "interviews_first_position_key"
    falsify(
        url,
        ready.format("false", index),
        "INSERT INTO interviews SELECT 'zz', 5, role, model, total_questions, state, "
        "questions_asked, answers_given, adopted, on_hold, sources, version, started_at, "
        "updated_at, session_version FROM interviews WHERE first_position = 0",
        ready.format("true", index),
    )
    messages = [finding.message for finding in check(url).findings]
    assert any(f"its index {index}" in message for message in messages), messages


def test_the_description_of_the_schema_is_that_of_the_steps() -> None:
    with open_database(cluster().empty_log()) as db:
        described = describe(db)
    assert described == SCHEMA.read_text(), (
        "write it anew: python -m eventlog.postgres.schema URL > eventlog/postgres/schema.txt"
    )


def test_a_database_that_is_gone_is_unavailable() -> None:
    url = new_copy()
    log = stored_log(url)
    cluster().execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")
    with pytest.raises(LogUnavailable, match="cannot be read"):
        verify(log)
