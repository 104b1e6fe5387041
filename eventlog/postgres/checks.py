"""Checks of what only the log in a database has: the row of the head, the words beside the events,
whose an interview is, the drafts, who may change what, and indexes that hold all that their tables
hold."""

from collections.abc import Iterator
from typing import Any, Final

from psycopg import Connection, errors, sql

from eventlog.errors import LogCorrupted
from eventlog.postgres.steps import STEPS, names_of, needs_of
from eventlog.postgres.tables import PARTITION
from eventlog.tree import Frontier, Nodes
from eventlog.verification.findings import Check, Findings

HEAD: Final = "SELECT size, frontier, room, needs FROM interview_log.head"
IDS: Final = "SELECT count(*) FROM interview_log.log"
STEPS_TAKEN: Final = "SELECT name FROM interview_log.migrations ORDER BY name"
STRAY_WORDS: Final = (
    "SELECT position FROM interview_log.words WHERE position < 0 OR position >= %s "
    "ORDER BY position LIMIT 100"
)
STRAY_STARTERS: Final = (
    "SELECT interview_id FROM interview_log.starters WHERE NOT EXISTS ("
    "SELECT FROM interview_log.interviews WHERE interviews.interview_id = starters.interview_id "
    "AND interviews.first_position = starters.first_position AND state <> 'forgotten') "
    "ORDER BY interview_id LIMIT 100"
)
STRAY_DRAFTS: Final = (
    "SELECT interview_id FROM interview_log.drafts WHERE interview_id NOT IN "
    "(SELECT interview_id FROM interview_log.interviews WHERE state <> 'forgotten') "
    "ORDER BY interview_id"
)
IS_REPLICA: Final = "SELECT pg_is_in_recovery()"

# What somebody may do to evidence who does not own it, beside reading it and adding to it. The role
# by whose rights words are forgotten deletes them.
GRANTED: Final = """
SELECT relname, CASE grantee WHEN 0 THEN 'everybody' ELSE 'the role ' || grantee::regrole END,
    privilege_type
FROM pg_class CROSS JOIN LATERAL aclexplode(relacl)
WHERE relnamespace = 'interview_log'::regnamespace AND grantee <> relowner
AND privilege_type NOT IN ('SELECT', 'INSERT')
AND (privilege_type NOT IN ('UPDATE', 'DELETE')
    OR relname IN ('events', 'nodes', 'checkpoints', 'migrations') OR relname ~ '^words')
AND NOT (relname = 'words' AND privilege_type = 'DELETE' AND grantee = (
    SELECT proowner FROM pg_proc WHERE pronamespace = relnamespace AND proname = 'forget_words'))
ORDER BY 1, 2, 3
"""
# A function of the owner's rights, which everybody may call where nothing else is said.
CALLABLE: Final = """
SELECT proname FROM pg_proc
CROSS JOIN LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner)))
WHERE pronamespace = 'interview_log'::regnamespace AND prosecdef AND grantee = 0
AND privilege_type = 'EXECUTE' ORDER BY 1
"""

HAS_AMCHECK: Final = """
SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'amcheck'
"""
MAY_CALL: Final = "SELECT has_function_privilege(%s, 'EXECUTE')"
INDEXES: Final = """
SELECT indexrelid::oid, i.relname FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid
JOIN pg_class AS t ON t.oid = indrelid
WHERE t.relnamespace = 'interview_log'::regnamespace AND i.relkind = 'i' AND indisvalid
AND t.relpersistence = 'p' ORDER BY i.relname
"""
# By the columns of the index alone, in its order.
COLUMNS: Final = """
SELECT t.relname, i.relname, array_agg(a.attname::text ORDER BY key.place)
FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_class AS t ON t.oid = indrelid
CROSS JOIN LATERAL unnest(indkey::smallint[]) WITH ORDINALITY AS key (number, place)
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = key.number
WHERE t.relnamespace = 'interview_log'::regnamespace AND t.relkind = 'r' AND indisvalid
AND t.relpersistence = 'p' GROUP BY t.relname, i.relname ORDER BY 1, 2
"""


