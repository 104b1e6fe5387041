"""Custody of what was said: put an interview on hold, release it, forget its words."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import problems
from api.responses import WITH_EVIDENCE, documented, json_of
from api.routes.gateway_of import TheGateway
from api.routes.in_path import InterviewInPath, unknown
from api.wire import ForgottenReply, InterviewOverview, ReasonRequest
from statemachine.session import Reason

router = APIRouter(prefix="/api/v1/interviews", tags=["custody"])

REFUSALS = documented(
    problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_FORGOTTEN, problems.LOG_UNAVAILABLE
)
BY_HTTP = "Asked for over HTTP."


@router.post("/{interviewId:uuid}/hold", responses=REFUSALS)
async def hold(
    interview_id: InterviewInPath, request: ReasonRequest, gateway: TheGateway
) -> InterviewOverview:
    """Put the interview on hold: nothing can forget its words until it is released."""
    await gateway.custody.hold(interview_id, request.reason)
    return await _overview(gateway, interview_id)


@router.post("/{interviewId:uuid}/release", responses=REFUSALS)
async def release(
    interview_id: InterviewInPath, request: ReasonRequest, gateway: TheGateway
) -> InterviewOverview:
    """Lift the hold on the interview."""
    await gateway.custody.release(interview_id, request.reason)
    return await _overview(gateway, interview_id)


@router.delete(
    "/{interviewId:uuid}",
    response_model=ForgottenReply,
    responses=WITH_EVIDENCE
    | documented(problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_ON_HOLD, problems.LOG_UNAVAILABLE),
)
async def forget(
    interview_id: InterviewInPath,
    gateway: TheGateway,
    reason: Annotated[
        Reason, Query(description="Why, in a few words; it is kept as evidence.")
    ] = BY_HTTP,
) -> Response:
    """Forget the interview's words, for ever: they are erased from the log's file. That it was
    held, when, and by how many questions and answers stays, and every proof still holds."""
    forgotten = await gateway.custody.forget(interview_id, reason)
    return json_of(ForgottenReply.of(forgotten.record, forgotten.forks), forgotten.record)


async def _overview(gateway: TheGateway, interview_id: str) -> InterviewOverview:
    row = await gateway.log.overview(interview_id)
    if row is None:
        raise unknown(interview_id)
    return InterviewOverview.of(row)
