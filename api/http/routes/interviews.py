"""Interviews: set up, answer, sum up; look one up, list them all."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.http import problems
from api.http.caller import TheCaller, caller_of
from api.http.responses import EVENT_STREAM, WITH_EVIDENCE, documented, json_of
from api.http.routes.cursors import cursor_at, position_of
from api.http.routes.gateway_of import TheGateway, gateway_of
from api.http.routes.in_path import InterviewInPath
from api.http.streaming import events_of, last_event_id, wants_events
from api.http.wire.history import (
    WITH_PRACTICE,
    Cursor,
    InterviewReply,
    InterviewsReply,
    Limit,
    ListedInterview,
    ShownPractice,
    ShownState,
)
from api.http.wire.interviews import (
    RespondRequest,
    StartRequest,
    SummaryReply,
    SummaryRequest,
)
from api.usecases.errors import UnknownInterview
from statemachine.session import Role, Session

router = APIRouter(prefix="/api/v1/interviews", tags=["interviews"])

EVENTS: dict[str, Any] = {
    "description": "Server-sent events: `status`, `delta` and `reset` while the reply is made, "
    "then `done` or `problem`. docs/streaming.md says what is in them.",
    "content": {EVENT_STREAM: {}},
}
WHOLE_OR_AS_EVENTS: dict[int | str, dict[str, Any]] = {
    200: WITH_EVIDENCE[200]
    | EVENTS
    | {"description": "The reply. With `Accept: text/event-stream`, as server-sent events."}
}

REFUSALS = WHOLE_OR_AS_EVENTS | documented(
    problems.SESSION_CONFLICT,
    problems.UNKNOWN_INTERVIEW,
    problems.INTERVIEW_FORGOTTEN,
    problems.LOG_UNAVAILABLE,
    problems.DRAINING,
)


@router.post(
    "/start",
    response_model=Session,
    responses=WHOLE_OR_AS_EVENTS
    | documented(
        problems.UNKNOWN_MODEL,
        problems.SESSION_CONFLICT,
        problems.INTERVIEW_FORGOTTEN,
        problems.LOG_UNAVAILABLE,
        problems.DRAINING,
    ),
)
async def start(request: Request, posted: StartRequest) -> Response:
    """Set up an interview: its session, with the first question."""
    gateway, caller = gateway_of(request), caller_of(request)
    config, brief = await gateway.kit_choice.choose(
        posted.role, posted.model, posted.total_questions, posted.brief
    )
    with gateway.drain.working():
        if wants_events(request):
            listening = await gateway.conductor.stream_start(
                caller, config, posted.interview_id, brief
            )
            return events_of(request, listening)
        reply = await gateway.conductor.start(caller, config, posted.interview_id, brief)
    return json_of(reply.session, reply.record, caller=caller)


@router.post("/respond", response_model=Session, responses=REFUSALS)
async def respond(request: Request, posted: RespondRequest) -> Response:
    """Answer the question that waits: the session with the interviewer's reply.

    The same post again gives the same reply, word for word.
    """
    gateway, caller = gateway_of(request), caller_of(request)
    session, message = posted.session, posted.message
    with gateway.drain.working():
        if wants_events(request):
            listening = await gateway.conductor.stream_response(caller, session, message)
            return events_of(request, listening)
        reply = await gateway.conductor.respond(caller, session, message)
    return json_of(reply.session, reply.record, caller=caller)


@router.post("/summary", response_model=SummaryReply, responses=REFUSALS)
async def summary(request: Request, posted: SummaryRequest) -> Response:
    """Sum the interview up as it stands."""
    gateway, caller = gateway_of(request), caller_of(request)
    with gateway.drain.working():
        if wants_events(request):
            listening = await gateway.conductor.stream_summary(caller, posted.session)
            return events_of(request, listening)
        given = await gateway.conductor.sum_up(caller, posted.session)
    reply = SummaryReply(
        summary=given.event.content,
        role=given.config.role,
        questions_asked=given.event.questions_asked,
        responses_given=given.event.responses_given,
        timestamp=given.record.time,
    )
    return json_of(reply, given.record, caller=caller)


ABOUT_A_REPLY = documented(
    problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_FORGOTTEN, problems.LOG_UNAVAILABLE
)


@router.get(
    "/{interviewId:uuid}/reply",
    response_class=Response,
    responses=ABOUT_A_REPLY | {200: EVENTS},
)
async def reply(interview_id: InterviewInPath, request: Request) -> Response:
    """The newest reply or summary of an interview, as server-sent events.

    Under way: all words so far as one `reset`, then what comes; or, with `Last-Event-ID`, what came
    after that event. Over: all of it as one `reset`, and `done`. One that was interrupted, because
    the gateway was stopped, goes on.
    """
    conductor = gateway_of(request).conductor
    last_id = last_event_id(request)
    return events_of(request, await conductor.newest_reply(interview_id, last_id))


@router.delete(
    "/{interviewId:uuid}/reply",
    status_code=202,
    response_class=Response,
    responses=ABOUT_A_REPLY | documented(problems.NO_REPLY_UNDER_WAY, problems.UNKNOWN_INTERVIEW),
)
async def stop_waiting(interview_id: InterviewInPath, request: Request) -> Response:
    """Wait no longer for the reply under way. What was said so far is kept if it asks a whole
    question; otherwise the built-in words take over. Whoever listens is told."""
    await gateway_of(request).conductor.stop_waiting(interview_id)
    return Response(status_code=202)


@router.get("", responses=documented(problems.LOG_UNAVAILABLE))
async def interviews(
    gateway: TheGateway,
    caller: TheCaller,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            description="Only interviews whose id begins with this text, whose candidate's name, "
            "role or model holds it, or in which it was said: in a question, an answer, a summary "
            "or an adopted session. Letters are found in both cases, all other characters as they "
            "are. `found` says where it stands first.",
        ),
    ] = None,
    state: Annotated[ShownState | None, Query(description="Only interviews in this state.")] = None,
    role: Annotated[Role | None, Query(description="Only interviews for this role.")] = None,
    practice: Annotated[
        ShownPractice | None,
        Query(
            description="Whether practice is shown: not without this (`false`), besides the others "
            "(`true`), or alone (`only`). A candidate sees their own without asking."
        ),
    ] = None,
    limit: Annotated[Limit, Query(description="How many on a page.")] = 20,
    cursor: Annotated[
        Cursor | None, Query(description="`next` of the page before. It goes with any filter.")
    ] = None,
) -> InterviewsReply:
    """All interviews, newest first, by pages; or those that a text is found in. A candidate gets
    their own alone.

    A page is answered after half a second or a little more, however long the log is. Where few
    interviews fit, it may have fewer than `limit`, or none, although there are more: `lookedBackTo`
    says how far it looked. Follow `next` until it is null.
    """
    if practice is None and caller.owner is not None:
        practice = "true"
    page = await gateway.log.overviews(
        text=q,
        state=state,
        role=role,
        before=await position_of(cursor, gateway.log, caller.owner),
        limit=limit,
        practice=WITH_PRACTICE[practice],
        started_by=caller.owner,
    )
    rows = page.rows
    looked_back_to = None
    if page.next is not None and len(rows) < limit:
        oldest = await gateway.log.records_from(page.next, 1)
        looked_back_to = oldest[0].time if oldest else None
    found = [None] * len(rows) if q is None else await gateway.log.where_found(rows, q)
    if caller.owner is not None:  # positions would tell how much others say
        found = [place and replace(place, position=None) for place in found]
    return InterviewsReply(
        interviews=[ListedInterview.in_list(*each) for each in zip(rows, found, strict=True)],
        next=await cursor_at(page.next, gateway.log, caller.owner),
        looked_back_to=looked_back_to,
    )


@router.get(
    "/{interviewId:uuid}",
    response_model=InterviewReply,
    responses=documented(
        problems.UNKNOWN_INTERVIEW, problems.INTERVIEW_FORGOTTEN, problems.LOG_UNAVAILABLE
    ),
)
async def interview(interview_id: InterviewInPath, gateway: TheGateway) -> Response:
    """One interview and its current session, to go on from after a crash."""

    async def read() -> InterviewReply:
        found = await gateway.interviews.get(interview_id)
        row = await gateway.log.overview(interview_id)
        first = await gateway.log.record(interview_id, 1)
        if row is None or first is None:
            raise UnknownInterview(interview_id)
        return InterviewReply.of_interview(row, found, first.salt)

    return await gateway.views.make(read, json_of)
