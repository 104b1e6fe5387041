"""The gateway as a process, started by the command line."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from backends.services import SERVICES
from tests.forked import CAN_FORK, PATIENCE, Command
from tests.gateways import NOWHERE
from tests.http_clients import http_client

COMMAND = (sys.executable, "-m", "api.cli")
TAKE_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Run a command in the terminal that is its input, so that Ctrl-C there interrupts it. A shell's
job in the background ignores Ctrl-C, and so does what it starts: a whole run of the tests."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which every service is refused and the log is in `folder`."""
    urls = {info.variable: NOWHERE for info in SERVICES}
    own = {"EVENTLOG_URL": f"sqlite:///{folder}/interviews.db", "PORT": "0"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME") or name.startswith("COVERAGE")
    }
    python_path = str(Path(__file__).resolve().parents[1])
    return {**kept, "PYTHONPATH": python_path, "PYTHONUNBUFFERED": "1", **urls, **own, **more}


def run(
    *arguments: str,
    env: Mapping[str, str],
    cwd: Path,
    patience: float = PATIENCE,
    stdin: str = os.devnull,
) -> subprocess.CompletedProcess[str]:
    """Run a command of the gateway to its end; `stdin` is the file that it reads."""
    if not CAN_FORK:
        return run_in_own_python(*arguments, env=env, cwd=cwd, patience=patience)
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        command = Command(arguments, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr)
        try:
            code = command.wait(patience)
        finally:
            command.kill()
        return subprocess.CompletedProcess(
            arguments, code, stdout.read_text("utf-8"), stderr.read_text("utf-8")
        )


def run_in_own_python(
    *arguments: str, env: Mapping[str, str], cwd: Path, patience: float = PATIENCE
) -> subprocess.CompletedProcess[str]:
    """Run a command of the gateway from Python's own start to its end, which takes a second."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def run_in_terminal(
    *arguments: str, types: str, env: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command of the gateway for a person who is asked something and then types, also Ctrl-C
    ("\\x03"). Only its input is a terminal."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    import pty

    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *COMMAND, *arguments],
            env=env, cwd=cwd, start_new_session=True,
            stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stderr is not None
            asked = b""
            while not asked.endswith(b"]: ") and (more := process.stderr.read(1)):
                asked += more
            os.write(ours, types.encode())
            try:
                out, rest = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
    finally:
        os.close(ours)
        os.close(theirs)
    errors = (asked + rest).decode()
    return subprocess.CompletedProcess(arguments, process.returncode, out.decode(), errors)


class Process:
    """A gateway that runs as a process; what it prints is in `printed`. Only in its `own_python`
    is it started as its user starts it, which takes a second longer."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, own_python: bool = False) -> None:
        self._printing = folder / "printed.txt"
        self._printing.write_text("")
        self.popen = _begin(folder, env, self._printing, own_python or not CAN_FORK)
        self.url = self.wait_for(r'page: (http://[^\s"]+)/["\n]')
        self.client = http_client(base_url=self.url, timeout=PATIENCE)
        self._wait_until_it_answers()

    @property
    def printed(self) -> str:
        return self._printing.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self.client.close()
        self.popen.send_signal(number)
        return self.popen.wait(PATIENCE)

    def wait_for(self, pattern: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.popen.poll() is None:
            if found := re.search(pattern, self.printed):
                return found.group(1)
            time.sleep(0.01)
        self.popen.kill()
        self.popen.wait(PATIENCE)
        raise AssertionError(f"the gateway never printed {pattern!r}:\n{self.printed}")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self.client.get("/health")
            except httpx.TransportError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError("the gateway never answered")


def _begin(
    folder: Path, env: Mapping[str, str], printing: Path, own_python: bool
) -> subprocess.Popen[bytes] | Command:
    if not own_python:
        return Command(["serve"], env=env, cwd=folder, stdout=printing, stderr=printing)
    with printing.open("w") as output:
        return subprocess.Popen(
            [*COMMAND, "serve"], env=env, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )


@contextmanager
def _ended(process: Process) -> Iterator[Process]:
    """The process, which is killed at the end if it still runs."""
    try:
        yield process
    finally:
        process.client.close()
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait(PATIENCE)


def gateway_process(folder: Path, **more: str) -> AbstractContextManager[Process]:
    """A running gateway."""
    return _ended(Process(folder, environment(folder, **more)))


def gateway_in_own_python(folder: Path, **more: str) -> AbstractContextManager[Process]:
    """A running gateway, started as its user starts it: from Python's own start on."""
    return _ended(Process(folder, environment(folder, **more), own_python=True))


class Mortal:
    """A gateway that can be stopped or killed, and started again as if nothing had been."""

    def __init__(self, folder: Path, **more: str) -> None:
        self._folder = folder
        self._environment = environment(folder, **{"PORT": str(free_port()), **more})
        self._process = Process(folder, self._environment)
        self.url = self._process.url

    def stop(self) -> int:
        """Let it stop in good order; the exit code."""
        return self._process.stop()

    def die(self) -> None:
        self._process.stop(signal.SIGKILL)

    def live(self) -> None:
        self._process = Process(self._folder, self._environment)
        assert self._process.url == self.url

    def end(self) -> None:
        if self._process.popen.poll() is None:
            self.die()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mortal_gateway(folder: Path, **more: str) -> Iterator[Mortal]:
    gateway = Mortal(folder, **more)
    try:
        yield gateway
    finally:
        gateway.end()
