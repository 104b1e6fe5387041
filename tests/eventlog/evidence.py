"""A log's file as an auditor reads it: with sqlite3, hashlib and json, and none of our code."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

EVENTS = "SELECT * FROM events ORDER BY position"


def rows(path: Path, sql: str = EVENTS) -> list[dict[str, Any]]:
    """What `sql` selects."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql)]


def execute(path: Path, *statements: str) -> None:
    """Run and commit statements as somebody else who has the file."""
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A program in the middle of reading the file, as an audit is."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM events").fetchone()
        yield


def check_events(path: Path) -> None:
    """Positions and versions have no gaps, and every commitment and leaf holds."""
    versions: dict[str, int] = {}
    for position, row in enumerate(rows(path)):
        id = row["interview_id"]
        versions[id] = versions.get(id, 0) + 1
        assert (row["position"], row["version"]) == (position, versions[id])
        assert row["commitment"] == _sha256(row["salt"] + row["payload"].encode())
        metadata = {
            "commitment": row["commitment"].hex(),
            "interviewId": id,
            "kind": row["kind"],
            "position": position,
            "schemaVersion": row["schema_version"],
            "time": row["time"],
            "version": row["version"],
        }
        canonical = json.dumps(metadata, sort_keys=True, separators=(",", ":")).encode()
        assert row["leaf"] == _sha256(b"\x00" + canonical)


def commits(path: Path) -> int:
    """How many commits the log's WAL holds: its frames that end one
    (https://sqlite.org/fileformat2.html#the_write_ahead_log)."""
    wal = Path(f"{path}-wal").read_bytes()
    page_size, salt = int.from_bytes(wal[8:12], "big"), wal[16:24]
    frames = (wal[at : at + 24] for at in range(32, len(wal), 24 + page_size))
    return sum(frame[8:16] == salt and any(frame[4:8]) for frame in frames)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
