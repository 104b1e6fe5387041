"""What the commands have in common: where the log is, and how to say what is wrong."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer

from eventlog.protocol import ReadableLog

T = TypeVar("T")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Say what is wrong in a line on standard error, and exit with 1."""
    from api.cli.errors import CommandError
    from api.http.listening import CannotServe
    from api.settings import InvalidSettings
    from api.transcript.escaping import escape_controls, escape_line
    from eventlog.errors import EventLogError, LogCorrupted

    try:
        yield
    except LogCorrupted as error:
        says = "`interview-gateway audit verify` says what is wrong with the log"
        typer.echo(f"interview-gateway: {escape_line(str(error))}; {says}", err=True)
        raise typer.Exit(1) from error
    except (CannotServe, CommandError, InvalidSettings, EventLogError) as error:
        for line in str(error).splitlines():
            typer.echo(f"interview-gateway: {escape_controls(line)}", err=True)
        raise typer.Exit(1) from error


def log_url(option: str | None) -> str:
    """The URL of the log that `--log` names, a file or a URL; without it, that of EVENTLOG_URL.
    Raises InvalidSettings."""
    from api.settings import load_settings

    if option is None:
        return load_settings().eventlog_url
    return option if option.startswith(("sqlite:", "memory:")) else f"sqlite:///{option}"


def read_log(option: str | None, act: Callable[[ReadableLog], Awaitable[T]]) -> T:
    """What `act` returns of the log, which is open to read meanwhile. Raises InvalidSettings,
    LogNotOpened and what `act` raises."""
    from eventlog.open import open_reader

    async def run() -> T:
        log = open_reader(log_url(option))
        try:
            return await act(log)
        finally:
            await log.close()

    return asyncio.run(run())
