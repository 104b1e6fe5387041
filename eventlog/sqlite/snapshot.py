"""A log's file as it is at one moment, for a check of all of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from eventlog.errors import LogUnavailable
from eventlog.keychanges import LOG_STREAM
from eventlog.readmodels import Overview
from eventlog.sqlite import file
from eventlog.sqlite.drafts import check_drafts
from eventlog.sqlite.nodes import head_of, nodes_of
from eventlog.sqlite.overviews import OVERVIEW_COLUMNS, stored_overview
from eventlog.sqlite.schema import check_integrity, check_schema, differences
from eventlog.tree import Nodes
from eventlog.verification.findings import Check, Findings
from eventlog.verification.rows import Row
from eventlog.verification.snapshot import Task

T = TypeVar("T")

# The very bytes that are committed to.
COLUMNS = ", ".join(Row._fields).replace("payload", "CAST(payload AS BLOB)")
IN_LOG = f"SELECT {COLUMNS} FROM events WHERE position >= ? AND position < ? ORDER BY position"
IN_INTERVIEW = (
    f"SELECT {COLUMNS} FROM events WHERE interview_id = ? AND version > ? ORDER BY version"
)
HEADLESS = (
    f"SELECT interview_id, min(position) FROM events WHERE interview_id <> '{LOG_STREAM}' "
    "GROUP BY interview_id HAVING min(version) <> 1"
)
STRAY_EVENTS = (
    "SELECT position FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT 100"
)
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
"""The integers that SQLite can hold."""

NODES = (
    "SELECT position, hash FROM nodes WHERE level = ? AND position >= ? AND position < ? "
    "ORDER BY position"
)
STRAY_NODES = (
    "SELECT level, position FROM nodes "
    "WHERE level < 1 OR level > 62 OR position < 0 OR position >= (? >> level) "
    "ORDER BY level, position LIMIT 100"
)
LISTED = (
    f"SELECT {OVERVIEW_COLUMNS}, head FROM interviews "
    "WHERE first_position >= ? AND first_position < ?"
)
FINGERPRINTS = (
    "SELECT first_position, fingerprint, version FROM fingerprints "
    "WHERE first_position >= ? AND first_position < ?"
)
SEALS = "SELECT size, note FROM checkpoints ORDER BY size"


class SqliteSnapshot:
    """A `Snapshot`: a connection to the file at `path`, in a transaction that only reads. Raises
    LogUnavailable."""

    def __init__(self, path: Path) -> None:
        with _readable():
            self._db = file.open_read_only(path)
        self.begin()

    def begin(self) -> int:
        with _readable():
            self._db.rollback()
            self._db.execute("BEGIN")
            return head_of(self._db)

    def do(self, task: Task[T]) -> tuple[T | None, Findings]:
        findings = Findings()
        try:
            return task(self, findings), findings
        except file.STORAGE_ERRORS as error:
            if "decode" in str(error) and self._db.text_factory is str:
                # Somebody wrote text that is none. From here on it is read as it stands, and does
                # not give its hashes.
                self._db.text_factory = _undecoded
                return self.do(task)
            findings.add(Check.FILE, f"a part of it cannot be read: {file.reason(error)}")
            return None, findings
        except (AttributeError, TypeError, ValueError):
            # The tables are STRICT. What is not of its column's type was written past SQLite, by a
            # broken disk, or into a table that was made anew; to look for that at each value would
            # cost more than all the rest.
            if self._is_sound():
                raise
            findings.add(Check.FILE, "it is damaged: values in it are of no type that they can be")
            return None, findings

    def _is_sound(self) -> bool:
        try:
            is_whole = self._db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            return is_whole and not any(differences(self._db))
        except file.STORAGE_ERRORS:
            return False

    def close(self) -> None:
        with _readable():
            self._db.close()

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        return map(Row._make, self._read(IN_LOG, (start, stop)))

    def rows_of(self, interview_id: str, after: int = 0) -> Iterator[Row]:
        return map(Row._make, self._read(IN_INTERVIEW, (interview_id, after)))

    def stray_events(self, head: int) -> Iterator[int]:
        for bounds in ((LOWEST, -1), (head, HIGHEST)):
            yield from (position for (position,) in self._read(STRAY_EVENTS, bounds))

    def headless(self) -> Iterator[tuple[str, int]]:
        return self._read(HEADLESS)

    def nodes(self, level: int, start: int, stop: int) -> list[tuple[int, bytes]]:
        return list(self._read(NODES, (level, start, stop)))

    def stray_nodes(self, head: int) -> Iterator[tuple[int, int]]:
        return self._read(STRAY_NODES, (head,))

    @property
    def node(self) -> Nodes:
        return nodes_of(self._db)

    def listed(self, start: float, stop: float) -> Iterator[tuple[Any, ...]]:
        return self._read(LISTED, (start, stop))

    def as_listed(self, row: Overview, current: bytes | None) -> dict[str, Any]:
        return stored_overview(row, current)

    def fingerprints(self, start: float, stop: float) -> Iterator[tuple[int, bytes, int]]:
        return self._read(FINGERPRINTS, (start, stop))

    def seals(self) -> list[tuple[int, str]]:
        return list(self._read(SEALS))

    def check_integrity(self, findings: Findings) -> None:
        check_integrity(self._db, findings)

    def check_schema(self, findings: Findings) -> None:
        check_schema(self._db, findings)
        check_drafts(self._db, findings)

    def _read(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        return self._db.execute(sql, values)


@contextmanager
def _readable() -> Iterator[None]:
    """Raises LogUnavailable where the file cannot be read."""
    try:
        yield
    except file.STORAGE_ERRORS as error:
        raise LogUnavailable(f"the event log cannot be read: {file.reason(error)}") from error


def _undecoded(text: bytes) -> str:
    return text.decode(errors="replace")
