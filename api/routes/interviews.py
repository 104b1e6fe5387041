"""Interviews: set up, answer, sum up; look one up, list them all."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api import problems
from api.refusals import UnknownInterview
from api.responses import documented
from api.routes.gateway_of import TheGateway
from api.wire import (
    InterviewOverview,
    InterviewReply,
    InterviewsReply,
    Limit,
    RespondRequest,
    ShownState,
    StartRequest,
    SummaryReply,
    SummaryRequest,
)
from statemachine.session import Config, Role, Session

router = APIRouter(prefix="/api/v1/interviews", tags=["interviews"])

CONFLICTS = documented(
    problems.SESSION_CONFLICT, problems.UNKNOWN_INTERVIEW, problems.LOG_UNAVAILABLE
)


@router.post(
    "/start",
    response_model_exclude_none=True,
    responses=documented(
        problems.UNKNOWN_MODEL, problems.SESSION_CONFLICT, problems.LOG_UNAVAILABLE
    ),
)
async def start(request: StartRequest, gateway: TheGateway) -> Session:
    """Set up an interview: its session, with the first question."""
    config = Config(
        role=request.role,
        model=request.model,
        total_questions=request.total_questions,
    )
    return await gateway.conductor.start(config, request.interview_id)


@router.post("/respond", response_model_exclude_none=True, responses=CONFLICTS)
async def respond(request: RespondRequest, gateway: TheGateway) -> Session:
    """Answer the question that waits: the session with the interviewer's reply.

    The same post again gives the same reply, word for word.
    """
    return await gateway.conductor.respond(request.session, request.message)


@router.post("/summary", responses=CONFLICTS)
async def summary(request: SummaryRequest, gateway: TheGateway) -> SummaryReply:
    """Sum the interview up as it stands."""
    given = await gateway.conductor.sum_up(request.session)
    return SummaryReply(
        summary=given.event.content,
        role=given.config.role,
        questions_asked=given.event.questions_asked,
        responses_given=given.event.responses_given,
        timestamp=given.given_at,
    )


@router.get("", responses=documented(problems.LOG_UNAVAILABLE))
async def interviews(
    gateway: TheGateway,
    state: Annotated[ShownState | None, Query(description="Only interviews in this state.")] = None,
    role: Annotated[Role | None, Query(description="Only interviews for this role.")] = None,
    limit: Annotated[Limit, Query(description="How many on a page.")] = 20,
    cursor: Annotated[
        str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before.")
    ] = None,
) -> InterviewsReply:
    """All interviews, newest first, by pages."""
    before = int(cursor) if cursor is not None else None
    rows = await gateway.log.overviews(state=state, role=role, before=before, limit=limit + 1)
    page = rows[:limit]
    has_more = len(rows) > limit
    return InterviewsReply(
        interviews=[InterviewOverview.of(row) for row in page],
        next=str(page[-1].first_position) if has_more else None,
    )


@router.get(
    "/{interviewId:uuid}",
    response_model_exclude_none=True,
    responses=documented(problems.UNKNOWN_INTERVIEW, problems.LOG_UNAVAILABLE),
)
async def interview(
    interview_id: Annotated[UUID, Path(alias="interviewId")], gateway: TheGateway
) -> InterviewReply:
    """One interview and its current session, to go on from after a crash."""
    found = await gateway.log.interview(str(interview_id))
    row = await gateway.log.overview(str(interview_id))
    if found is None or row is None:
        raise UnknownInterview(
            "The log holds no interview of this id. GET /api/v1/interviews lists those it holds."
        )
    return InterviewReply.of_interview(row, found)
