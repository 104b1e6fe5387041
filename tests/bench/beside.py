"""A small server of the benches, as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running_beside(module: str, argument: str) -> Iterator[str]:
    """Its URL, which is the first line that `python -m module argument` prints."""
    command = [sys.executable, "-m", module, argument]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()
