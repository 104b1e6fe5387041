"""The log as it is at one moment, for this process or for two that share the work."""

import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from eventlog.errors import LogUnavailable
from eventlog.sqlite import file
from eventlog.sqlite.nodes import head_of
from eventlog.verification.findings import Check, Findings
from eventlog.verification.schema import differences

T = TypeVar("T")
Task = Callable[[sqlite3.Connection, Findings], T]
"""Some of the work, given the snapshot to read and where to put what it finds."""

LONG = 50_000
"""From so many events on, two processes are worth what it takes to start them."""

ATTEMPTS = 1_000
"""How often the two try to begin between the same two commits."""

AHEAD = 2
"""How many tasks each has, so that none waits for the next."""


class Snapshot:
    """A connection in a transaction that only reads: nothing that is written meanwhile is seen."""

    def __init__(self, path: Path) -> None:
        self._db = file.open_read_only(path)
        self.begin()

    def begin(self) -> int:
        """Look at the log as it is now; how many events it holds."""
        self._db.rollback()
        self._db.execute("BEGIN")
        return head_of(self._db)

    def do(self, task: Task[T]) -> tuple[T | None, Findings]:
        """What `task` returns and finds; None where the file cannot be read there."""
        findings = Findings()
        try:
            return task(self._db.conn, findings), findings
        except file.TROUBLE as error:
            if "decode" in str(error) and self._db.conn.text_factory is str:
                # Somebody wrote text that is none. From here on it is read as it stands, and does
                # not give its hashes.
                self._db.conn.text_factory = _undecoded
                return self.do(task)
            findings.add(Check.FILE, f"a part of it cannot be read: {file.reason(error)}")
            return None, findings
        except (AttributeError, TypeError, ValueError):
            # The tables are STRICT. What is not of its column's type was written past SQLite, by a
            # broken disk, or into a table that was made anew; to look for that at each value would
            # cost more than all the rest.
            if self._is_sound():
                raise
            findings.add(Check.FILE, "it is damaged: values in it are of no type that they can be")
            return None, findings

    def _is_sound(self) -> bool:
        try:
            is_whole = self._db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            return is_whole and not any(differences(self._db.conn))
        except file.TROUBLE:
            return False

    def close(self) -> None:
        self._db.close()


def _undecoded(text: bytes) -> str:
    return text.decode(errors="replace")


# A task runs where its lane is, in a thread or a process of its own, and finds the snapshot here.
_here = threading.local()


def _open_apart(path: Path) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that began this one stops it
    gc.disable()
    _open(path)


def _end_with_parent() -> None:
    """Killed, it tells nobody; and this one would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _open(path: Path) -> None:
    _here.snapshot = Snapshot(path)


def _close() -> None:
    _here.snapshot.close()


def _begin() -> int:
    head: int = _here.snapshot.begin()
    return head


def _do(task: Task[T]) -> tuple[T | None, Findings]:
    result: tuple[T | None, Findings] = _here.snapshot.do(task)
    return result


class Lanes:
    """One or two that work on the same snapshot of a log of `head` events."""

    def __init__(self, executors: Sequence[Executor]) -> None:
        self._executors = executors
        self.head = self._begin_together()

    def _begin_together(self) -> int:
        for _ in range(ATTEMPTS):
            heads = {future.result() for future in [e.submit(_begin) for e in self._executors]}
            if len(heads) == 1:
                return heads.pop()
        raise LogUnavailable("the event log is written too fast to be checked now; try again")

    def do_all(self, tasks: Iterable[Task[T]]) -> Iterator[tuple[T | None, Findings]]:
        """What each task returns and finds, in any order."""
        waiting: dict[Future[tuple[T | None, Findings]], Executor] = {}
        left = iter(tasks)

        def hand_out(executor: Executor) -> None:
            for task in left:
                waiting[executor.submit(_do, task)] = executor
                return

        for executor in [*self._executors] * AHEAD:
            hand_out(executor)
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                hand_out(waiting.pop(future))
                yield future.result()


@contextmanager
def lanes(path: Path, *, long: int = LONG) -> Iterator[Lanes]:
    """Lanes for the log at `path`: in this process, and from `long` events on in another one too.
    Raises LogUnavailable where it cannot be read."""
    executors: list[Executor] = []
    collects = gc.isenabled()
    gc.disable()  # millions of short-lived objects, and no cycles among them
    try:
        snapshot = Snapshot(path)
        is_long = snapshot.begin() >= long
        snapshot.close()
        executors.append(ThreadPoolExecutor(1, initializer=_open, initargs=(path,)))
        if is_long:
            apart = multiprocessing.get_context("spawn")
            executors.append(
                ProcessPoolExecutor(1, mp_context=apart, initializer=_open_apart, initargs=(path,))
            )
        yield Lanes(executors)
        wait([executor.submit(_close) for executor in executors])
    except file.TROUBLE as error:
        raise LogUnavailable(f"the event log cannot be read: {file.reason(error)}") from error
    except BrokenProcessPool as error:
        raise LogUnavailable("a process that checked the event log was stopped") from error
    finally:
        for executor in executors:
            executor.shutdown(cancel_futures=True)
        if collects:
            gc.enable()
