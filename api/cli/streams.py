"""Standard input, output and error, whatever they are connected to.

Files and pipes get UTF-8 on every machine. A terminal keeps its own encoding, and shows a question
mark for each character that it lacks.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper


@contextmanager
def settled() -> Iterator[None]:
    """A command, which does not end with a stack trace because its output went wrong."""
    _settle_encodings()
    try:
        try:
            yield
        finally:
            _flush()
    except BrokenPipeError:  # its reader, such as `head`, has enough
        _discard_output()
        sys.exit(1)
    except OSError as error:
        _discard_output()
        what = f"{error.filename}: " if error.filename else ""
        with suppress(OSError):
            print(
                f"interview-gateway: {what}{error.strerror or error}", file=sys.stderr, flush=True
            )
        sys.exit(1)


def _settle_encodings() -> None:
    """Make it so that no character can be refused, neither printed nor typed."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def _flush() -> None:
    """Write out what is still held back. Raises OSError where it cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _discard_output() -> None:
    """Let what standard output still holds go nowhere, so that Python does not try again when it
    exits, and fail with a stack trace."""
    with suppress(OSError, ValueError):  # a stream of a test has no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
