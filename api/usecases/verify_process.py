"""The process that checks the log for the gateway: `python -m api.usecases.verify_process
WHERE ORIGIN`, with the log's address in the first line of its standard input. The address may hold
a password, and everybody on the machine can see what a process was started with.

It prints a line for each step, which begins with a word: "progress" or "report" and JSON, or
"trouble" and what keeps it from going on. It ends when its standard input does: the gateway holds
the other end, and lets go of it however it ends itself, killed or not.
"""

import os
import sys
from threading import Thread
from time import monotonic

from api.usecases.verify_report import VerifyProgress, VerifyReport
from eventlog.errors import LogUnavailable
from eventlog.open import stored_log_at
from eventlog.verification.verify import verify

NICENESS = 10
"""How much lower the priority of a check is than that of the gateway beside it."""

PROGRESS_SECONDS = 0.1
"""The least time between two lines of progress."""


def lower_priority() -> None:
    """Leave the processor to others. (On Windows whoever starts a process says so.)"""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


class _Progress:
    """Prints how far it is, but not too often."""

    def __init__(self) -> None:
        self._printed = float("-inf")

    def __call__(self, done: int, of: int) -> None:
        if monotonic() - self._printed >= PROGRESS_SECONDS:
            self._printed = monotonic()
            _print("progress", VerifyProgress(done=done, of=of).model_dump_json())


def _print(word: str, line: str) -> None:
    sys.stdout.buffer.write(f"{word} {line}\n".encode())
    sys.stdout.buffer.flush()


def _end_with_input() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def main(_where: str, origin: str) -> None:
    # Without a buffer: its lock, held by the thread below, would keep Python from ending.
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as unbuffered:
        address = unbuffered.readline().decode().rstrip("\n")
    Thread(target=_end_with_input, daemon=True).start()
    lower_priority()
    try:
        report = verify(stored_log_at(address, origin), progress=_Progress())
    except LogUnavailable as error:
        _print("trouble", str(error))
        return
    whole = VerifyProgress(done=report.events, of=report.events)
    _print("progress", whole.model_dump_json())
    _print("report", VerifyReport.of_report(report).model_dump_json(by_alias=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
