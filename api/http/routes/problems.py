"""The pages that a problem's `type` points to."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from api.http.problems import NOT_FOUND, PREFIX, PROBLEM_TYPES

router = APIRouter(prefix=PREFIX.rstrip("/"), include_in_schema=False)


@router.get("/{name}")
async def problem(name: str) -> PlainTextResponse:
    """Explain a kind of problem and what to do about it."""
    kind = PROBLEM_TYPES.get(name)
    if kind is None:
        raise HTTPException(NOT_FOUND.status)
    return PlainTextResponse(f"{kind.title} (HTTP {kind.status})\n\n{kind.advice}\n")
