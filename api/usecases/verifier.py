"""Checks the whole log while the gateway runs: in a process of its own with low priority, one at a
time, for as long as somebody follows it."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from api.usecases.children import child
from api.usecases.errors import NoLogFile
from api.usecases.observing import UNOBSERVED, Observer
from backends.periodic import log_failure
from eventlog.errors import LogUnavailable
from eventlog.protocol import ReadableLog

MODULE = "api.usecases.verify_process"

STOPPED_SHORT = "ignore:resource_tracker"
"""Python's warning when a process with shared semaphores is killed. Its tracker cleans them up."""

LONGEST_LINE = 64 * 1024 * 1024
"""The most bytes in a line. A report with all listed findings has a few million."""

STOPPED = "the process that checked the event log was stopped"


class Verification:
    """A check of the log that is running, and its progress for those who follow it."""

    def __init__(self, log: ReadableLog, address: str, observer: Observer) -> None:
        self._observer = observer
        self.followers = 0
        self.is_over = False
        self._progress: bytes | None = None
        self._report: bytes | None = None
        self._trouble = STOPPED
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._run(address, log.where, log.origin), name=MODULE)
        self._task.add_done_callback(log_failure)

    async def lines(self) -> AsyncGenerator[bytes, None]:
        """The progress so far, each further one that comes before it is asked for the next, and
        the report. Raises LogUnavailable where there is none in the end."""
        told: bytes | None = None
        while True:
            if self._progress is not None and self._progress != told:
                told = self._progress
                yield told
            elif self.is_over:
                if self._report is None:
                    raise LogUnavailable(self._trouble)
                yield self._report
                return
            else:
                await self._news.wait()

    def stop(self) -> None:
        """Stop the check. Its process ends soon after."""
        self._end()
        self._task.cancel()

    async def stopped(self) -> None:
        """Return when its process has ended."""
        await asyncio.wait([self._task])

    def when_stopped(self, act: Callable[["Verification"], None]) -> None:
        self._task.add_done_callback(lambda _: act(self))

    async def _run(self, address: str, where: str, origin: str) -> None:
        try:
            async with child(
                *("-W", STOPPED_SHORT, "-m", MODULE, where, origin), limit=LONGEST_LINE
            ) as process:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(f"{address}\n".encode())
                async for line in process.stdout:
                    self._take(line)
        except OSError as error:
            self._trouble = f"no process could be started to check it: {error.strerror}"
        finally:
            self._end()

    def _take(self, line: bytes) -> None:
        word, _, said = line.partition(b" ")
        match word:
            case b"progress":
                self._progress = said
            case b"report":
                self._report = said
                self._observer.verified(said)
            case b"trouble":
                self._trouble = said.decode().strip()
        self._tell()

    def _end(self) -> None:
        self.is_over = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class Verifier:
    """Checks `log`. Callers who ask while a check runs share it. `observer` gets the reports."""

    def __init__(self, log: ReadableLog, observer: Observer = UNOBSERVED) -> None:
        self._log = log
        self._observer = observer
        self._checks: set[Verification] = set()

    async def verify(self) -> AsyncGenerator[bytes, None]:
        """Begin a check of the log with the key beside it, or join the one under way: lines of
        JSON to follow (`VerifyProgress`, and at last a `VerifyReport`), which may raise
        LogUnavailable. When all who follow have closed theirs, it is stopped.

        Raises NoLogFile.
        """
        if self._log.address is None:
            raise NoLogFile("This gateway keeps its log in memory: there is no file to check.")
        return self._follow(self._log.address)

    async def _follow(self, address: str) -> AsyncGenerator[bytes, None]:
        # Nothing is begun before somebody listens.
        under_way = (check for check in self._checks if not check.is_over)
        check = next(under_way, None) or self._begin(address)
        check.followers += 1
        try:
            async for line in check.lines():
                yield line
        finally:
            check.followers -= 1
            if not check.followers:
                check.stop()

    def _begin(self, address: str) -> Verification:
        check = Verification(self._log, address, self._observer)
        self._checks.add(check)
        check.when_stopped(self._checks.discard)
        return check

    async def close(self) -> None:
        """Stop a running check; return when no process is left."""
        checks = list(self._checks)
        for check in checks:
            check.stop()
        for check in checks:
            await check.stopped()
