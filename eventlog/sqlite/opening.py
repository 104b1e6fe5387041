"""Opening a log's file to read or to check it, whether or not a gateway writes it."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eventlog.errors import LogNotOpened, NoLog
from eventlog.keys import key_name, load_verifier
from eventlog.sqlite import file
from eventlog.sqlite.reading import SqliteReader
from eventlog.verification.snapshot import StoredLog

if TYPE_CHECKING:
    from eventlog.copying import Source, Target


def open_file(path: Path) -> SqliteReader:
    """Open the log in the file at `path` to read it. Raises LogNotOpened."""
    return SqliteReader.of(*_log_file(path))


def stored_file(path: Path) -> StoredLog:
    """Return the log in the file at `path`, to check it. Raises LogNotOpened."""
    path, log_id = _log_file(path)
    return stored_file_of(path, key_name(log_id))


def stored_file_of(path: Path, origin: str) -> StoredLog:
    """Return the log in the file at `path`, which is known to sign by the name `origin`."""
    # Where only checks need them, the modules are not imported for anything else.
    from eventlog.sqlite.snapshot import SqliteSnapshot

    beside = load_verifier(file.key_path(path), origin)
    return StoredLog(str(path), origin, beside, partial(SqliteSnapshot, path))


def _log_file(path: Path) -> tuple[Path, str]:
    """The file itself, whatever links lead to it, and the log's id.

    A log of an older release is brought up to date first, which needs that no gateway has it
    open. Raises LogNotOpened.
    """
    path = Path(os.path.realpath(path))
    if not path.exists() or path.stat().st_size == 0:
        raise NoLog(
            f"there is no event log at {path} yet; start the gateway, or say with EVENTLOG_URL or "
            "--log where it is"
        )
    file.refuse_foreign(path, to_write=False)
    try:
        if not file.is_up_to_date(path):
            from eventlog.sqlite.holding import Hold

            with Hold(path):
                file.prepare(path)
        return path, file.log_id_to_read(path)
    except file.STORAGE_ERRORS as error:
        raise LogNotOpened(f"the event log {path} cannot be read: {file.reason(error)}") from error


def source_file(path: Path) -> "Source":
    """Return the log in the file at `path`, to copy it. Raises LogNotOpened."""
    from eventlog.copying import Source
    from eventlog.sqlite.copying import SqliteMoment

    path, log_id = _log_file(path)
    return Source(str(path), log_id, file.key_path(path), partial(SqliteMoment, path))


def target_file(path: Path) -> "Target":
    """Return the file at `path`, to fill it with a copy of a log."""
    from eventlog.copying import Target
    from eventlog.sqlite.copying import filled_file

    path = Path(os.path.realpath(path))
    return Target(str(path), lambda _: file.key_path(path), partial(filled_file, path))
