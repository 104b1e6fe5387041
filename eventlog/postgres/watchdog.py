"""Limits in seconds for the use of a connection, enforced from outside.

A server that is stopped, or cut off behind a firewall, closes nothing. The kernel would wait for
minutes. So a thread shuts the socket down when a use has taken too long; whoever waits for an
answer then gets an error at once.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic

TICK_SECONDS = 0.1
"""How exact the limits are."""


@dataclass(eq=False)
class _Use:
    """A use of the connection whose socket is `descriptor`, which ends by `due`."""

    descriptor: int
    due: float
    lock: Lock = field(default_factory=Lock)
    is_over: bool = False


class Watchdog:
    """Ends the uses of connections that take too long. Its thread starts with the first use, and
    sleeps while there is none."""

    def __init__(self) -> None:
        self._uses: set[_Use] = set()
        self._awake = Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def limit(self, descriptor: int, seconds: float) -> Iterator[None]:
        """A use of the socket `descriptor` that may take so long."""
        use = _Use(descriptor, monotonic() + seconds)
        self._start()
        self._uses.add(use)
        self._awake.set()
        try:
            yield
        finally:
            self._uses.discard(use)
            with use.lock:  # the descriptor may be another connection's from now on
                use.is_over = True

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return  # it does not live on in a forked process
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="eventlog-watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._awake.wait():
            self._awake.clear()
            while uses := self._uses.copy():
                now = monotonic()
                for use in uses:
                    if use.due < now:
                        _end(use)
                Event().wait(TICK_SECONDS)


def _end(use: _Use) -> None:
    with use.lock:
        if use.is_over:
            return
        use.is_over = True
        with suppress(OSError), socket.socket(fileno=os.dup(use.descriptor)) as other:
            other.shutdown(socket.SHUT_RDWR)


WATCHDOG = Watchdog()
