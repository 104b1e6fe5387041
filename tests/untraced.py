"""While coverage is measured, only threads that run the gateway are.

Where a tracer is set, Python 3.11 runs all of a thread at a third of its speed. In some tests the
gateway has a thread of its own, and the test's only drives a browser or draws requests: 100 s of a
core without a tracer. Python 3.14 has a way to measure that costs little; then this can go.
"""

import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

Given = ParamSpec("Given")
Made = TypeVar("Made")

ASKS_ONLY = tuple(
    Path(__file__).parent / asking
    for asking in ("client", "page", "reliability/test_openapi.py", "reliability/test_statuses.py")
)
"""Tests that ask gateways and call nothing that is measured themselves, but to begin one."""

_tracers: list[Any] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Threads that the test begins are traced all the same: coverage asks `threading` for that."""
    tracer = sys.gettrace()
    if tracer is None or not any(map(item.path.is_relative_to, ASKS_ONLY)):
        return (yield)
    _tracers.append(tracer)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(_tracers.pop())


def traced(make: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
    """Call `make` and measure that, also in a thread that is not measured just now."""
    if not _tracers or sys.gettrace() is not None:
        return make(*args, **kwargs)
    sys.settrace(_tracers[-1])
    try:
        return make(*args, **kwargs)
    finally:
        sys.settrace(None)
