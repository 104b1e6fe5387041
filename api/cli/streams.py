"""Standard input, output and error, whatever they are connected to.

Files and pipes get UTF-8 on every machine. A terminal keeps its own encoding, and shows a question
mark for each character that it lacks.
"""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper


def settle_encodings() -> None:
    """Make it so that no character can be refused, neither printed nor typed."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def flush() -> None:
    """Write out what is still held back. Raises OSError where it cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def discard_output() -> None:
    """Let what standard output still holds go nowhere, so that Python does not try again when it
    exits, and fail with a stack trace."""
    with suppress(OSError, ValueError):  # a stream of a test has no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
