"""What befalls the log's file while a gateway has it, or before one is started on it: the client
gets a clear 503, or the start is refused; nothing is damaged, and where it can go on, it does."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from eventlog.errors import EventLogError, LogNotOpened
from eventlog.open import open_log
from eventlog.verification.checkpoints import Kept
from tests.desktop import Desktop
from tests.eventlog.evidence import rows
from tests.eventlog.storage_errors import locked
from tests.eventlog.verification.logs import A, B, C, D, E, F, G, H, check, copy, make
from tests.forked import ForkedGateway
from tests.gateways import serving
from tests.http_clients import http_client, seconds_to
from tests.processes import environment, run

PAGE = 4096
MEGABYTE = 2**20
LONG = "Because " * 1_000
"""An answer of two pages."""
REPLY_SECONDS = 5


class Attacked:
    """A gateway process, and the client of it that a `Desktop` needs."""

    def __init__(self, folder: Path, disk: Path | None = None) -> None:
        self.path = (disk or folder) / "interviews.db"
        env = environment(folder, EVENTLOG_URL=f"sqlite:///{self.path}")
        self.process = ForkedGateway(folder, env)
        self.client = http_client(base_url=self.process.url(), timeout=30)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(path, params=params)

    def wait_for_log(self, status: str) -> None:
        deadline = time.monotonic() + 30
        while self.get("/health").json()["gateway"]["eventLog"] != status:
            assert time.monotonic() < deadline, f"health never told that the log is {status}"
            time.sleep(0.05)


@contextmanager
def attacked(folder: Path, disk: Path | None = None) -> Iterator[Any]:
    """A gateway in `folder`, with its log there or on another `disk`, stopped in good order at the
    end."""
    gateway = Attacked(folder, disk)
    try:
        yield gateway
    finally:
        gateway.client.close()
        code = gateway.process.stop()
    assert code in (0, -signal.SIGKILL), gateway.process.printed


def check_refused(response: httpx.Response) -> None:
    """Nothing was taken, and the client is told so, in words for a person."""
    assert response.status_code == 503, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert seconds_to(response) < REPLY_SECONDS
    problem = response.json()
    assert problem["type"] == "/problems/log-unavailable"
    assert problem["answerTaken"] is False
    assert "interviews.db" not in response.text


def check_holds(path: Path) -> None:
    assert check(path).findings == ()


def hashes(folder: Path) -> dict[str, str]:
    """Each file's hash, but for what readers share and the lock."""
    return {
        file.name: sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.is_file() and not file.name.endswith(("-shm", ".lock", ".txt"))
    }


