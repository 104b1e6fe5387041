"""Assessments of an interview: make one, list them."""

from fastapi import APIRouter, Response
from fastapi.exceptions import RequestValidationError

from api.http import problems
from api.http.caller import TheCaller
from api.http.responses import WITH_EVIDENCE, documented, json_of
from api.http.routes.gateway_of import TheGateway
from api.http.routes.in_path import InterviewInPath
from api.http.wire.assessments import Assessment, AssessmentRequest, AssessmentsReply

router = APIRouter(prefix="/api/v1/interviews", tags=["assessments"])

REFUSALS = documented(
    problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_FORGOTTEN, problems.LOG_UNAVAILABLE
)


@router.post(
    "/{interviewId:uuid}/assessments",
    response_model=Assessment,
    responses=WITH_EVIDENCE
    | REFUSALS
    | documented(
        problems.UNKNOWN_MODEL,
        problems.UNKNOWN_INTERVIEW,
        problems.NOTHING_TO_ASSESS,
        problems.INVALID_INPUT,
        problems.DRAINING,
        problems.LOG_UNAVAILABLE,
    ),
)
async def assess(
    interview_id: InterviewInPath,
    request: AssessmentRequest,
    gateway: TheGateway,
    caller: TheCaller,
) -> Response:
    """Assess the interview as it stands: by a model, or by a person.

    A model may take as long as ASSESSMENT_BUDGET says. If you stop waiting, it goes on, and GET
    lists what it gave. The same post again joins, or gets the recorded assessment. Without a model
    no criterion is assessed, and each lists the answers to read for it.
    """
    with gateway.drain.working():
        if request.criteria is None:
            given = await gateway.assessments.by_model(interview_id, request.model)
        else:
            by = caller.subject or request.by
            if by is None:
                error = {"type": "missing", "loc": ("body", "by"), "msg": "", "input": None}
                raise RequestValidationError([error])
            given = await gateway.assessments.by_person(interview_id, by, request.criteria)
    return json_of(Assessment.of(given), given.record)


@router.get("/{interviewId:uuid}/assessments", response_model=AssessmentsReply, responses=REFUSALS)
async def assessments(interview_id: InterviewInPath, gateway: TheGateway) -> Response:
    """All assessments of the interview, the oldest first. They stand side by side."""
    found = await gateway.assessments.all_of(interview_id)
    return json_of(AssessmentsReply(assessments=[Assessment.of(given) for given in found]))
