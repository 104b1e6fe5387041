"""Opening a log: what a URL names, and every file that is refused stays as it was."""

import asyncio
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from eventlog.errors import LogInUse, LogNotOpened, LogReadOnly, LogTooNew, NotALog
from eventlog.memory import MemoryEventLog
from eventlog.open import open_log, open_reader, stored_log_at
from eventlog.protocol import EventLog
from eventlog.sqlite.file import APPLICATION_ID
from eventlog.verification.verify import verify
from tests.eventlog.evidence import execute
from tests.eventlog.interviews import OPENING, new_id, tell
from tests.eventlog.running import python

NEWER = (
    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
    "VALUES ('eventlog', 'm999_of_tomorrow', '2030-01-01')"
)
FOREIGN = "CREATE TABLE recipes (name TEXT)"


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def use(log: EventLog) -> None:
    """Append to the log and close it: it is a log in order."""
    asyncio.run(tell(log, new_id(), *OPENING))
    asyncio.run(log.close())


def make_log(path: Path) -> None:
    use(open_log(url_of(path)))


# URLs


def test_memory_names_a_log_in_memory() -> None:
    assert isinstance(open_log("memory:"), MemoryEventLog)


def test_four_slashes_name_an_absolute_file_and_its_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b c" / "log #1?%41é.db"
    log = open_log(url_of(path))
    assert path.is_file()
    assert log.where == str(path)
    use(log)


def test_three_slashes_name_a_file_from_where_the_gateway_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    log = open_log("sqlite:///data/interviews.db")
    monkeypatch.chdir("/")  # a log stays where it is, wherever its process goes
    use(log)
    assert log.where == str(tmp_path / "data" / "interviews.db")


def test_a_tilde_is_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    use(open_log("sqlite:///~/interviews.db"))
    assert (tmp_path / "interviews.db").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///~nobody-of-this-name/interviews.db",
        "sqlite://interviews.db",
        "SQLITE:///interviews.db",
        "interviews.db",
        "memory",
        "mysql://localhost/interviews",
    ],
)
def test_a_url_of_another_form_is_refused_with_the_forms_there_are(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LogNotOpened, match="sqlite:/// and a file"):
        open_log(url)
    assert list(tmp_path.iterdir()) == []


# One gateway at a time


