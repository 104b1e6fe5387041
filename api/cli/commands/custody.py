"""`interview-gateway hold`, `release` and `forget`."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.commands.options import NAMED, GatewayOption, LogOption, ReasonOption
from api.cli.shared import log_url, plain_errors

if TYPE_CHECKING:
    from api.cli.custody import Action


def hold(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
) -> None:
    """Put an interview on hold: its words cannot be forgotten until it is released."""
    _carry_out("hold", named, reason, log, gateway)


def release(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
) -> None:
    """Lift the hold on an interview."""
    _carry_out("release", named, reason, log, gateway)


def forget(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
) -> None:
    """Forget an interview's words, for ever: they are erased from the log's file. The evidence
    that it was held stays, and every proof still holds."""
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Erase the words of interview {named} for ever?", abort=True)
    _carry_out("forget", named, reason, log, gateway)


def _carry_out(
    action: "Action", named: str, reason: str, log: str | None, gateway: str | None
) -> None:
    from api.cli.custody import carry_out
    from api.settings import load_settings

    with plain_errors():
        url = gateway or load_settings().own_url
        asyncio.run(carry_out(log_url(log), url, action, named, reason))
