"""The schema: the file's tables, indexes and triggers are those of a log, made as a log's are,
and nothing else is in it. A table that was made anew without its types and keys takes rows that
no other check looks for.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from sqlite3 import Connection

from sqlite_utils import Database

from eventlog.migrations import migrations
from eventlog.verification.findings import Check, Findings

# What SQLite keeps for itself has names that nobody else can give. How `sqlite_utils` writes down
# which steps were taken is its own affair; a release of it may do so otherwise.
SCHEMA = (
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^' "
    "AND NOT (tbl_name = '_sqlite_migrations' AND type IN ('table', 'index'))"
)
IDS = "SELECT count(*) FROM log"

Made = dict[tuple[str, str], str]
"""(type, name) → the SQL that it was made with, less the white space, which SQLite may change."""


def check_schema(db: Connection, findings: Findings) -> None:
    """Whether the file is made as a log is, and has one id."""
    for message in differences(db):
        findings.add(Check.FILE, message)
    (ids,) = db.execute(IDS).fetchone()
    if ids != 1:
        findings.add(Check.FILE, f"it has {ids} ids, and a log has one")


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
    with closing(Database(memory=True)) as fresh:
        migrations.apply(fresh)
        return _made(fresh.conn)


def _made(db: Connection) -> Made:
    return {(type, name): "".join((sql or "").split()) for type, name, sql in db.execute(SCHEMA)}
