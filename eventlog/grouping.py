"""The one writer of a log: a thread that commits in groups, whatever keeps the log.

Appends that arrive while a commit is being synced to the disk wait together and share the
next one: sixteen answers cost one fsync. Each caller is answered after its group's commit.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import time_ns
from typing import Any, Generic, TypeVar

from eventlog.errors import EventLogError, LogUnavailable
from eventlog.observing import CommitObserver

logger = logging.getLogger(__name__)

T = TypeVar("T")
J = TypeVar("J")
Db = TypeVar("Db")

GROUP = 128
"""How many jobs one commit takes at most."""

Work = Callable[[Db, Sequence[J]], Sequence[T | EventLogError]]
"""Does some jobs together, and returns the result of each."""


class Storage(ABC, Generic[Db]):
    """What keeps the log, as its writer uses it: in the writer's thread alone."""

    @abstractmethod
    def transact(self, do: Callable[[Db], list[Any]]) -> list[Any]:
        """Return what `do` returns, once what it wrote would survive a power cut. If anything
        fails, nothing of it is written. What an append becomes are its records, in a tuple."""

    @abstractmethod
    def alone(self, do: Callable[[Db], T]) -> T:
        """Return what `do` returns, outside of any transaction."""

    @abstractmethod
    def is_of_one_job(self, error: Exception) -> bool:
        """Whether the work of one job failed, rather than the storage."""

    @abstractmethod
    def failure(self, error: Exception) -> Exception:
        """What those who wait are told of the `error`."""

    def settle(self) -> None:
        """Do what is due after a commit, when those who waited for it are answered."""

    @abstractmethod
    def drop(self) -> None:
        """Close the connection; the next use makes another one."""


@dataclass
class _Job:
    """`item` is for `work` to do inside a transaction, or `alone` and outside of any. `done` and
    then the `waiter` are told what comes of it. `mark` is the observer's."""

    work: Work[Any, Any, Any]
    item: Any = None
    alone: bool = False
    mark: object = None
    done: Callable[[Any], None] | None = None
    waiter: "asyncio.Future[Any]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def answer(self, outcome: Any) -> None:
        """In the loop of who waits: tell them the outcome."""
        if self.waiter.done():  # the caller has gone
            return
        if isinstance(outcome, Exception):
            self.waiter.set_exception(outcome)
        else:
            self.waiter.set_result(outcome)


def _answer(jobs: Sequence[_Job], outcomes: Sequence[Any]) -> None:
    """Tell each `done`, and then those who wait for the jobs, what came of them. Each call wakes a
    loop by a system call, so there is one for all jobs of a loop."""

    def answer(answers: Sequence[tuple[_Job, Any]]) -> None:
        for job, outcome in answers:
            job.answer(outcome)

    answers = list(zip(jobs, outcomes, strict=True))
    for job, outcome in answers:
        try:
            if job.done is not None:
                job.done(outcome)
        except Exception:  # what is committed is committed, and nobody must wait for ever
            logger.exception("The outcome of a write could not be remembered")
    for loop, own in groupby(answers, lambda answer: answer[0].waiter.get_loop()):
        with suppress(RuntimeError):  # the callers' loop is closed: nobody waits
            loop.call_soon_threadsafe(answer, list(own))


class GroupWriter(Generic[Db]):
    """Runs work in the log's only writing connection, in the order it comes."""

    def __init__(self, storage: Storage[Db]) -> None:
        self._storage = storage
        self._fresh: list[_Job] = []  # of the turns of loops that have not ended
        self._turns: SimpleQueue[list[_Job] | None] = SimpleQueue()
        self._waiting: deque[_Job] = deque()  # the thread's own
        self._closed = False
        self._handing_over = Lock()  # loops in several threads may do so, and close
        self.observer: CommitObserver | None = None
        self._thread = Thread(target=self._run, name="eventlog-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Db], T]) -> T:
        """Return what `work` returns, after its commit.

        What `work` raises of EventLogError is passed on, and then it must not have written
        anything; what else it raises undoes it first. Raises LogUnavailable when the log
        cannot be written.
        """
        result: T = await self._hand_over(_Job(_once(work)))
        return result

    def submit(
        self,
        work: Work[Db, J, T],
        item: J,
        done: Callable[[T | Exception], None] | None = None,
    ) -> "asyncio.Future[T]":
        """What `work` makes of `item`, after it is committed; all items that wait for the same
        work are given to it together. `done` is given the outcome first, in the writer's thread:
        the work is done even if the caller has gone by then, or its event loop."""
        mark = self.observer.mark() if self.observer is not None else None
        return self._hand_over(_Job(work, item, mark=mark, done=done))

    async def run_alone(self, work: Callable[[Db], T]) -> T:
        """What `work` returns, run between two commits: for what cannot be done inside a
        transaction. Raises LogUnavailable when the log cannot be written."""
        result: T = await self._hand_over(_Job(_once(work), alone=True))
        return result

    def _hand_over(self, job: _Job) -> "asyncio.Future[Any]":
        # Jobs of one turn of the loop are passed on together at its end. A writer that wakes up for
        # the first would fight for the interpreter's lock with those who make the others.
        with self._handing_over:
            if self._closed:
                raise LogUnavailable("the event log is closed")
            self._fresh.append(job)
        job.waiter.get_loop().call_soon(self._pass_on)
        return job.waiter

    def _pass_on(self) -> None:
        with self._handing_over:
            if self._fresh:
                self._turns.put(self._fresh)
                self._fresh = []

    async def close(self) -> None:
        """Commit what is waiting, then close the connection."""
        with self._handing_over:
            self._closed = True
        self._pass_on()
        self._turns.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while group := self._next_group():
            try:
                self._do(group)
            except Exception:
                # Without this thread, everybody would wait for ever.
                logger.exception("The event log's writer had an internal error")
                error = LogUnavailable("the event log's writer had an internal error")
                _answer(group, [error] * len(group))
        self._storage.drop()

    def _do(self, group: list[_Job]) -> None:
        *others, last = group
        if not last.alone:
            self._commit(group)
            return
        if others:
            self._commit(others)
        self._do_alone(last)

    def _next_group(self) -> list[_Job]:
        """The jobs that wait, at least one, up to the first that runs alone; none when it is
        time to stop."""
        self._take_turns()
        group: list[_Job] = []
        while self._waiting and len(group) < GROUP:
            group.append(self._waiting.popleft())
            if group[-1].alone:
                break
        return group

    def _take_turns(self) -> None:
        """Wait until there is a job, or until it is time to stop, and take all that there are."""
        with suppress(Empty):
            while turn := self._turns.get(block=not self._waiting):
                self._waiting += turn
            self._turns.put(None)  # which ended it: it ends the next groups too

    def _commit(self, group: list[_Job]) -> None:
        began = time_ns()
        try:
            outcomes = self._storage.transact(lambda db: _outcomes(db, group))
        except Exception as error:
            if len(group) > 1 and self._storage.is_of_one_job(error):
                for job in group:  # which must not cost the others their commit
                    self._commit([job])
                return
            outcomes = [self._storage.failure(error)] * len(group)
        if self.observer is not None:
            self._tell(self.observer, group, outcomes, began)
        _answer(group, outcomes)
        self._storage.settle()

    def _tell(
        self, observer: CommitObserver, group: list[_Job], outcomes: list[Any], began: int
    ) -> None:
        # What an append becomes are its records. A change of key has some too, and no mark.
        marks = [
            job.mark
            for job, outcome in zip(group, outcomes, strict=True)
            if isinstance(outcome, tuple) and job.mark is not None
        ]
        if marks:
            try:
                observer.committed(marks, began, time_ns())
            except Exception:  # what is committed is committed, whoever could not follow
                logger.exception("A commit could not be measured")

    def _do_alone(self, job: _Job) -> None:
        try:
            [outcome] = self._storage.alone(lambda db: job.work(db, [None]))
        except Exception as error:
            outcome = self._storage.failure(error)
        _answer([job], [outcome])


def _outcomes(db: Any, group: list[_Job]) -> list[Any]:
    """What the jobs of a group come to, each kind of work done for all its jobs at once."""
    outcomes: list[Any] = []
    for work, jobs in groupby(group, attrgetter("work")):
        outcomes += work(db, [job.item for job in jobs])
    return outcomes


def _once(work: Callable[[Db], T]) -> Work[Db, None, T]:
    """Work that is done for one job alone."""

    def do(db: Db, _: Sequence[None]) -> Sequence[T | EventLogError]:
        try:
            return [work(db)]
        except EventLogError as refusal:
            return [refusal]

    return do
