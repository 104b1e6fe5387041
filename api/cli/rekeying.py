"""`interview-gateway audit new-key`: another key signs the log's checkpoints from now on."""

import asyncio

from api.cli.confirming import confirm
from api.cli.errors import CommandError
from api.cli.keys import read_key
from api.cli.reasons import check_reason
from api.cli.terminal import console
from api.environment import eventlog_key
from api.transcript.escaping import escape_line
from eventlog.errors import LogInUse
from eventlog.keychanges import Changed
from eventlog.notes import VerifierKey
from eventlog.open import open_log, stored_log
from eventlog.times import utc_now

QUESTION = "Sign the checkpoints of this log with a new key from now on?"


def change_key(url: str, *, old_key: str | None, reason: str, is_sure: bool) -> None:
    """Change the key of the log that `url` names, and print the new one. `old_key` is the public
    key until now, as text or as a file of it. Raises CommandError or EventLogError."""
    check_reason(reason)
    stored = stored_log(url, eventlog_key())
    where = stored.where
    given = read_key("--old-key", old_key, stored.origin) if old_key is not None else None
    if not is_sure:
        known = "unknown" if stored.beside is None else str(stored.beside)
        confirm(
            [("Event log", where), ("Key now", known)], QUESTION, if_not="The key is unchanged."
        )
    try:
        changed = asyncio.run(_changed(url, reason, given))
    except LogInUse as error:
        raise CommandError(
            f"a gateway uses the event log {where}; stop the gateway, make the key, then start it"
        ) from error
    change = changed.change
    out = console()
    out.print(escape_line(f"Log: {where}"))
    out.print(f"Changed at event {change.position}, which a checkpoint by the new key covers.")
    if changed.aside is not None:
        out.print(escape_line(f"The old key file is kept as {changed.aside}"))
    if change.old is None:
        out.print(
            "The old public key is not known here. Its signatures can be checked only with that "
            "key: if you kept it, give it to `audit verify --key` too."
        )
    out.print("Give the new public key to everyone who checks the log, in a way they trust:")
    out.print(escape_line(str(change.new)))


async def _changed(url: str, reason: str, old_key: VerifierKey | None) -> Changed:
    log = open_log(url, eventlog_key())
    try:
        return await log.change_key(reason, utc_now(), old_key)
    finally:
        await log.close()
