"""A PostgreSQL server for tests: a cluster of its own in a temporary folder, started with the first
log that a process needs. Where PostgreSQL is not installed, tests that need it are skipped."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from eventlog.postgres.roles import grant
from tests.processes import free_port

_numbers = count()

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "autovacuum": "off",  # a test says itself when dead rows go
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}
READY_SECONDS = 60

# To copy a database writes some 600 files; on a busy disk that takes half a second.
IN_MEMORY = next((folder for folder in ("/dev/shm",) if os.access(folder, os.W_OK)), None)
LOGS = 32
"""How many logs a cluster keeps. Each takes some 12 MB; no test needs as many at once."""

GATEWAY, ERASER, AUDITOR = "a_gateway", "an_eraser", "an_auditor"
"""Roles that have their rights to the logs that a cluster makes."""


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(os.path.realpath(found)).parent
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return newest[-1].parent if newest else None


PROGRAMS = _programs()
needs_postgres = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")


class Cluster:
    """A running server, which follows `primary` if one is given. `settings` go before those that
    all clusters of tests have."""

    def __init__(self, primary: "Cluster | None" = None, /, **settings: str) -> None:
        assert PROGRAMS is not None
        waits_for_disk = settings.get("fsync") == "on"
        folder = None if waits_for_disk else IN_MEMORY
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=folder))
        self._logs: deque[str] = deque()
        self.data = self.folder / "data"
        self._programs = PROGRAMS
        self._as = not_as_root(self.folder)
        self._settings = SETTINGS | settings
        self._primary = primary
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        if primary is None:
            as_is = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
            self._run("initdb", "-D", self.data, *as_is)
        else:
            # It writes down whom to follow (-R).
            copied = ("-d", primary.url("postgres"), "-R", "-c", "fast", "-N")
            self._run("pg_basebackup", "-D", self.data, *copied)
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        given = [f"--{name}={value}" for name, value in (self._settings | options).items()]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as, self._programs / "postgres", "-D", self.data, *given],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        give_up = time.monotonic() + READY_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                runs = self._server.poll() is None and time.monotonic() < give_up
                assert runs, (self.folder / "log").read_text()[-2000:]
                time.sleep(0.02)

    @property
    def pid(self) -> int:
        """The process that started all others of the server."""
        assert self._server is not None
        return self._server.pid

    def pids(self) -> list[int]:
        """All processes of the server."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def kill(self) -> None:
        """Stop all of the server at once, as a power cut does."""
        assert self._server is not None
        # One that is forked meanwhile would live on, and no server starts beside it.
        self._server.send_signal(signal.SIGSTOP)
        pids = self.pids()
        self.signal(signal.SIGKILL)
        self._server.wait()
        give_up = time.monotonic() + READY_SECONDS
        while any(map(_runs, pids)):
            assert time.monotonic() < give_up, "PostgreSQL outlived a kill"
            time.sleep(0.001)

    def signal(self, number: int) -> None:
        """Send a signal to every process of the server."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self) -> None:
        """Stop the server in good order, whoever is connected."""
        assert self._server is not None
        self._server.send_signal(signal.SIGINT)
        self._server.wait()

    def catch_up(self) -> None:
        """Wait until it has replayed all that its primary has written."""
        assert self._primary is not None
        [(written,)] = self._primary.execute("SELECT pg_current_wal_lsn()")
        replayed = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
        give_up = time.monotonic() + READY_SECONDS
        while self.execute(replayed) != [(True,)]:
            assert time.monotonic() < give_up, "the standby does not follow its primary"
            time.sleep(0.02)

    def remove(self) -> None:
        assert self._server is not None
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGCONT)
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Execute a statement as the superuser; the rows that it returns."""
        with closing(psycopg.connect(self.url(database), autocommit=True)) as db:
            found = db.execute(statement)
            return found.fetchall() if found.description else []

    @cache  # noqa: B019 - a cluster lives as long as its process
    def _template(self) -> str:
        """A database that holds an empty log, from which others are copied."""
        self.execute("CREATE DATABASE prepared")
        for role in (GATEWAY, ERASER, AUDITOR):
            self.execute(f"CREATE ROLE {role} LOGIN")
        grant(self.url("prepared"), GATEWAY, ERASER, AUDITOR)
        return "prepared"

    def empty_database(self) -> str:
        """The URL of a new database without a log."""
        name = f"empty_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def empty_log(self, user: str = "postgres") -> str:
        """The URL of a new database that holds an empty log, for the superuser that owns it or
        for a role that was given rights to it."""
        name = f"log_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self._template()}")
        self.execute("UPDATE interview_log.log SET id = DEFAULT", name)
        self._logs.append(name)
        if len(self._logs) > LOGS:
            self.execute(f"DROP DATABASE IF EXISTS {self._logs.popleft()} WITH (FORCE)")
        return self.url(name, user)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._as, self._programs / program, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)


def not_as_root(folder: Path) -> list[str]:
    """What runs a command as another user, who then owns the folder, if this one is root:
    PostgreSQL's programs refuse to run as root."""
    if os.geteuid() != 0:
        return []
    user = next((u for u in ("postgres", "nobody") if _exists(u)), "nobody")
    shutil.chown(folder, user)
    return ["setpriv", f"--reuid={user}", "--clear-groups", "--"]


def _runs(pid: int) -> bool:
    """Whether the process still has memory; one that nobody waited for has none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _exists(user: str) -> bool:
    return any(line.startswith(f"{user}:") for line in Path("/etc/passwd").read_text().splitlines())


@cache
def cluster() -> Cluster:
    """The server that all tests of this process share. A test must not stop it."""
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed")
    started = Cluster()
    atexit.register(started.remove)
    return started


@contextmanager
def own_cluster(primary: Cluster | None = None, /, **settings: str) -> Iterator[Cluster]:
    """A server that the test may stop and kill."""
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed")
    started = Cluster(primary, **settings)
    try:
        yield started
    finally:
        started.remove()
