"""Who the caller is, and what it may do: for clients that show only what would work."""

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.http.caller import caller_of
from api.http.responses import json_of
from api.http.signin.access import ACCESS
from api.usecases.callers import CallerRole
from statemachine.session import Value

router = APIRouter(tags=["sign-in"])


class MeReply(Value):
    """The caller by its token."""

    subject: str = Field(description="The token's `sub`.")
    roles: list[CallerRole]
    may: list[str] = Field(
        description="The endpoints that these roles may call, such as `GET /api/v1/interviews`."
    )


@router.get("/api/v1/me", response_model=MeReply)
async def me(request: Request) -> Response:
    """Your subject and roles, and the endpoints that you may call. It exists only if sign-in is
    on."""
    caller = caller_of(request)
    assert caller.subject is not None, "a token without a subject is refused"
    may = [name for name, allowed in ACCESS.items() if allowed is None or allowed & caller.roles]
    return json_of(MeReply(subject=caller.subject, roles=sorted(caller.roles), may=may))
