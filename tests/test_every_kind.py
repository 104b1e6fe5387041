"""A new kind of event must be added in each of these places. The failure names the one that
lacks it. Tests elsewhere say what each place does with a kind."""

import ast
import re
import runpy
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from api.transcript.document import EntryKind, transcript_of
from api.transcript.layout import lay_out
from eventlog.records import Record
from eventlog.searching import words_of
from eventlog.sqlite.file import prepare
from eventlog.sqlite.searching import said
from eventlog.verification.compactfold import CompactFold
from eventlog.verification.rows import Row
from eventlog.verification.standins import stand_ins
from statemachine.events import KIND_OF, KINDS, OUTLIVES_FORGETTING, ContentForgotten, Event
from statemachine.rules import RULES
from statemachine.session import Config
from tests.eventlog.interviews import STOPPED
from tests.eventlog.test_codec import MEANT, STORED
from tests.stories import EVERYTHING, FROM_THE_START, INTERRUPTED, forget, records_of

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "backends", "eventlog", "statemachine")
EVENTS: dict[str, Event] = {name.split()[0]: event for name, event in MEANT.items()}
"""An event of each kind."""

STORIES: tuple[list[Record], ...] = (
    records_of(*EVERYTHING),
    records_of(*FROM_THE_START),
    records_of(*INTERRUPTED),
    records_of(*STOPPED),
    forget(records_of(*EVERYTHING)),
)


def text(place: str) -> str:
    return (ROOT / place).read_text(encoding="utf-8")


def keys_in_table(place: str, name: str) -> list[str]:
    """The keys of a table in one of the page's modules."""
    found = re.search(rf"^const {name} = {{\n(.*?)^}};", text(place), re.MULTILINE | re.DOTALL)
    assert found, f"{place} has no table {name}"
    return re.findall(r'^  "([a-z-]+)":', found[1], re.MULTILINE)


def kinds_in_rows(place: str) -> list[str]:
    """The kinds that have a row of their own in a document's table."""
    return re.findall(r"^\| `([a-z]+-[a-z]+)` \|", text(place), re.MULTILINE)


def kinds_for_clients() -> list[str]:
    """The kinds in the types of the desktop's client."""
    place = "api/page/integration-service-client/openapi.d.ts"
    union = re.search(r"\bkind: (.*interview-started.*);", text(place))
    assert union, f"{place} has no kinds"
    return re.findall(r'"([a-z-]+)"', union[1])


def kinds_told() -> Iterator[str]:
    """The kinds that a transcript has a heading for."""
    for records in STORIES:
        transcript = transcript_of(records)
        assert all(section.heading for section in lay_out(transcript).sections)
        yield from (entry.kind for entry in transcript.entries)


def table_of_bundle_checker(name: str) -> Iterable[str]:
    table: dict[str, object] = runpy.run_path(str(ROOT / "docs/verify_bundle.py"))[name]
    return table


PLACES: dict[str, Callable[[], Iterable[str]]] = {
    "statemachine/events.py: Event": lambda: [KIND_OF[event] for event in get_args(Event)],
    "statemachine/rules.py: RULES": lambda: [KIND_OF[rule.event] for rule in RULES],
    "api/transcript/document.py: EntryKind": lambda: get_args(EntryKind),
    "the headings of api/transcript/, or tests/stories.py": kinds_told,
    "api/page/views/timeline.js: TITLES": lambda: keys_in_table(
        "api/page/views/timeline.js", "TITLES"
    ),
    "api/page/views/replay.js: MEANINGS": lambda: keys_in_table(
        "api/page/views/replay.js", "MEANINGS"
    ),
    "api/page/integration-service-client/openapi.d.ts": kinds_for_clients,
    "docs/event-log.md": lambda: kinds_in_rows("docs/event-log.md"),
    "docs/verify.md": lambda: kinds_in_rows("docs/verify.md"),
    "docs/statemachine.mmd": lambda: re.findall("[a-z]+-[a-z]+", text("docs/statemachine.mmd")),
    "docs/verify_bundle.py: PAYLOADS": lambda: table_of_bundle_checker("PAYLOADS"),
    "docs/verify_bundle.py: LETTERS": lambda: table_of_bundle_checker("LETTERS"),
    "tests/eventlog/stored_events.json": lambda: [name.split()[0] for name in STORED],
    "tests/eventlog/test_codec.py: MEANT": lambda: EVENTS,
}
"""Place → the kinds that it knows."""


