"""The command line in processes that are quick to start.

Python and the libraries are loaded once, in a server that forks. A command then costs what it does
itself, and not the second that its imports take. And a kill at a random moment of a gateway meets
the opening of its log rather than an import.
"""

import atexit
import gc
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds after which a process should have done what it was asked, on a machine that is busy."""

CAN_FORK = sys.platform != "win32"

LOADED = (
    *("interview_gateway", "api.cli.app", "api.cli.serving", "api.cli.verifying"),
    *("api.cli.interviews", "api.cli.replay"),
    "anyio._backends._asyncio",  # files that are answered with
    "tests.warmth",  # all that interviews load
)


@cache
def _forking() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    return context


def fork(work: Callable[..., None], *arguments: Any, daemon: bool = True) -> BaseProcess:
    """Run `work` in a process of its own. A daemon is ended with the tests, and may start no
    worker processes."""
    process: BaseProcess = _forking().Process(target=work, args=arguments, daemon=daemon)
    process.start()
    return process


def _work(arguments: Sequence[str], folder: Path, env: Mapping[str, str], files: list[str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    _open_streams(*files)
    sys.argv = ["interview-gateway", *arguments]
    gc.freeze()  # or the gateway's own first collection would go through all that is loaded
    from interview_gateway import main

    try:
        main()
    finally:
        # A forked process ends without them. One writes down what coverage has measured.
        atexit._run_exitfuncs()


def _open_streams(stdin: str, stdout: str, stderr: str) -> None:
    """As Python itself opens them where the environment tells of no language."""
    written = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for stream, (file, flags) in enumerate(
        ((stdin, os.O_RDWR | os.O_NOCTTY), (stdout, written), (stderr, written))
    ):
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    how: dict[str, Any] = {"encoding": encoding or "utf-8", "closefd": False}
    errors = errors or ("strict" if encoding else "surrogateescape")
    sys.stdin = open(0, errors=errors, **how)  # noqa: SIM115
    sys.stdout = open(1, "w", errors=errors, **how)  # noqa: SIM115
    sys.stderr = open(2, "w", errors="backslashreplace", buffering=1, **how)  # noqa: SIM115


class Command:
    """`interview-gateway` with `arguments`, just begun in `folder`. It has what is used of
    `subprocess.Popen`. What it prints goes to files."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdout: Path,
        stderr: Path,
        stdin: str = os.devnull,
    ) -> None:
        self.args = arguments
        files = [stdin, str(stdout), str(stderr)]
        self._process = fork(_work, arguments, cwd, env, files, daemon=False)
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return code

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it may have ended just now
            if self.poll() is None:
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


class ForkedGateway:
    """A gateway in `folder`, just begun; what it prints is in `printed`."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._printing = folder / "printed.txt"
        self._printing.unlink(missing_ok=True)
        self._command = Command(
            ["serve"], env=env, cwd=folder, stdout=self._printing, stderr=self._printing
        )

    @property
    def pid(self) -> int:
        return self._command.pid

    @property
    def printed(self) -> str:
        return self._printing.read_text() if self._printing.exists() else ""

    def url(self) -> str:
        """Where it listens, once it does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._command.poll() is None:
            found = re.search(r"page: (http://(\S+):(\d+))/", self.printed)
            if found and _listens(found[2], int(found[3])):
                return found[1]
            time.sleep(0.005)
        raise AssertionError(f"the gateway did not start:\n{self.printed}")

    def has_ended(self, within: float) -> bool:
        """Whether it ends in so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._command.wait(within)
        return self._command.poll() is not None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self._command.send_signal(number)
        assert self.has_ended(PATIENCE), f"the gateway did not stop:\n{self.printed}"
        return self._command.wait(0)
