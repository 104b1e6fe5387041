"""The work of a check, done in this process or shared with another: both see the log as it is at
one and the same moment."""

import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
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
from typing import TypeVar

from eventlog.errors import LogUnavailable
from eventlog.verification.findings import Findings
from eventlog.verification.snapshot import Snapshot, Task

T = TypeVar("T")
Open = Callable[[], Snapshot]

LONG = 50_000
"""From so many events on, two processes are worth what it takes to start them."""

ATTEMPTS = 1_000
"""How often the two try to begin between the same two commits."""

AHEAD = 2
"""How many tasks each has, so that none waits for the next."""


# A task runs where its lane is, in a thread or a process of its own, and finds the snapshot here.
_here = threading.local()


def _open_apart(open_snapshot: Open) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that began this one stops it
    gc.disable()
    _open(open_snapshot)


def _end_with_parent() -> None:
    """Killed, it tells nobody; and this one would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _open(open_snapshot: Open) -> None:
    _here.snapshot = open_snapshot()


def _close() -> None:
    _here.snapshot.close()


def _begin() -> int:
    head: int = _here.snapshot.begin()
    return head


def _do(task: Task[T]) -> tuple[T | None, Findings]:
    result: tuple[T | None, Findings] = _here.snapshot.do(task)
    return result


class Workers:
    """One or two that work on the same snapshot of a log of `head` events."""

    def __init__(self, executors: Sequence[Executor]) -> None:
        self._executors = executors
        self.head = self._begin_together()

    def _begin_together(self) -> int:
        for _ in range(ATTEMPTS):
            heads = {future.result() for future in [e.submit(_begin) for e in self._executors]}
            if len(heads) == 1:
                return heads.pop()
        raise LogUnavailable("the event log changes too fast to be checked now; try again")

    def do_all(self, tasks: Iterable[Task[T]]) -> Iterator[tuple[T | None, Findings]]:
        """The result and the findings of each task, in any order."""
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
def workers(open_snapshot: Open, *, long: int = LONG) -> Iterator[Workers]:
    """Workers for the log that `open_snapshot` opens: in this process, and from `long` events on in
    another one too. Raises LogUnavailable where it cannot be read."""
    executors: list[Executor] = []
    collects = gc.isenabled()
    gc.disable()  # millions of short-lived objects, and no cycles among them
    try:
        snapshot = open_snapshot()
        is_long = snapshot.begin() >= long
        snapshot.close()
        executors.append(ThreadPoolExecutor(1, initializer=_open, initargs=(open_snapshot,)))
        if is_long:
            apart = multiprocessing.get_context("spawn")
            executors.append(
                ProcessPoolExecutor(
                    1, mp_context=apart, initializer=_open_apart, initargs=(open_snapshot,)
                )
            )
        yield Workers(executors)
        wait([executor.submit(_close) for executor in executors])
    except BrokenProcessPool as error:
        raise LogUnavailable("a process that checked the event log was stopped") from error
    finally:
        for executor in executors:
            executor.shutdown(cancel_futures=True)
        if collects:
            gc.enable()
