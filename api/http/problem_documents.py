"""A problem as it goes over the wire: RFC 9457's members, and ours for the kinds they help."""

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.http.problems import INVALID_INPUT, ProblemType
from statemachine.session import Session
from statemachine.verdict import Verdict

PROBLEM_JSON = "application/problem+json"


class FieldError(BaseModel):
    """The error in one field of the input."""

    field: str
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem. The fields below `instance` come with the types they help."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    type: str = Field(
        description="The kind of error. Any operation can also answer 500: `internal-error`, or "
        "`not-as-logged` if somebody changed the event log.",
        examples=[INVALID_INPUT.uri],
    )
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path of the request.")
    errors: list[FieldError] | None = None
    verdict: Verdict | None = None
    place: str | None = Field(None, description="The first place where the session differs.")
    session: Session | None = Field(None, description="The log's own session, to continue with.")
    known_models: list[str] | None = None
    answer_taken: bool | None = None
    violated_policies: list[str] | None = Field(
        None,
        alias="violated-policies",  # draft-ietf-httpapi-ratelimit-headers spells it so
        description="The policies of `RateLimit-Policy` whose quota is used up.",
    )
    service: str | None = Field(None, description="The service that did not answer.")


def problem_of(kind: ProblemType, detail: str, instance: str, **members: Any) -> Problem:
    """Return a problem of this kind for the path `instance`, with further members."""
    return Problem(
        type=kind.uri,
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=instance,
        **members,
    )


def problem_response(
    kind: ProblemType,
    detail: str,
    instance: str,
    *,
    headers: dict[str, str] | None = None,
    **members: Any,
) -> JSONResponse:
    """Return the response with a problem."""
    problem = problem_of(kind, detail, instance, **members)
    return JSONResponse(
        problem.model_dump(mode="json", by_alias=True, exclude_none=True),
        status_code=kind.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )
