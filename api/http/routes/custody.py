"""Custody of an interview's words: hold, release, forget."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.http import problems
from api.http.caller import TheCaller
from api.http.responses import WITH_EVIDENCE, documented, json_of
from api.http.routes.gateway_of import TheGateway
from api.http.routes.in_path import InterviewInPath
from api.http.wire.custody import ForgottenReply, ReasonRequest
from api.http.wire.history import InterviewOverview
from api.usecases.errors import UnknownInterview
from statemachine.session import Reason

router = APIRouter(prefix="/api/v1/interviews", tags=["custody"])

REFUSALS = documented(
    problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_FORGOTTEN, problems.LOG_UNAVAILABLE
)
BY_HTTP = "Asked for over HTTP."

NOT_YET_OVERWRITTEN: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED: WITH_EVIDENCE[HTTPStatus.OK]
    | {
        "description": "The words are erased, but the log's files still contain them. `detail` "
        "says why, and when they will be overwritten.",
        "model": ForgottenReply,
    }
}


@router.post("/{interviewId:uuid}/hold", responses=REFUSALS)
async def hold(
    interview_id: InterviewInPath, request: ReasonRequest, gateway: TheGateway, caller: TheCaller
) -> InterviewOverview:
    """Put the interview on hold: until it is released, it cannot be forgotten."""
    await gateway.custody.hold(interview_id, request.reason, caller.subject)
    return await _overview(gateway, interview_id)


@router.post("/{interviewId:uuid}/release", responses=REFUSALS)
async def release(
    interview_id: InterviewInPath, request: ReasonRequest, gateway: TheGateway, caller: TheCaller
) -> InterviewOverview:
    """Lift the hold on the interview."""
    await gateway.custody.release(interview_id, request.reason, caller.subject)
    return await _overview(gateway, interview_id)


@router.delete(
    "/{interviewId:uuid}",
    response_model=ForgottenReply,
    responses=WITH_EVIDENCE
    | NOT_YET_OVERWRITTEN
    | documented(problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_ON_HOLD, problems.LOG_UNAVAILABLE),
)
async def forget(
    interview_id: InterviewInPath,
    gateway: TheGateway,
    caller: TheCaller,
    reason: Annotated[
        Reason, Query(description="Why, in a few words; it is kept as evidence.")
    ] = BY_HTTP,
) -> Response:
    """Forget the interview: erase its words from the log for ever. The log still shows that it took
    place, when, and with how many questions and answers, and every proof still checks.

    The answer comes within seconds. It is 200 when the words are also overwritten in the log's
    files. It is 202 if another program (an audit, say) is reading an older state of the file: the
    gateway then overwrites them as soon as it can. Send the same request again to see whether it
    has.
    """
    forgotten = await gateway.custody.forget(interview_id, reason, caller.subject)
    gateway.conductor.end_reply(interview_id)
    reply = ForgottenReply.of(forgotten.record, forgotten.forks, forgotten.left_because)
    status = HTTPStatus.OK if reply.overwritten else HTTPStatus.ACCEPTED
    return json_of(reply, forgotten.record, status=status)


async def _overview(gateway: TheGateway, interview_id: str) -> InterviewOverview:
    row = await gateway.log.overview(interview_id)
    if row is None:
        raise UnknownInterview(interview_id)
    return InterviewOverview.of(row)
