"""Opening a log's database to read, to check or to copy it, whether or not gateways write it."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from platformdirs import user_data_path

from eventlog.copying import Source, Target
from eventlog.errors import LogNotOpened
from eventlog.keys import key_name, load_verifier
from eventlog.postgres.connection import LogConnection, check_is_log, connect, open_database
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import log_id
from eventlog.postgres.reading import PostgresReader
from eventlog.postgres.url import at_address, shown
from eventlog.protocol import EventLog
from eventlog.verification.snapshot import StoredLog


def key_paths(key: Path | None) -> Callable[[str], Path]:
    """Where the key of the log with an id is: in the file `key` if one is set, else in the folder
    of this user's data."""
    return lambda log_id: key or user_data_path("interview-gateway") / f"{log_id}.key"


def open_to_write(url: str, key: Path | None) -> EventLog:
    """Open the log in the database that `url` names, to write it. Raises LogNotOpened."""
    # What reads a log does without all that writes one.
    from eventlog.postgres.log import PostgresEventLog

    return PostgresEventLog(url, key)


def open_log_in(url: str, key: Path | None) -> PostgresReader:
    """Open the log in the database that `url` names to read it. Raises LogNotOpened."""
    id = _log_id(url)
    connection = partial(LogConnection, url, partial(check_is_log, expected_id=id))
    return PostgresReader(url, lambda: id, key_paths(key), connection)


def stored_in(url: str, key: Path | None) -> StoredLog:
    """Return the log in the database, to check it. Raises LogNotOpened."""
    id = _log_id(url)
    return _stored(url, key_paths(key)(id), key_name(id))


def stored_in_at(address: str, origin: str) -> StoredLog:
    """Return the log at this address, which is known to sign by the name `origin`."""
    url, key = at_address(address)
    return _stored(url, key, origin)


def source_in(url: str, key: Path | None) -> Source:
    """Return the log in the database, to copy it. Raises LogNotOpened."""
    from eventlog.postgres.copying import PostgresMoment

    id = _log_id(url)
    return Source(
        shown(url), id, key_paths(key)(id), partial(PostgresMoment, partial(connect, url))
    )


def target_in(url: str, key: Path | None) -> Target:
    """Return the database, to fill it with a copy of a log."""
    from eventlog.postgres.copying import filled_database

    return Target(shown(url), key_paths(key), partial(filled_database, url))


def grant(url: str, gateway: str | None, eraser: str | None, auditor: str | None) -> None:
    """Give roles their rights to the log in the database. Raises LogNotOpened."""
    from eventlog.postgres import roles

    roles.grant(url, gateway, eraser, auditor)


def _stored(url: str, key: Path, origin: str) -> StoredLog:
    # Where only checks need it, the module is not imported for anything else.
    from eventlog.postgres.snapshot import PostgresSnapshot

    open_snapshot = partial(PostgresSnapshot, partial(connect, url))
    return StoredLog(shown(url), origin, load_verifier(key, origin), open_snapshot)


def _log_id(url: str) -> str:
    """Raises LogNotOpened."""
    with closing(open_database(url)) as db:
        try:
            return log_id(db)
        except STORAGE_ERRORS as error:
            raise LogNotOpened(
                f"the event log in {shown(url)} cannot be read: {reason(error)}"
            ) from error
