"""A transcript as a PDF, tagged for screen readers (PDF/UA-1) and in all scripts that the machine
has fonts for.

The typesetter, Typst, runs in a process of its own: the gateway never waits for it, its memory goes
with it, and a transcript that is too much for it takes nothing else along.
"""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.transcript.blocks import TranscriptLayout


logger = logging.getLogger(__name__)

MODULE = "api.transcript.typesetting"
SECONDS = 30
"""How long one PDF may take. Fifteen answers of 10,000 characters take one or two."""

CPU_SECONDS = 60
MEMORY_BYTES = 4 * 1024**3
"""Of addresses: fonts are mapped into memory, and used in part."""


class PdfNotMade(Exception):
    """The PDF cannot be made. The message says what to do."""


@dataclass(frozen=True)
class Pdf:
    """The file, and the characters that are shown by their codes because no font has them."""

    content: bytes
    missing: tuple[str, ...]


def check_installed() -> None:
    """Raises PdfNotMade where the typesetter is not installed."""
    if find_spec("typst") is None:
        raise PdfNotMade(
            "PDF needs the extra pdf: install interview-gateway[pdf]. Or export HTML and print it "
            "from a browser."
        )


class Typesetter:
    """Makes PDFs, one at a time: each keeps all cores busy for a second or two."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def make(self, layout: "TranscriptLayout") -> Pdf:
        """The transcript as a PDF. Raises PdfNotMade."""
        from api.transcript.sheets import sheet_of  # which most gateways never need

        check_installed()
        # A long interview takes half a second of Python.
        sheet = await asyncio.to_thread(lambda: json.dumps(sheet_of(layout)).encode())
        async with self._turn:
            try:
                made = await asyncio.wait_for(_run(sheet), SECONDS)
            except TimeoutError:
                raise PdfNotMade(
                    f"The PDF took more than {SECONDS} seconds. Export HTML, and print it from a "
                    "browser."
                ) from None
        missing, _, content = made.partition(b"\n")
        return Pdf(content, tuple(json.loads(missing)))


async def _run(sheet: bytes) -> bytes:
    """What the process writes. It ends with this, however this ends. Raises PdfNotMade."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        made, said = await process.communicate(sheet)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        logger.warning("A PDF could not be made (exit %s): %.300s", process.returncode, last)
        raise PdfNotMade(
            "The PDF could not be made: the typesetter failed. Export HTML, and print it from a "
            "browser."
        )
    return made
