"""Whether a request comes from the machine that the gateway runs on."""

from ipaddress import ip_address

from fastapi import Request

FORWARDED = ("forwarded", "x-forwarded-for", "via")
"""Headers with which proxies say that a request comes from somewhere else."""


class OnlyOnThisMachine(Exception):
    """Nobody signs in, and the request comes from another machine, or through a proxy."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody has to sign in to this gateway, so only the machine that it runs on may "
            "administer it, and not through a proxy. Switch sign-in on to administer it from "
            "elsewhere."
        )


async def only_administrators(request: Request) -> None:
    """A dependency of what administrators alone may do. If people sign in, the table of roles
    (`ACCESS`) has decided. If not, everybody at this machine is an administrator, and nobody else:
    `AUTH=off` may let in other machines. Raises OnlyOnThisMachine."""
    if request.app.state.sign_in is None and not _is_from_here(request):
        raise OnlyOnThisMachine


def _is_from_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    return ip_address(request.client.host.partition("%")[0]).is_loopback