HOLD = """
import sys
from eventlog.open import open_log, stored_log_at

log = open_log(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_gateway(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the log at `path`."""
    with python("-c", HOLD, url_of(path)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_log_that_another_process_has_is_held_until_that_one_dies(path: Path) -> None:
    with another_gateway(path) as other:
        with pytest.raises(LogInUse, match="in use by another gateway"):
            open_log(url_of(path))
        other.kill()
        other.wait()
        make_log(path)


def test_a_log_is_held_within_one_process_too_by_whatever_name(path: Path) -> None:
    log = open_log(url_of(path))
    link = path.with_name("link.db")
    link.symlink_to(path)
    for name in (path, link):
        with pytest.raises(LogInUse):
            open_log(url_of(name))
    use(log)
    make_log(link)


def test_a_log_opened_in_one_thread_is_let_go_in_another(path: Path) -> None:
    with ThreadPoolExecutor(1) as thread:
        log = thread.submit(open_log, url_of(path)).result()
    use(log)
    make_log(path)


# What is refused is left as it is


def a_foreign_database(path: Path) -> None:
    execute(path, FOREIGN)


def a_foreign_database_in_wal_mode(path: Path) -> None:
    execute(path, "PRAGMA journal_mode = WAL", FOREIGN)


def a_database_of_another_application(path: Path) -> None:
    execute(path, FOREIGN, "PRAGMA application_id = 252006674")


def a_text(path: Path) -> None:
    path.write_text("Dear diary,\n")


def random_bytes(path: Path) -> None:
    path.write_bytes(os.urandom(10_000))


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_newer_log(path: Path) -> None:
    make_log(path)
    execute(path, NEWER)


def a_log_cut_short(path: Path) -> None:
    make_log(path)
    path.write_bytes(path.read_bytes()[: 5 * 4096])


def a_log_without_its_last_byte(path: Path) -> None:
    make_log(path)
    os.truncate(path, path.stat().st_size - 1)


REFUSED: dict[Callable[[Path], None], type[LogNotOpened]] = {
    a_foreign_database: NotALog,
    a_foreign_database_in_wal_mode: NotALog,
    a_database_of_another_application: NotALog,
    a_text: NotALog,
    random_bytes: NotALog,
    a_folder: NotALog,
    a_pipe: NotALog,
    a_newer_log: LogTooNew,
    a_log_cut_short: LogNotOpened,
    a_log_without_its_last_byte: LogNotOpened,
}


def traces(path: Path) -> dict[str, str]:
    """What stands at `path` and beside it: each file's name and the hash of its bytes. A lock
    may stay beside a log, but not beside anything else."""
    return {
        found.name: hashlib.sha256(found.read_bytes()).hexdigest() if found.is_file() else ""
        for found in path.parent.iterdir()
    }


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_is_no_log_of_this_release_is_refused_and_left_as_it_was(
    path: Path, make: Callable[[Path], None]
) -> None:
    make(path)
    before = traces(path)
    with pytest.raises(LogNotOpened, match="set EVENTLOG_URL to") as refused:
        open_log(url_of(path))
    assert type(refused.value) is REFUSED[make]
    assert traces(path) == before


def test_a_newer_log_that_was_not_closed_is_known_by_its_wal(path: Path) -> None:
    """Its gateway was killed: what makes it newer stands in the WAL alone."""
    make_log(path)
    killed = path.with_name("killed.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute(NEWER)
        db.commit()
        for tail in ("", "-wal"):
            shutil.copy(f"{path}{tail}", f"{killed}{tail}")
    before = traces(killed)
    with pytest.raises(LogTooNew, match="upgrade"):
        open_log(url_of(killed))
    after = traces(killed)
    assert {name: after[name] for name in before} == before


def test_a_log_that_somebody_locked_is_said_to_be_locked(path: Path) -> None:
    make_log(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LogNotOpened, match="another process has locked it"):
            open_log(url_of(path))
    make_log(path)


def test_a_log_that_lost_its_id_is_refused(path: Path) -> None:
    make_log(path)
    execute(path, "DELETE FROM log")
    with pytest.raises(LogNotOpened, match="its file cannot be used"):
        open_log(url_of(path))


# Where nothing can be written


@pytest.fixture
def protect() -> Iterator[Callable[[Path], None]]:
    """What keeps everybody, root too, from writing to a file or a folder."""
    protected: list[Path] = []

    def protect(path: Path) -> None:
        if os.geteuid() == 0:
            done = subprocess.run(["chattr", "+i", path], capture_output=True, check=False)
            if done.returncode:
                pytest.skip("root may write anywhere here: there is no chattr +i")
        else:
            path.chmod(0o555)
        protected.append(path)

    yield protect
    for path in protected:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", path], check=True)
        else:
            path.chmod(0o755)


def test_a_read_only_log_is_refused(path: Path, protect: Callable[[Path], None]) -> None:
    make_log(path)
    protect(path)
    before = traces(path)
    with pytest.raises(LogReadOnly, match="read-only"):
        open_log(url_of(path))
    assert traces(path) == before


@pytest.mark.parametrize("name", ["interviews.db", "new/interviews.db"])
def test_a_read_only_folder_is_refused(
    tmp_path: Path, protect: Callable[[Path], None], name: str
) -> None:
    protect(tmp_path)
    with pytest.raises(LogReadOnly, match="cannot be written"):
        open_log(url_of(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(path: Path) -> None:
    path.write_text("Dear diary,\n")
    with pytest.raises(LogReadOnly, match="cannot be written"):
        open_log(url_of(path / "interviews.db"))


def test_a_link_to_itself_leads_to_no_log(path: Path) -> None:
    path.symlink_to(path)
    with pytest.raises(LogReadOnly, match="cannot be written"):
        open_log(url_of(path))


# What becomes a log


def test_an_empty_file_becomes_a_log(path: Path) -> None:
    path.touch()
    make_log(path)


def test_a_log_whose_making_was_cut_short_is_made_anew(path: Path) -> None:
    """As a power cut leaves it: some pages are in the file, and the journal to undo them."""
    making = path.with_name("making.db")
    with closing(sqlite3.connect(making, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size = 1")  # so that the journal is written before the commit
        db.execute("BEGIN")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, payload BLOB)")
        db.execute("INSERT INTO events (payload) VALUES (zeroblob(100000))")
        shutil.copy(f"{making}-journal", f"{path}-journal")
        db.execute("COMMIT")
    path.write_bytes(making.read_bytes()[: 2 * 4096])
    make_log(path)


def test_a_making_cut_short_before_the_wal_goes_on(path: Path) -> None:
    execute(path, f"PRAGMA application_id = {APPLICATION_ID}")
    make_log(path)


@pytest.mark.parametrize("open_it", [open_log, open_reader])
def test_a_relative_log_in_a_folder_that_was_deleted_is_refused(
    open_it: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(LogNotOpened, match="the working folder was deleted"):
        open_it("sqlite:///interviews.db")
    use(open_log(url_of(tmp_path / "interviews.db")))


@pytest.mark.parametrize("name", ["interviews.db", "with a space, ~ and %20?.db"])
def test_another_process_finds_the_log_by_its_address(tmp_path: Path, name: str) -> None:
    log = open_log(url_of(tmp_path / name))
    assert log.address is not None
    address, origin = log.address, log.origin
    use(log)
    report = verify(stored_log_at(address, origin))
    assert (report.holds, report.origin, report.events) == (True, origin, len(OPENING))


def test_a_log_in_memory_has_no_address() -> None:
    assert open_log("memory:").address is None