@pytest.mark.parametrize("place", PLACES)
def test_each_place_knows_every_kind(place: str) -> None:
    known = set(PLACES[place]())
    assert known >= set(KINDS), f"{place} lacks {sorted(set(KINDS) - known)}"


def test_the_bundle_checker_orders_every_kind() -> None:
    checker = runpy.run_path(str(ROOT / "docs/verify_bundle.py"))
    for kind, letter in checker["LETTERS"].items():
        assert letter in checker["ORDER"], f"docs/verify_bundle.py: ORDER has no place for {kind}"


# Folds and other matches


def matches_over_events() -> Iterator[tuple[str, ast.Match]]:
    """Each match in the packages of which a case is an event."""
    names = {event.__name__ for event in get_args(Event)}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Match) and names & set(_classes(node)):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _classes(match: ast.Match) -> Iterator[str]:
    for case in match.cases:
        for pattern in ast.walk(case.pattern):
            if isinstance(pattern, ast.MatchClass) and isinstance(pattern.cls, ast.Name):
                yield pattern.cls.id


MATCHES = dict(matches_over_events())


@pytest.mark.parametrize("place", MATCHES)
def test_no_match_passes_over_an_event_that_it_does_not_name(place: str) -> None:
    *_, last = MATCHES[place].cases
    is_rest = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
    ends = ast.unparse(last.body[0])
    assert is_rest, f"{place} does not end in a case for the rest"
    assert ends.startswith(("assert_never(", "raise ")), f"{place} passes over the rest: {ends}"


def test_the_folds_are_among_those_matches() -> None:
    files = {place.partition(":")[0] for place in MATCHES}
    assert files >= {
        "statemachine/interview.py",
        "eventlog/readmodels.py",
        "eventlog/searching.py",
        "eventlog/verification/compactfold.py",
        "api/transcript/document.py",
        "api/usecases/recordings.py",
        "api/usecases/rerun.py",
        "api/cli/replay.py",
    }


# Forgetting


def test_the_file_keeps_what_outlives_a_forgetting(tmp_path: Path) -> None:
    path = tmp_path / "interviews.db"
    prepare(path)
    with closing(sqlite3.connect(path)) as db:
        find = "SELECT sql FROM sqlite_master WHERE name = 'events_only_forget'"
        (trigger,) = db.execute(find).fetchone()
    kept = re.search(r"OLD.kind NOT IN \((.*?)\)", trigger)
    assert kept
    outliving = set(re.findall("'([a-z-]+)'", kept[1]))
    assert outliving == OUTLIVES_FORGETTING, "eventlog/sqlite/migrations.py needs another step"


@pytest.mark.parametrize("kind", sorted(set(KINDS) - OUTLIVES_FORGETTING))
def test_a_check_can_stand_in_for_every_forgotten_event(kind: str) -> None:
    told = EVENTS["content-forgotten"]
    assert isinstance(told, ContentForgotten)
    gone = Row(0, "", 1, kind, 1, "", None, None, b"", b"")
    fold = CompactFold(Config(role=told.role, total_questions=told.total_questions))
    stand_in, last = stand_ins([gone], told, fold)
    assert (KIND_OF[type(stand_in)], last) == (kind, told)


# Search


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_in_the_file_looks_where_words_are(kind: str) -> None:
    [record] = records_of(EVENTS[kind])
    words = list(words_of(record))
    found = said(words[0] if words else "e")
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE events (kind, payload)")
        db.execute("INSERT INTO events VALUES (?, ?)", (kind, record.payload))
        hits = db.execute(f"SELECT count(*) FROM events WHERE {found.sql}", found.values)
        assert hits.fetchone() == (bool(words),)
