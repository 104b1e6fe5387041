"""What desktops ask of other services through the gateway. An answer is passed on as it came.

The endpoints read their bodies themselves: only where there is a place for the call, so that large
ones do not pile up in memory. Their models are built when they are first needed.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http import problems
from api.http.errors import declares_json
from api.http.leaving import ClientLeft, while_there
from api.http.limits import MAX_BODY_BYTES
from api.http.responses import documented, takes
from api.http.routes.gateway_of import gateway_of
from api.http.wire.forwarded import (
    TAG,
    ExecuteRequest,
    SearchRequest,
    SentimentRequest,
    SynthesizeRequest,
    TranscribeRequest,
    TrustReportRequest,
    without_audio,
)
from api.usecases import forwarding
from backends.forwarding import ForwardedAnswer, ForwardedCall
from backends.services import AGENTS

T = TypeVar("T", bound=BaseModel)

router = APIRouter(prefix="/api/v1", tags=[TAG], default_response_class=Response)

AS_IT_CAME: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The service's answer as it came. Any other success has its own status.",
        "content": {"application/json": {}, "audio/*": {}},
    }
}
ANSWERS = AS_IT_CAME | documented(
    problems.SERVICE_UNAVAILABLE, problems.DRAINING, problems.SERVICE_FAILED
)
OPTIONAL = AS_IT_CAME | documented(
    problems.SERVICE_NOT_SET,
    problems.SERVICE_UNAVAILABLE,
    problems.DRAINING,
    problems.SERVICE_FAILED,
)


@router.post("/voice/synthesize", responses=ANSWERS, openapi_extra=takes(SynthesizeRequest))
async def synthesize(request: Request) -> Response:
    """Let voice-service speak a text."""
    return await _passed_on(request, forwarding.SYNTHESIZE, SynthesizeRequest)


@router.post("/voice/transcribe", responses=ANSWERS, openapi_extra=takes(TranscribeRequest))
async def transcribe(request: Request) -> Response:
    """Let voice-service write down what is said: in `audio_base64`, or at `audio_url`. The body may
    have 25 MiB."""
    return await _passed_on(request, forwarding.TRANSCRIBE, TranscribeRequest)


@router.post("/analytics/sentiment", responses=ANSWERS, openapi_extra=takes(SentimentRequest))
async def sentiment(request: Request) -> Response:
    """Let analytics-service say in what mood a text is."""
    return await _passed_on(request, forwarding.SENTIMENT, SentimentRequest)


@router.post("/analytics/trust-report", responses=ANSWERS, openapi_extra=takes(TrustReportRequest))
async def trust_report(request: Request) -> Response:
    """Let analytics-service make a trust report."""
    return await _passed_on(request, forwarding.TRUST_REPORT, TrustReportRequest)


@router.post("/scout/search", responses=OPTIONAL, openapi_extra=takes(SearchRequest))
async def search(request: Request) -> Response:
    """Let scout-service (`SCOUT_URL`) search for candidates."""
    return await _passed_on(request, forwarding.SEARCH, SearchRequest)


@router.get("/scout/agents", responses=OPTIONAL)
async def scout_agents(request: Request) -> Response:
    """The agents that scout-service (`SCOUT_URL`) has for its searches."""
    async with _body(request, forwarding.REGISTRY.service) as body:
        return await _answer(request, forwarding.REGISTRY, body)


@router.post("/agents/execute", responses=OPTIONAL, openapi_extra=takes(ExecuteRequest))
async def execute(request: Request) -> Response:
    """Let an agent (`AGENTS_URL`) conduct an interview of its own. It is not in the event log."""
    async with _body(request, AGENTS) as body:
        call = _call_of(_read(request, body, ExecuteRequest))
        return await _answer(request, call, b"")


def _call_of(posted: ExecuteRequest) -> ForwardedCall:
    if posted.action == "start":
        return forwarding.agent_start(_given(posted.candidate_id, "candidate_id"))
    interview_id = _given(posted.interview_id, "interview_id")
    match posted.action:
        case "answer":
            return forwarding.agent_answer(interview_id, _given(posted.answer, "answer"))
        case "status":
            return forwarding.agent_status(interview_id)
        case "next_question":
            return forwarding.agent_next_question(interview_id)


def _given(value: str | None, field: str) -> str:
    if value is None:
        raise RequestValidationError(
            [{"type": "missing", "loc": ("body", field), "msg": "Field required"}]
        )
    return value


async def _passed_on(request: Request, call: ForwardedCall, shape: type[BaseModel]) -> Response:
    async with _body(request, call.service) as body:
        _read(request, body, shape)
        return await _answer(request, call, body)


@asynccontextmanager
async def _body(request: Request, service: str) -> AsyncIterator[bytes]:
    """The request's body, and a place for a call to the service."""
    gateway = gateway_of(request)
    gateway.drain.admit()
    with gateway.drain.working():
        async with gateway.forwarding.slot(service):
            try:
                body = await request.body()
            except ClientDisconnect as error:
                raise ClientLeft from error
            yield body


def _read(request: Request, body: bytes, shape: type[T]) -> T:
    """What the body says, checked as FastAPI checks other bodies. One with audio is not parsed
    whole: 25 MiB of the wrong JSON would hold up everybody for seconds."""
    if not declares_json(request):
        raise RequestValidationError([{"type": "missing", "loc": ("body",), "msg": ""}])
    short = without_audio(body) if shape is TranscribeRequest else body
    if len(short) > MAX_BODY_BYTES:
        raise HTTPException(problems.TOO_LARGE.status)
    try:
        return shape.model_validate(json.loads(short))
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(found) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(problems.INVALID_INPUT.status) from error


async def _answer(request: Request, call: ForwardedCall, body: bytes) -> Response:
    """The service's answer, where there is a place for the call."""
    return _response(await while_there(request, gateway_of(request).forwarding.ask(call, body)))


def _response(answer: ForwardedAnswer) -> Response:
    headers = {} if answer.retry_after is None else {"retry-after": answer.retry_after}
    if answer.media_type is not None:
        headers["content-type"] = answer.media_type
    return Response(answer.body, answer.status, headers)
