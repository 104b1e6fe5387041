"""`interview-gateway hold`, `release` and `forget`."""

from typing import TYPE_CHECKING, Annotated

from api.cli.commands.options import NAMED, GatewayOption, LogOption, ReasonOption, YesOption
from api.cli.shared import log_url, plain_errors

if TYPE_CHECKING:
    from api.cli.orders import Action


def hold(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
) -> None:
    """Put an interview on hold, so that nobody can erase its words.

    To end the hold, use release."""
    _carry_out("hold", named, reason, log, gateway)


def release(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
) -> None:
    """End the hold of an interview, so that its words can be erased."""
    _carry_out("release", named, reason, log, gateway)


def forget(
    named: Annotated[str, NAMED],
    reason: ReasonOption,
    log: LogOption = None,
    gateway: GatewayOption = None,
    yes: YesOption = False,
) -> None:
    """Erase an interview's words for ever.

    It shows the interview first, and asks you to confirm.
    The log still shows when the interview took place, and can be verified.
    Without a terminal it cannot ask, so give --yes."""
    _carry_out("forget", named, reason, log, gateway, is_sure=yes)


def _carry_out(
    action: "Action",
    named: str,
    reason: str,
    log: str | None,
    gateway: str | None,
    *,
    is_sure: bool = True,
) -> None:
    with plain_errors():
        from api.cli.custody import carry_out

        carry_out(log_url(log), gateway, action, named, reason, is_sure=is_sure)