def check_tables(db: Connection[Any], head: int, nodes: Nodes, findings: Findings) -> None:
    """Check the rows that no event makes, in a log of `head` events."""
    for message in (*_of_head(db, head, nodes), *_of_log(db), *_of_rights(db)):
        findings.add(Check.FILE, message)
    for (position,) in db.execute(STRAY_WORDS, [head]):
        message = "there are words of an event here that the log does not hold"
        findings.add(Check.POSITIONS, message, position=position)
    for (id,) in db.execute(STRAY_STARTERS):
        message = "it is said who began it, and it has no words, or begins elsewhere"
        findings.add(Check.READ_MODELS, message, interview_id=id)
    if db.execute(IS_REPLICA).fetchone() == (False,):  # a replica has no drafts
        for (id,) in db.execute(STRAY_DRAFTS):
            findings.add(Check.FILE, f"it holds a draft of interview {id}, which has no words")


def _of_head(db: Connection[Any], head: int, nodes: Nodes) -> Iterator[str]:
    rows = db.execute(HEAD).fetchall()
    if len(rows) != 1:
        yield f"it has {len(rows)} heads, and a log has one"
        return
    [(size, frontier, room, needs)] = rows
    if needs != needs_of(STEPS):
        yield f"its head says that it needs {needs}, and it needs {needs_of(STEPS)}"
    if size != head:
        yield f"its head says that it holds {size} events, and it holds {head}"
        return
    try:
        if frontier != b"".join(Frontier.of(head, nodes).hashes):
            yield "its head does not hold the open nodes of its tree: the next event would not fit"
    except LogCorrupted:
        pass  # the check of the tree says which node is missing
    if room < head or room % PARTITION:
        yield f"its head says that there is room for {room} events, which cannot be"


def _of_log(db: Connection[Any]) -> Iterator[str]:
    [(ids,)] = db.execute(IDS).fetchall()
    if ids != 1:
        yield f"it has {ids} ids, and a log has one"
    if {name for (name,) in db.execute(STEPS_TAKEN)} != names_of(STEPS):
        yield "the steps that it says it was made by are not those of this release"


def _of_rights(db: Connection[Any]) -> Iterator[str]:
    for table, who, what in db.execute(GRANTED):
        yield f"{who} may {what} rows of its table {table}, which nobody but its owner may"
    for (name,) in db.execute(CALLABLE):
        yield f"everybody may call its function {name}, which changes it with its owner's rights"


def check_indexes(db: Connection[Any], findings: Findings) -> None:
    """Check that each index holds all that its table holds: PostgreSQL's own check (`amcheck`),
    where it is installed and this role may call it, else by counting the rows both ways."""
    schema = db.execute(HAS_AMCHECK).fetchone()
    function = schema and f"{schema[0]}.bt_index_check(regclass, boolean)"
    if schema and db.execute(MAY_CALL, [function]).fetchone() == (True,):
        check = sql.SQL("SELECT {}.bt_index_check(%s::oid::regclass, true)")
        for oid, name in db.execute(INDEXES).fetchall():
            _check_index(db, check.format(sql.Identifier(schema[0])), oid, name, findings)
        return
    for table, index, columns in db.execute(COLUMNS).fetchall():
        rows = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.Identifier("interview_log", table),
        )
        order = sql.SQL(", ").join(sql.Literal(number + 1) for number, _ in enumerate(columns))
        in_order = sql.SQL("{} ORDER BY {}").format(rows, order)
        if _counted(db, rows, by_index=False) != _counted(db, in_order, by_index=True):
            message = f"its index {index} does not hold what its table {table} holds"
            findings.add(Check.FILE, message)


def _check_index(
    db: Connection[Any], check: sql.Composed, oid: int, name: str, findings: Findings
) -> None:
    try:
        with db.transaction():
            db.execute(check, [oid])
    except (errors.DataCorrupted, errors.IndexCorrupted, errors.InternalError_):
        findings.add(Check.FILE, f"PostgreSQL finds its index {name} damaged")


def _counted(db: Connection[Any], rows: sql.Composed, *, by_index: bool) -> int:
    """How many `rows` are found by an index, or in the table itself."""
    for way in ("seqscan", "indexscan", "indexonlyscan", "bitmapscan", "sort"):
        is_on = by_index == way.startswith("index")
        db.execute(f"SET LOCAL enable_{way} = {'on' if is_on else 'off'}")
    [(found,)] = db.execute(sql.SQL("SELECT count(*) FROM ({}) AS rows").format(rows)).fetchall()
    for way in ("seqscan", "indexscan", "indexonlyscan", "bitmapscan", "sort"):
        db.execute(f"SET LOCAL enable_{way} = DEFAULT")
    return int(found)
