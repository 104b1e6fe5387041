"""The schema: tables, keys, indexes, triggers and functions are those of a log, made as a log's
are, and nothing else is beside them. A trigger that is gone, an index that is not kept up, a table
that hides rows: no other check looks for these.

`schema.txt` describes what the steps make. `python -m eventlog.postgres.schema URL` writes it anew,
from a log in a database of its own.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from psycopg import Connection

from eventlog.postgres.connection import open_database
from eventlog.postgres.tables import PARTITION

# Each gives lines of the name of a thing, the table that it belongs to, and how it is made.
CATALOG: Final = {
    "table": """
        SELECT relname, relname, concat_ws(' ', 'kind=' || relkind::text,
            'kept=' || relpersistence::text,
            'rows=' || (relrowsecurity OR relforcerowsecurity)::text, reloptions::text,
            pg_get_partkeydef(pg_class.oid), (
                SELECT 'of ' || inhparent::regclass::text FROM pg_inherits
                WHERE inhrelid = pg_class.oid),
            pg_get_expr(relpartbound, pg_class.oid))
        FROM pg_class WHERE relnamespace = 'interview_log'::regnamespace
        AND relkind NOT IN ('i', 'I')""",
    "heir": """
        SELECT inhrelid::regclass::text, inhparent::regclass::text, ''
        FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
        JOIN pg_class AS child ON child.oid = inhrelid
        WHERE parent.relnamespace = 'interview_log'::regnamespace
        AND child.relnamespace <> 'interview_log'::regnamespace""",
    "column": """
        SELECT relname || '.' || attname, relname, concat_ws(' ', attnum - (
                SELECT count(*) FROM pg_attribute AS before WHERE before.attrelid = pg_class.oid
                AND before.attisdropped AND before.attnum < pg_attribute.attnum
                AND before.attnum > 0),
            format_type(atttypid, atttypmod),
            CASE WHEN attcollation <> 0 THEN attcollation::regcollation::text END,
            CASE WHEN attnotnull THEN 'not null' END, nullif(attgenerated::text, ''),
            nullif(attidentity::text, ''), pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'interview_log'::regnamespace AND relkind NOT IN ('i', 'I')
        AND attnum > 0 AND NOT attisdropped""",
    "constraint": """
        SELECT conname, relname, concat_ws(' ', 'on', relname,
            pg_get_constraintdef(pg_constraint.oid),
            CASE WHEN NOT convalidated THEN 'not checked' END)
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE connamespace = 'interview_log'::regnamespace AND contype <> 'n'""",
    "index": """
        SELECT i.relname, t.relname, concat_ws(' ', pg_get_indexdef(indexrelid),
            CASE WHEN NOT (indisvalid AND indisready AND indislive) THEN 'not kept up' END)
        FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid
        JOIN pg_class AS t ON t.oid = indrelid
        WHERE t.relnamespace = 'interview_log'::regnamespace""",
    "trigger": """
        SELECT tgname || ' on ' || relname, relname,
            concat_ws(' ', tgenabled, pg_get_triggerdef(pg_trigger.oid))
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'interview_log'::regnamespace AND NOT tgisinternal""",
    "function": """
        SELECT proname || '(' || pg_get_function_identity_arguments(pg_proc.oid) || ')', '',
            concat_ws(' ', lanname, prorettype::regtype::text, 'kind=' || prokind::text,
                CASE WHEN prosecdef THEN 'security definer' END, proconfig::text, md5(prosrc))
        FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE pronamespace = 'interview_log'::regnamespace""",
    "rule": """
        SELECT rulename, relname, pg_get_ruledef(pg_rewrite.oid)
        FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        WHERE relnamespace = 'interview_log'::regnamespace""",
    "policy": """
        SELECT polname, relname, pg_get_expr(polqual, polrelid)
        FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
        WHERE relnamespace = 'interview_log'::regnamespace""",
}

NUMBERED: Final = re.compile(r"\b(words|fingerprints|starters)_(\d+)")
RANGE: Final = re.compile(r"FROM \('(\d+)'\) TO \('(\d+)'\)")
REMAINDER: Final = re.compile(r"(modulus \d+, remainder) (\d+)")

Made = dict[tuple[str, str], str]
"""(kind, name) → how it is made. Partitions of a table, which are alike, are one."""


def differences(db: Connection[Any], room: int) -> Iterator[str]:
    """How the schema differs from that of a log with partitions of words for the positions below
    `room`, for a person. Raises psycopg.Error."""
    expected, found = _of_a_log(), set[tuple[str, str, str]]()
    partitions: dict[str, set[int]] = {}
    for kind, name, made, number in _parts(db):
        found.add((kind, name, made))
        if kind == "table" and number is not None:
            partitions.setdefault(name, set()).add(number)
    names = {(kind, name) for kind, name, _ in found}
    for kind, name in sorted(expected.keys() | names):
        if (kind, name) not in names:
            yield f"its {kind} {name} is missing"
        elif (kind, name) not in expected:
            yield f"its {kind} {name} is none of a log's"
        elif {m for k, n, m in found if (k, n) == (kind, name)} != {expected[kind, name]}:
            yield f"its {kind} {name} is not made as a log's is"
    due = {"words_N": room // PARTITION, "fingerprints_N": 32, "starters_N": 16}
    for name, many in due.items():
        if partitions.get(name, set()) != set(range(many)):
            yield f"its tables {name} are not the {many} that there must be"


def describe(db: Connection[Any]) -> str:
    """A log's schema, as `schema.txt` has it."""
    lines = sorted({f"{kind}\t{name}\t{made}" for kind, name, made, _ in _parts(db)})
    return "".join(f"{line}\n" for line in lines)


@cache
def _of_a_log() -> Made:
    text = files("eventlog.postgres").joinpath("schema.txt").read_text()
    made: Made = {}
    for line in text.splitlines():
        kind, name, how = line.split("\t")
        made[kind, name] = how
    return made


def _parts(db: Connection[Any]) -> Iterator[tuple[str, str, str, int | None]]:
    """Kind, name and making of each part of the schema, and the number of the partition that it
    belongs to, which stands as N in the others."""
    for kind, sql in CATALOG.items():
        for name, table, made in db.execute(sql):
            partition = NUMBERED.fullmatch(table)
            number = int(partition[2]) if partition else None
            if number is None:
                yield kind, name, _on_a_line(made), None
            else:
                yield (
                    kind,
                    _unnumbered(name, number),
                    _unnumbered(_on_a_line(made), number),
                    number,
                )


def _unnumbered(text: str, number: int) -> str:
    """The text with N for the number of a partition, where that is the one."""

    def named(found: re.Match[str]) -> str:
        return f"{found[1]}_N" if int(found[2]) == number else found[0]

    def ranged(found: re.Match[str]) -> str:
        is_own = (int(found[1]), int(found[2])) == (number * PARTITION, (number + 1) * PARTITION)
        return "its range" if is_own else found[0]

    def remaining(found: re.Match[str]) -> str:
        return f"{found[1]} N" if int(found[2]) == number else found[0]

    # An index is named after its table: `words_0_pkey`.
    return REMAINDER.sub(remaining, RANGE.sub(ranged, NUMBERED.sub(named, text)))


def _on_a_line(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    sys.stdout.write(describe(open_database(sys.argv[1])))
