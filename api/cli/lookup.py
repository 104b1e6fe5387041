"""Which interview a person means: by its id, the beginning of it, or `last`."""

import re
from collections.abc import Sequence
from pathlib import Path

from api.cli.errors import CommandError, NotFound
from api.cli.shared import read_log
from eventlog.errors import LogCorrupted
from eventlog.protocol import ReadableLog
from eventlog.records import Record

NEWEST = "last"
SHOWN = 5
"""How many of the interviews that a beginning fits are named."""


async def find_interview(log: ReadableLog, text: str) -> str:
    """The id of the interview that `text` names. Raises NotFound or LogUnavailable."""
    if text == NEWEST:
        newest = (await log.overviews(limit=1)).rows
        if not newest:
            raise NotFound(f"the event log {log.where} has no interviews yet")
        return newest[0].interview_id
    beginning = text.lower()
    if not re.fullmatch("[0-9a-f-]+", beginning):
        raise NotFound(
            f"{text!r} is not the id of an interview; give an id, its beginning, or last"
        )
    found = await log.beginning_with(beginning, SHOWN + 1)
    if not found:
        raise NotFound(
            f"no id begins with {text}; `interview-gateway interviews` lists the interviews"
        )
    if len(found) > 1:
        more = " and more" if len(found) > SHOWN else ""
        raise NotFound(
            f"several ids begin with {text}: {', '.join(found[:SHOWN])}{more}; type more of the id"
        )
    return found[0]


def records_named(log: str | None, named: str) -> Sequence[Record]:
    """The records of the interview that `named` names: one in the log (`--log`), or a file that
    an interview was exported to. Raises CommandError, EventLogError or InvalidSettings."""
    file = Path(named)
    if file.is_file():
        if log is not None:
            raise CommandError(f"--log has no effect: {named} is a file, so no log is read")
        return read_recording(file)
    if file.name != named or file.suffix:
        what = "is a folder" if file.is_dir() else "does not exist"
        raise NotFound(f"the file {named} {what}; give the file of an exported interview, or an id")
    return read_log(log, lambda log: records_in(log, named))


async def records_in(log: ReadableLog, named: str) -> Sequence[Record]:
    """The records of the interview that `named` names, at least one. Raises NotFound,
    LogCorrupted or LogUnavailable."""
    id = await find_interview(log, named)
    records = await log.records(id)
    if not records:
        raise LogCorrupted(f"the list has interview {id}, but the log has no events of it")
    return records


def read_recording(file: Path) -> Sequence[Record]:
    """The records of an exported interview. Raises CommandError."""
    from api.usecases.recordings import BadRecording, read_records

    try:
        return read_records(file)
    except BadRecording as error:
        raise CommandError(str(error)) from error