# No room


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no tmpfs may be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """A file that takes all the room but so many bytes."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(PAGE))
    os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


def answer_until_refused(desktop: Desktop) -> str:
    """Long answers, until one is not taken; which."""
    for number in range(14):
        answer = f"{number} {LONG}"
        response = desktop.try_answer(answer)
        if response.status_code != 200:
            check_refused(response)
            return answer
        desktop.session = response.json()
    raise AssertionError("all was taken")


def check_goes_on(gateway: Attacked, desktop: Desktop, refused: str) -> None:
    """The answer that was refused is taken now, once, and the interview comes to its end."""
    gateway.wait_for_log("online")
    given = desktop.answers
    desktop.answer(refused)
    answers = [*given, refused, *desktop.finish()]
    assert desktop.answers == answers
    held = gateway.get(f"/api/v1/interviews/{desktop.interview_id}").json()["session"]
    assert held["messages"] == desktop.session["messages"]
    check_holds(gateway.path)


def test_a_full_disk_takes_nothing_and_room_brings_the_log_back(small_disk: Path) -> None:
    with attacked(small_disk) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=15)
        check_holds(gateway.path)  # which makes the key, while it can be made
        filler = fill(small_disk)
        refused = answer_until_refused(desktop)
        check_refused(gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"}))
        gateway.wait_for_log("offline")
        assert gateway.get(f"/api/v1/interviews/{desktop.interview_id}").status_code == 200
        check_holds(gateway.path)
        filler.unlink()
        check_goes_on(gateway, desktop, refused)


def test_a_limit_on_the_files_size_takes_nothing_and_is_over_when_it_is_lifted(
    tmp_path: Path,
) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=15)
        wal = Path(f"{gateway.path}-wal").stat().st_size
        pid = gateway.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (wal + PAGE, hard))
        refused = answer_until_refused(desktop)
        check_holds(gateway.path)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        check_goes_on(gateway, desktop, refused)


def test_a_disk_that_fills_while_words_are_overwritten_is_no_lie_and_no_damage(
    small_disk: Path,
) -> None:
    with attacked(small_disk) as gateway:
        secret, other = (Desktop(gateway).start(totalQuestions=15) for _ in range(2))
        needle = b"Nobody is to read this"
        for number in range(8):
            secret.answer(f"{needle.decode()} {LONG}")
            other.answer(f"{number} {LONG}{LONG[:1000]}")
        check_holds(gateway.path)
        filler = fill(small_disk)
        # Somewhere between too little room for the event and enough for the whole log anew.
        for _ in range(100):
            response = gateway.client.delete(f"/api/v1/interviews/{secret.interview_id}")
            if "not recorded" not in response.text:
                break
            check_refused(response)
            os.truncate(filler, filler.stat().st_size - 4 * PAGE)
        assert response.status_code == 202, response.text
        assert "still contain them" in response.json()["detail"]
        assert "the disk is full" in response.json()["detail"]
        assert response.json()["overwritten"] is False
        assert gateway.get(f"/api/v1/interviews/{secret.interview_id}").status_code == 410
        check_holds(gateway.path)
        filler.unlink()
        again = gateway.client.delete(f"/api/v1/interviews/{secret.interview_id}")
        assert (again.status_code, again.json()["overwritten"]) == (200, True)
        other.finish()
        check_holds(gateway.path)
        left = [f for f in small_disk.iterdir() if needle in f.read_bytes()]
        assert left == []


# Not to be written


@contextmanager
def immutable(*paths: Path) -> Iterator[None]:
    """Files that nobody may write for a while, root and who has them open included."""
    made: list[Path] = []
    try:
        for path in paths:
            done = subprocess.run(["chattr", "+i", path], capture_output=True, check=False)
            if done.returncode:
                pytest.skip("there is no chattr +i here")
            made.append(path)
        yield
    finally:
        for path in made:
            subprocess.run(["chattr", "-i", path], check=True)


def test_a_file_made_read_only_while_it_is_open_takes_nothing_until_it_is_writable(
    tmp_path: Path,
) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        with immutable(gateway.path, Path(f"{gateway.path}-wal")):
            check_refused(desktop.try_answer("Is this taken?"))
            check_holds(gateway.path)
        check_goes_on(gateway, desktop, "Is this taken?")


def test_another_process_that_locks_the_log_for_seconds_delays_nobody_longer_than_a_reply(
    tmp_path: Path,
) -> None:
    with attacked(tmp_path) as gateway, ThreadPoolExecutor(8) as pool:
        desktops = [Desktop(gateway).start(totalQuestions=2) for _ in range(8)]
        with locked(gateway.path):
            until = time.monotonic() + 2
            while time.monotonic() < until:
                for response in pool.map(lambda one: one.try_answer("Is it?"), desktops):
                    check_refused(response)
            check_holds(gateway.path)
        gateway.wait_for_log("online")
        for desktop in desktops:
            desktop.answer("Is it?")
            desktop.finish()
            assert len(desktop.answers) == 2
        check_holds(gateway.path)


# Something else in its place


def nothing(_: Path) -> None:
    """The file is deleted."""


def an_empty_file(path: Path) -> None:
    path.touch()


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(10 * PAGE))


def a_folder(path: Path) -> None:
    path.mkdir()


def another_log(path: Path) -> None:
    make(path)


@pytest.mark.parametrize(
    "other",
    [nothing, an_empty_file, garbage, a_folder, another_log],
    ids=lambda other: other.__name__,
)
def test_what_takes_the_files_place_is_left_alone_and_the_log_goes_on_when_it_is_back(
    tmp_path: Path, other: Callable[[Path], None]
) -> None:
    away, imposter = tmp_path / "away", tmp_path / "imposter"
    away.mkdir()
    other(imposter)
    before = imposter.read_bytes() if imposter.is_file() else None
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        gateway.path.rename(away / "log")
        if imposter.exists():
            imposter.rename(gateway.path)
        for _ in range(3):
            check_refused(desktop.try_answer("Is this taken?"))
        check_refused(gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"}))
        assert gateway.get("/api/v1/interviews").status_code == 503
        gateway.wait_for_log("offline")
        if before is not None:
            assert gateway.path.read_bytes() == before
        if gateway.path.exists():
            gateway.path.rename(imposter)
        (away / "log").rename(gateway.path)
        check_goes_on(gateway, desktop, "Is this taken?")


# Cut off, or its WAL taken away, behind the back of who has it open


def part_of(desktop: Desktop, log: Path, *, tail: str) -> Path:
    """A part of the log that holds something: the file all but the last answer, the WAL that."""
    check_holds(log)
    desktop.answer(LONG)
    part = Path(f"{log}{tail}")
    assert part.stat().st_size > PAGE
    return part


@pytest.mark.parametrize("tail", ["", "-wal"], ids=["file", "WAL"])
@pytest.mark.parametrize("end", [0, 2 * PAGE])
def test_nothing_is_acknowledged_once_the_file_or_its_wal_was_cut_off(
    tmp_path: Path, tail: str, end: int
) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=15)
        part = part_of(desktop, gateway.path, tail=tail)
        os.truncate(part, end)
        for number in range(3):
            check_refused(desktop.try_answer(f"Is this taken, {number}?"))
        check_refused(gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"}))
        gateway.wait_for_log("offline")


def test_what_was_committed_to_a_wal_that_is_deleted_is_saved_into_the_file(
    tmp_path: Path,
) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=15)
        part_of(desktop, gateway.path, tail="-wal").unlink()
        desktop.answer("The one that finds it out.")
        desktop.answer("And one more.")
        gateway.process.stop(signal.SIGKILL)
    with attacked(tmp_path) as again:
        desktop.gateway = again
        check_holds(again.path)
        assert len(desktop.finish()) == 12
        assert desktop.answers[:3] == [LONG, "The one that finds it out.", "And one more."]
        check_holds(again.path)


# What a crash leaves


def test_a_wal_that_a_kill_left_is_read_as_it_is_and_the_next_gateway_goes_on(
    tmp_path: Path,
) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        desktop.answer("In the WAL alone.")
        note = gateway.get("/api/v1/audit/checkpoint").text
        gateway.process.stop(signal.SIGKILL)
    before = hashes(tmp_path)
    assert Path(f"{gateway.path}-wal").stat().st_size > 0
    env = environment(tmp_path)
    for command in (["audit", "verify"], ["replay", "last"], ["audit", "export", "last"]):
        done = run(*command, env=env, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert "In the WAL alone." in done.stdout
    assert check(gateway.path, kept=[Kept("what was kept", note)]).findings == ()
    assert hashes(tmp_path) == before
    with attacked(tmp_path) as again:
        desktop.gateway = again
        desktop.finish()
        check_holds(again.path)


def test_a_wal_cut_anywhere_is_the_log_of_an_earlier_moment_and_a_checkpoint_tells(
    tmp_path: Path,
) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        desktop.finish()
        note = gateway.get("/api/v1/audit/checkpoint").text
        gateway.process.stop(signal.SIGKILL)
    log = gateway.path
    events, wal = rows(log), Path(f"{log}-wal").read_bytes()
    kept = [Kept("what was kept", note)]
    sizes = set()
    cuts = (*range(0, len(wal), PAGE // 2 + 12), len(wal))  # at frames, in them, and not at all
    for number, size in enumerate(cuts):
        cut = copy(log, tmp_path / f"cut{number}.db")
        Path(f"{cut}-wal").write_bytes(wal[:size])
        assert rows(cut) == events[: len(rows(cut))]
        check_holds(cut)
        lacks = len(rows(cut)) < len(events)
        assert lacks == bool(check(cut, kept=kept).findings)
        sizes.add(len(rows(cut)))
    assert {0, 2, len(events)} <= sizes


# What a broken disk leaves


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log that was closed in good order."""
    return make(tmp_path_factory.mktemp("whole") / "interviews.db")


