"""Shared by the commands: opening the log, and showing errors."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from eventlog.protocol import ReadableLog

T = TypeVar("T")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Say what is wrong in a line on standard error, and exit with 1."""
    try:
        yield
    except _told_to_a_person() as error:
        _say(error)
        raise SystemExit(1) from error


def _told_to_a_person() -> tuple[type[Exception], ...]:
    """The errors whose message is for a person. Looked up once there is an error: no command that
    succeeds needs them all."""
    from api.cli.errors import CommandError
    from api.environment import InvalidSettings
    from eventlog.errors import EventLogError

    return CommandError, InvalidSettings, EventLogError


def _say(error: Exception) -> None:
    from api.transcript.escaping import escape_controls, escape_line
    from eventlog.errors import LogCorrupted

    lines = [escape_controls(line) for line in str(error).splitlines()]
    if isinstance(error, LogCorrupted):
        says = "`interview-gateway audit verify` says what is wrong with the log"
        lines = [f"{escape_line(str(error))}; {says}"]
    for line in lines:
        print(f"interview-gateway: {line}", file=sys.stderr, flush=True)


def log_url(option: str | None) -> str:
    """The URL of the log that `--log` names, a file or a URL; without it, that of EVENTLOG_URL.
    Raises CommandError or InvalidSettings."""
    if option is None:
        from api.environment import eventlog_url

        return eventlog_url()
    if not option:
        from api.cli.errors import CommandError

        raise CommandError("--log is empty; give the file of an event log")
    if option.startswith(("sqlite:///", "postgresql://", "postgres://", "memory:")):
        return option
    if "://" in option:
        from api.cli.errors import CommandError
        from statemachine.redaction import without_secrets

        shown = without_secrets(option)
        raise CommandError(
            f"--log: {shown} is not an event log; give a file, sqlite:/// and a file, or "
            "postgresql:// and a database"
        )
    return f"sqlite:///{option}"


def read_log(option: str | None, act: "Callable[[ReadableLog], Awaitable[T]]") -> T:
    """What `act` returns of the log that `--log` names. Raises as `log_url` and `read_log_at`."""
    return read_log_at(log_url(option), act)


def read_log_at(url: str, act: "Callable[[ReadableLog], Awaitable[T]]") -> T:
    """What `act` returns of the log at `url`, which is open to read meanwhile. Raises LogNotOpened
    and what `act` raises."""
    import asyncio

    from api.environment import eventlog_key
    from eventlog.open import open_reader

    async def run() -> T:
        log = open_reader(url, eventlog_key())
        try:
            return await act(log)
        finally:
            await log.close()

    return asyncio.run(run())
