"""A log's first key, and the changes of it.

Only a log that was never sealed is given a key unasked. It is sealed at once, with a checkpoint
over no events: from then on the log itself names its key, and a copy of it without the key file is
known for what it is. That goes for the log of an older release too, whose key file may be there
already.
"""

import logging
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from eventlog import tree
from eventlog.errors import EventLogError
from eventlog.keychanges import LOG_STREAM, draft_change
from eventlog.keys import (
    install_staged,
    load_verifier,
    make_key,
    stage_key,
    staged_at,
)
from eventlog.notes import Checkpoint, VerifierKey
from eventlog.records import Record
from eventlog.sqlite import file
from eventlog.sqlite.appending import put_events
from eventlog.sqlite.nodes import head_of
from eventlog.sqlite.queries import keys_in

logger = logging.getLogger(__name__)

NEXT_VERSION = "SELECT coalesce(max(version), 0) + 1 FROM events WHERE interview_id = ?"
SEAL_OVER_NOTHING = "INSERT INTO checkpoints (size, note) VALUES (0, ?)"


def give_key(path: Path, origin: str) -> None:
    """Give a log that was never sealed its key, and finish a change of key that was cut short. The
    log must be held."""
    key = file.key_path(path)
    try:
        with closing(file.open_read_only(path)) as db:
            due = keys_in(db, origin).due()
        if due is None:
            make_key(key)
            _seal_over_nothing(path, origin)
        elif (staged := load_verifier(staged_at(key), origin)) and staged.id == due:
            install_staged(key)
    except (*file.STORAGE_ERRORS, EventLogError) as error:
        # The log is as good as ever; who asks it for a signature is told what is wrong.
        why = error if isinstance(error, EventLogError) else file.reason(error)
        logger.warning("The event log's key could not be recorded: %s", why)


def _seal_over_nothing(path: Path, origin: str) -> None:
    with closing(file.open_writer(path)) as db:
        signer = keys_in(db, origin).signer(file.key_path(path))
        note = signer.sign(Checkpoint(signer.name, 0, tree.EMPTY_ROOT).text())
        db.execute(SEAL_OVER_NOTHING, [note])


def record_change(
    db: Connection, path: Path, origin: str, reason: str, at: datetime, given: VerifierKey | None
) -> tuple[Record]:
    """Make a new key and record in the log that it signs from now on; `install_staged` puts it in
    its place once this is committed. The record of the change. `given` is the old public key, for
    where it is lost (`KeysOfLog.old_key`). Raises WrongOldKey, LogUnavailable or LogCorrupted.
    """
    old = keys_in(db, origin).old_key(file.key_path(path), given)
    new = stage_key(file.key_path(path), origin)
    version = db.execute(NEXT_VERSION, [LOG_STREAM]).fetchone()[0]
    record = draft_change(version, old, new, reason, at).at(head_of(db))
    put_events(db, [record])
    return (record,)