def test_a_log_cut_at_any_page_is_refused_and_left_as_it_was(whole: Path, tmp_path: Path) -> None:
    size = whole.stat().st_size
    for end in (*range(PAGE, size, PAGE), 50, 100, PAGE - 1, size - 1):
        path = copy(whole, tmp_path / "interviews.db")
        os.truncate(path, end)
        before = hashes(tmp_path)
        with pytest.raises(LogNotOpened):
            open_log(f"sqlite:///{path}")
        assert hashes(tmp_path) == before, f"cut at {end}"
    done = run("serve", env=environment(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_gateway_on_a_file_with_any_page_of_garbage_makes_no_mistake(
    whole: Path, tmp_path: Path
) -> None:
    """It does not start, or tells 503 where it needs the page; and `audit verify` finds it, if
    any event is touched."""
    events = rows(whole)
    for page in range(whole.stat().st_size // PAGE):
        path = copy(whole, tmp_path / f"page{page}.db")
        content = path.read_bytes()
        kept = content[: page * PAGE + (100 if page == 0 else 0)]  # the header says what it is
        path.write_bytes((kept + os.urandom(PAGE))[: len(content)] + content[len(kept) + PAGE :])
        try:
            with serving(eventlog_url=f"sqlite:///{path}") as gateway:
                told = [
                    gateway.get("/api/v1/interviews"),
                    *(gateway.get(f"/api/v1/interviews/{id}") for id in (A, B, C, D, E, F, G, H)),
                    gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"}),
                ]
            assert {reply.status_code for reply in told} <= {200, 410, 503}
        except LogNotOpened:
            continue
        with suppress(EventLogError):
            assert not check(path).holds or rows(path)[: len(events)] == events
