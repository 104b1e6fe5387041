"""The caller of a request, for the endpoints and for what limits or records callers."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from api.usecases.callers import EVERYBODY, Caller

CALLER = "interview_gateway.caller"
"""The key of a request's Caller in its ASGI scope. `SignIn` puts it there, and nobody else."""


def caller_of(request: Request) -> Caller:
    """Return who sent the request."""
    return caller_in(request.scope)


def caller_in(scope: Scope) -> Caller:
    """Return who sent the request of this scope; EVERYBODY while sign-in is off. Raises KeyError
    if sign-in is on and did not see the request."""
    if scope["app"].state.sign_in is None:
        return EVERYBODY
    caller: Caller = scope[CALLER]
    return caller


async def _caller(request: Request) -> Caller:
    # Async for the reason that `TheGateway` is.
    return caller_of(request)


TheCaller = Annotated[Caller, Depends(_caller)]
