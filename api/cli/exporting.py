"""`interview-gateway audit export`: one interview to read, to print, or to check."""

import sys
from pathlib import Path

import typer

from api.cli.errors import CommandError
from api.cli.lookup import records_in
from api.transcript.blocks import TranscriptLayout
from api.transcript.document import transcript_of
from api.transcript.escaping import escape_line
from api.transcript.evidence import evidence_of
from api.transcript.formats import Format
from api.transcript.html import as_html
from api.transcript.layout import lay_out
from api.transcript.markdown import as_markdown
from api.transcript.pdf import PdfNotMade, Typesetter
from api.usecases.bundles import bundle_text
from eventlog.notes import BadNote, Checkpoint
from eventlog.protocol import ReadableLog

SHOWN = 5
"""How many of the characters that no font has are named."""


async def export(log: ReadableLog, named: str, format: Format, kept: str | None) -> str | bytes:
    """The interview as text, or as the bytes of a PDF. A bundle also proves that the log goes
    on from the checkpoint `kept`, a signed note. Raises CommandError,
    LogCorrupted or LogUnavailable."""
    records = await records_in(log, named)
    if format is Format.JSON:
        try:
            return await bundle_text(log, records[0].interview_id, kept=kept)
        except BadNote as error:
            raise CommandError(f"the checkpoint is not from this log: {error}") from error
    transcript, evidence = transcript_of(records), await evidence_of(log, records)
    if format is Format.PDF:
        return await _pdf(lay_out(transcript, evidence))
    write_as = as_html if format is Format.HTML else as_markdown
    return write_as(transcript, evidence)


async def _pdf(told: TranscriptLayout) -> bytes:
    try:
        pdf = await Typesetter().make(told)
    except PdfNotMade as error:
        raise CommandError(str(error)) from error
    if pdf.missing:
        codes = ", ".join(f"U+{ord(character):04X}" for character in pdf.missing[:SHOWN])
        more = " and more" if len(pdf.missing) > SHOWN else ""
        typer.echo(
            f"No font on this machine has {codes}{more}: the PDF shows these characters by their "
            "codes. Install fonts for them, such as Noto's.",
            err=True,
        )
    return pdf.content


def check_pdf_output(output: Path | None) -> None:
    """Raises CommandError if a PDF would be written to a terminal."""
    if output is None and sys.stdout.isatty():
        raise CommandError("a PDF is not for a terminal; name a file with --output")


def write(content: str | bytes, output: Path | None) -> None:
    """Write to `output`, a new file, and say so on standard error; or to standard output. Raises
    CommandError."""
    if output is None:
        if isinstance(content, str):
            sys.stdout.write(content)
        else:
            sys.stdout.buffer.write(content)
        return
    try:
        with output.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
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
