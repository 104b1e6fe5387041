"""The gateway as a process that is quick to start again.

Python and the libraries are loaded once, in a server that forks: a start then costs what the
gateway itself does, and a kill at a random moment of it meets the opening of the log rather than
an import.
"""

import multiprocessing
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds after which a gateway should have started or stopped, on a machine that is busy."""

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["api.app", "api.cli.app", "api.http.server", "uvicorn"])


def fork(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Run `work` in a process of its own."""
    process = _forking.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def _serve(folder: Path, env: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    printing = os.open(folder / "printed.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(printing, stream)
    # What the command `interview-gateway` is.
    from api.cli.app import app

    app(["serve"])


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


class ForkedGateway:
    """A gateway in `folder`, just begun; what it prints is in `printed`."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._printing = folder / "printed.txt"
        self._printing.unlink(missing_ok=True)
        self._process = fork(_serve, folder, env)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def printed(self) -> str:
        return self._printing.read_text() if self._printing.exists() else ""

    def url(self) -> str:
        """Where it listens, once it does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.is_alive():
            found = re.search(r"page: (http://(\S+):(\d+))/", self.printed)
            if found and _listens(found[2], int(found[3])):
                return found[1]
            time.sleep(0.005)
        raise AssertionError(f"the gateway did not start:\n{self.printed}")

    def has_ended(self, within: float) -> bool:
        """Whether it ends in so many seconds."""
        self._process.join(within)
        return not self._process.is_alive()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        if self._process.is_alive():
            os.kill(self.pid, number)
        assert self.has_ended(PATIENCE), f"the gateway did not stop:\n{self.printed}"
        code = self._process.exitcode
        assert code is not None
        return code
