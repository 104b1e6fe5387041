"""`interview-gateway log copy`: the whole log, from one place to another."""

import asyncio
from contextlib import closing

from api.cli.errors import CommandError
from api.cli.progress import shown_progress
from api.cli.terminal import console
from api.environment import eventlog_key
from api.transcript.escaping import escape_line
from eventlog.copying import Copied, Source, Target, copy_log
from eventlog.errors import LogCorrupted
from eventlog.keys import copy_key
from eventlog.open import copy_source, copy_target, open_reader, stored_log
from eventlog.verification.verify import verify


def copy_log_to(source_url: str, target_url: str) -> bool:
    """Copy the log at `source_url` to `target_url`, check the copy and print what came of it;
    whether it is the same. Raises CommandError or EventLogError."""
    key = eventlog_key()
    source, target = copy_source(source_url, key), copy_target(target_url, key)
    if source.where == target.where:
        raise CommandError("FROM and TO are the same log; give another TO")
    copied, has_key = _copy(source, target)
    with shown_progress("Checking") as told:
        report = verify(stored_log(target_url, key), progress=told)
    out = console()
    out.print(escape_line(f"From: {source.where}"))
    out.print(escape_line(f"To: {target.where} ({report.origin})"))
    is_same = (report.events, report.root, report.coverage.seals) == (
        copied.events,
        copied.root,
        copied.checkpoints,
    )
    if not (report.holds and is_same):
        out.print("The copy is NOT the same log. Do not use it.", style="red")
        out.print("Check both with `interview-gateway audit verify`.")
        return False
    out.print(
        f"Copied and checked: {copied.events:,} events and {copied.checkpoints:,} checkpoints, "
        f"with the same root hash {copied.root.hex()}.",
        style="green",
    )
    if has_key:
        out.print(escape_line(f"The signing key is in {target.key(source.log_id)}"))
    else:
        missing = (
            f"There is no signing key in {source.key}. Put it into {target.key(source.log_id)}"
        )
        out.print(escape_line(missing), style="yellow")
    _tell_of_newer(source_url, copied.events)
    return True


def _copy(source: Source, target: Target) -> tuple[Copied, bool]:
    """What was copied, and whether a key was there to copy."""
    with (
        shown_progress("Copying") as told,
        closing(source.moment()) as moment,
        target.fill(source.log_id) as filling,
    ):
        try:
            copied = copy_log(moment, filling, told)
        except LogCorrupted as error:
            raise LogCorrupted(f"nothing was copied: {error}") from error
        return copied, copy_key(source.key, target.key(source.log_id))


def _tell_of_newer(url: str, events: int) -> None:
    """Say how many events a gateway has added to FROM since it was copied."""

    async def head() -> int:
        log = open_reader(url, eventlog_key())
        try:
            return await log.head()
        finally:
            await log.close()

    newer = asyncio.run(head()) - events
    if newer > 0:
        console().print(
            f"FROM has {newer:,} newer {'event' if newer == 1 else 'events'}, which the copy does "
            "not have. To move the log, stop its gateways and copy it to another new place.",
            style="yellow",
        )
