"""`interview-gateway audit export`: one interview to read, to print, or to check."""

import sys
from pathlib import Path

import typer

from api.cli.errors import CommandError
from api.cli.lookup import records_in
from api.transcript.document import transcript_of
from api.transcript.escaping import escape_line
from api.transcript.formats import Format
from api.transcript.html import as_html
from api.transcript.markdown import as_markdown
from api.usecases.bundles import bundle_text
from eventlog.notes import BadNote, Checkpoint
from eventlog.protocol import ReadableLog


async def export(log: ReadableLog, named: str, format: Format, kept: str | None) -> str:
    """The interview as text. A bundle also proves that the log goes on from the checkpoint
    `kept`, a signed note. Raises CommandError, LogCorrupted or LogUnavailable."""
    records = await records_in(log, named)
    if format is Format.JSON:
        try:
            return await bundle_text(log, records[0].interview_id, kept=kept)
        except BadNote as error:
            raise CommandError(f"the checkpoint is not from this log: {error}") from error
    transcript = transcript_of(records)
    return as_html(transcript) if format is Format.HTML else as_markdown(transcript)


def write(text: str, output: Path | None) -> None:
    """Write to `output`, a new file, and say so on standard error; or to standard output. Raises
    CommandError."""
    if output is None:
        sys.stdout.write(text)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
        size = output.stat().st_size
    except FileExistsError:
        if output.is_dir():
            raise CommandError(
                f"--output {output} is a folder; name a new file, in it or elsewhere"
            ) from None
        raise CommandError(f"{output} exists already; remove it, or name another file") from None
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from error
    typer.echo(f"Wrote {escape_line(str(output))} ({size:,} bytes).", err=True)


def read_note(file: Path) -> str:
    """The text of a kept checkpoint, whether it holds or not. Raises CommandError."""
    try:
        note = file.read_text(encoding="utf-8-sig")  # some programs put a mark before all they save
        Checkpoint.parse(note)
    except OSError as error:
        raise CommandError(
            f"--checkpoint {file} cannot be read ({error.strerror}); give the file of a checkpoint "
            "that you kept"
        ) from error
    except (BadNote, UnicodeDecodeError) as error:
        raise CommandError(
            f"--checkpoint {file} has no checkpoint; give a file that `interview-gateway audit "
            "checkpoint` wrote"
        ) from error
    return note
