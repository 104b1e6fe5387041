"""A log's first key, and the changes of it.

Only a log that was never sealed is given a key unasked, by the gateway that makes the log. It is
sealed at once, with a checkpoint over no events: from then on the log itself names its key, and
every other gateway needs a copy of it to sign. Without one, all else works.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from eventlog import tree
from eventlog.errors import EventLogError
from eventlog.keychanges import LOG_STREAM, draft_change
from eventlog.keys import install_staged, load_verifier, make_key, stage_key, staged_at
from eventlog.notes import Checkpoint, VerifierKey
from eventlog.postgres.appending import put_events
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import BEGIN
from eventlog.postgres.queries import keys_in
from eventlog.postgres.writing import LIMITS, WritingDatabase
from eventlog.records import Record

logger = logging.getLogger(__name__)

NEXT_VERSION: Final = (
    "SELECT coalesce(max(version), 0) + 1 FROM interview_log.events WHERE interview_id = %s"
)
LOCK_HEAD: Final = "SELECT FROM interview_log.head WHERE one FOR UPDATE"
SEAL: Final = (
    "INSERT INTO interview_log.checkpoints (size, note) SELECT %(size)s, %(note)s "
    "WHERE %(size)s > (SELECT coalesce(max(size), %(none)s) FROM interview_log.checkpoints)"
)


def give_key(db: Connection[Any], key: Path, origin: str) -> None:
    """Give a log that was never sealed its key, and finish a change of key that was cut short."""
    try:
        due = keys_in(db, origin).due()
        if due is None:
            _make_key(db, key, origin)
        elif (staged := load_verifier(staged_at(key), origin)) and staged.id == due:
            install_staged(key)
    except (*STORAGE_ERRORS, EventLogError) as error:
        # The log is as good as ever; who asks it for a signature is told what is wrong.
        why = error if isinstance(error, EventLogError) else reason(error)
        logger.warning("The event log's key could not be recorded: %s", why)


def _make_key(db: Connection[Any], key: Path, origin: str) -> None:
    """Make the key, unless another gateway was faster."""
    try:
        db.execute(BEGIN)
        db.execute(LIMITS)
        db.execute(LOCK_HEAD)
        if keys_in(db, origin).due() is None:
            key.parent.mkdir(parents=True, exist_ok=True)
            make_key(key)
            signer = keys_in(db, origin).signer(key)
            note = signer.sign(Checkpoint(signer.name, 0, tree.EMPTY_ROOT).text())
            db.execute(SEAL, {"size": 0, "note": note, "none": -1})
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def keep_checkpoint(db: Connection[Any], size: int, note: str) -> None:
    """Keep a checkpoint in the log, if it covers more than those that are there."""
    db.execute(LOCK_HEAD)
    db.execute(SEAL, {"size": size, "note": note, "none": 0})


def record_change(
    db: Connection[Any],
    log: WritingDatabase,
    key: Path,
    origin: str,
    reason: str,
    at: datetime,
    given: VerifierKey | None,
) -> tuple[Record]:
    """Make a new key and record in the log that it signs from now on; `install_staged` puts it in
    its place once this is committed. The record of the change. `given` is the old public key, for
    where it is lost (`KeysOfLog.old_key`). Raises WrongOldKey, LogUnavailable or LogCorrupted.
    """
    before = log.head(db)
    old = keys_in(db, origin).old_key(key, given)
    new = stage_key(key, origin)
    [(version,)] = db.execute(NEXT_VERSION, [LOG_STREAM]).fetchall()
    record = draft_change(version, old, new, reason, at).at(before.size)
    put_events(db, log, before, [record])
    return (record,)
