"""Asynchronous claims as plain tests, threads that meet, and other processes."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, ParamSpec

P = ParamSpec("P")
ROOT = Path(__file__).resolve().parents[2]


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """The test, run to its end in an event loop of its own."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@contextmanager
def lingering_in(module: ModuleType) -> Iterator[None]:
    """Let other threads in before each line of the module's code that this thread runs."""

    def linger(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != module.__file__:
            return None
        if event == "line":
            time.sleep(random.choice((0, 0, 0.0002)))
        return linger

    tracer = sys.gettrace()
    sys.settrace(linger)
    try:
        yield
    finally:
        sys.settrace(tracer)


def python(*arguments: str) -> subprocess.Popen[str]:
    """Another Python that knows our packages."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
