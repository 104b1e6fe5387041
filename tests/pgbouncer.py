"""PgBouncer in transaction mode, in front of the server that all tests of a process share. Each
transaction may get another session. Where it is not installed, tests that need it are skipped."""

import atexit
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import pytest

from tests.postgres import AUDITOR, ERASER, GATEWAY, IN_MEMORY, cluster, not_as_root
from tests.processes import free_port

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")

SESSIONS = 3
"""Sessions that the pooler has with one database for one user: fewer than a gateway's connections,
so that these have to share them."""

SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {sessions}
server_round_robin = 1
logfile = {folder}/log
pidfile = {folder}/pid
"""
READY_SECONDS = 20


class Pooler:
    """A running PgBouncer."""

    def __init__(self) -> None:
        assert PROGRAM is not None
        self.folder = Path(tempfile.mkdtemp(prefix="pgbouncer-", dir=IN_MEMORY))
        self.port = free_port()
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(
            SETTINGS.format(
                folder=self.folder, port=self.port, server=cluster().port, sessions=SESSIONS
            )
        )
        users = ("postgres", GATEWAY, ERASER, AUDITOR)
        (self.folder / "users").write_text("".join(f'"{user}" ""\n' for user in users))
        self._process = subprocess.Popen(
            [*not_as_root(self.folder), PROGRAM, "-q", settings], stderr=subprocess.DEVNULL
        )
        give_up = time.monotonic() + READY_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < give_up
                time.sleep(0.01)

    def through(self, url: str) -> str:
        """The URL of the same database, through the pooler."""
        direct = f":{cluster().port}/"
        assert direct in url
        return url.replace(direct, f":{self.port}/")

    def remove(self) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def pooler() -> Pooler:
    """The pooler that all tests of this process share."""
    if PROGRAM is None:
        pytest.skip("PgBouncer is not installed")
    started = Pooler()
    atexit.register(started.remove)
    return started
