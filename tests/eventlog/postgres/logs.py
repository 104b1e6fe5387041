"""Logs on PostgreSQL to read and to check: copies of one that was made in a file."""

from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from eventlog.copying import Copied, copy_log
from eventlog.keys import copy_key
from eventlog.open import copy_source, copy_target, stored_log
from eventlog.verification.verify import Report, verify
from tests.eventlog.verification.logs import make
from tests.postgres import cluster

_numbers = count()


def copy(source: str, target: str, key: Path | None) -> Copied:
    """Copy the log at one URL to another, key and all."""
    found, to = copy_source(source, key), copy_target(target, key)
    with closing(found.moment()) as moment, to.fill(found.log_id) as filling:
        copied = copy_log(moment, filling)
        copy_key(found.key, to.key(found.log_id))
    return copied


@cache
def original() -> Path:
    """A log of every kind of interview, in a file."""
    return make(Path(mkdtemp(prefix="original-")) / "interviews.db")


@cache
def key() -> Path:
    """The key of all the copies."""
    return original().with_name("postgres.key")


@cache
def _untouched() -> str:
    name = f"untouched_{next(_numbers)}"
    cluster().execute(f"CREATE DATABASE {name}")
    copy(f"sqlite:///{original()}", cluster().url(name), key())
    return name


def new_copy() -> str:
    """The URL of a database that holds a copy of the original."""
    name = f"copy_{next(_numbers)}"
    cluster().execute(f"CREATE DATABASE {name} TEMPLATE {_untouched()}")
    return cluster().url(name)


def check(url: str, **given: Any) -> Report:
    """`verify`, with the key that is kept for the log."""
    return verify(stored_log(url, key()), **given)


def falsify(url: str, *changes: str) -> None:
    """Run SQL as a superuser for whom no trigger is in the way."""
    with closing(psycopg.connect(url, autocommit=True)) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("SET search_path = interview_log")
        for change in changes:
            assert db.execute(change).rowcount != 0, f"changes nothing: {change}"


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(psycopg.connect(url)) as db:
        return db.execute(sql).fetchall()
