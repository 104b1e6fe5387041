"""The schema: the file's tables, indexes and triggers are those of a log, made as a log's are,
and nothing else is in it. A table that was made anew without its types and keys takes rows that
no other check looks for.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from sqlite3 import Connection, connect

from eventlog.sqlite.migrations import STEPS
from eventlog.verification.findings import Check, Findings

# Left out is what SQLite makes by itself: indexes of keys, and what ANALYZE found. How
# `sqlite_utils` writes down which steps were taken is its own affair, and may change.
SCHEMA = """
SELECT type, name, sql FROM sqlite_master
WHERE NOT (type = 'index' AND sql IS NULL)
AND NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))
AND NOT (type IN ('table', 'index') AND tbl_name = '_sqlite_migrations')
"""
QUOTED_OR_SPACE = re.compile(r"('[^']*')|\s+")

Made = dict[tuple[str, str], str]
"""(type, name) → the SQL that it was made with, less the white space, which SQLite may change."""


def check_schema(db: Connection, findings: Findings) -> None:
    """Whether the file is made as a log is, and has one id."""
    for message in differences(db):
        findings.add(Check.FILE, message)
    (encoding,) = db.execute("PRAGMA encoding").fetchone()
    if encoding != "UTF-8":
        findings.add(Check.FILE, f"its text is {encoding}, and a log's is UTF-8: no hash can hold")
    (ids,) = db.execute("SELECT count(*) FROM log").fetchone()
    if ids != 1:
        findings.add(Check.FILE, f"it has {ids} ids, and a log has one")


def check_integrity(db: Connection, findings: Findings) -> None:
    """Whether SQLite finds the file whole: above all, that the indexes, by which everybody else
    reads, hold what the tables hold, which are all that is read here."""
    for (message,) in db.execute("PRAGMA integrity_check"):
        if message != "ok":
            findings.add(Check.FILE, f"SQLite finds it damaged: {message}")


def differences(db: Connection) -> Iterator[str]:
    """How the schema is other than a log's, for a person."""
    expected, found = _of_a_log(), _made(db)
    for type, name in sorted(expected.keys() | found.keys()):
        if (type, name) not in found:
            yield f"its {type} {name} is missing"
        elif (type, name) not in expected:
            yield f"its {type} {name} is none of a log's"
        elif found[type, name] != expected[type, name]:
            yield f"its {type} {name} is not made as a log's is"


@cache
def _of_a_log() -> Made:
    with closing(connect(":memory:")) as fresh:
        for step in STEPS:
            step(fresh)
        return _made(fresh)


def _made(db: Connection) -> Made:
    return {(type, name): _without_space(sql or "") for type, name, sql in db.execute(SCHEMA)}


def _without_space(sql: str) -> str:
    return QUOTED_OR_SPACE.sub(lambda found: found[1] or "", sql)
