"""The one map from exceptions to problems. Only this module and `problems.py` know HTTP's status
codes.

A problem never contains a stack trace, a file path, or what a backend said.
"""

import logging
from email.message import Message
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import Match, Route

from api.http import problems
from api.http.leaving import ClientLeft
from api.http.problem_documents import FieldError, Problem, problem_of, problem_response
from api.http.problems import RETRY_LATER, ProblemType
from api.http.this_machine import OnlyOnThisMachine
from api.transcript.pdf import PdfNotMade
from api.usecases.errors import (
    AlreadyComplete,
    DocumentsBusy,
    DocumentUnreadable,
    GatewayDraining,
    GatewayStopping,
    InterviewForgotten,
    InterviewOnHold,
    InvalidAssessment,
    InvalidField,
    NoLogFile,
    NoReplyUnderWay,
    NothingToAssess,
    NotOwnInterview,
    ReadsNoDocuments,
    ReplyNotRecorded,
    ServiceFailed,
    ServiceNotSet,
    ServiceUnavailable,
    SessionConflict,
    UnknownBackend,
    UnknownInterview,
    UnknownModel,
    UnknownSession,
)
from api.validation import requirement
from backends.kits.errors import (
    BrokenKit,
    BuiltInKit,
    KitChanged,
    KitNotWritten,
    KitTooLarge,
    NoKitsFolder,
    UnknownKit,
)
from eventlog.errors import (
    LogCorrupted,
    LogUnavailable,
    NoSigningKey,
    OutcomeUnknown,
    ReservedId,
    UnreadableEvent,
)
from statemachine.errors import IllegalSession

logger = logging.getLogger(__name__)

CLIENT_LEFT = 499
"""The status, nginx's, of an answer that nobody is there to read any more."""

_BY_STATUS = {
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    413: problems.TOO_LARGE,
}


PROBLEMS: dict[type[Exception], ProblemType] = {
    IllegalSession: problems.INVALID_INPUT,
    SessionConflict: problems.SESSION_CONFLICT,
    AlreadyComplete: problems.INTERVIEW_COMPLETE,
    OnlyOnThisMachine: problems.ONLY_HERE,
    UnknownInterview: problems.UNKNOWN_INTERVIEW,
    NotOwnInterview: problems.UNKNOWN_INTERVIEW,
    UnknownSession: problems.UNKNOWN_INTERVIEW,
    InterviewForgotten: problems.INTERVIEW_FORGOTTEN,
    InterviewOnHold: problems.INTERVIEW_ON_HOLD,
    UnknownModel: problems.UNKNOWN_MODEL,
    InvalidField: problems.INVALID_INPUT,
    NothingToAssess: problems.NOTHING_TO_ASSESS,
    InvalidAssessment: problems.INVALID_INPUT,
    NoLogFile: problems.NO_LOG_FILE,
    UnknownKit: problems.UNKNOWN_KIT,
    BrokenKit: problems.BROKEN_KIT,
    BuiltInKit: problems.KIT_BUILT_IN,
    NoKitsFolder: problems.NO_KITS_FOLDER,
    KitChanged: problems.KIT_CHANGED,
    KitTooLarge: problems.INVALID_INPUT,
    KitNotWritten: problems.KIT_NOT_WRITTEN,
    NoReplyUnderWay: problems.NO_REPLY_UNDER_WAY,
    GatewayDraining: problems.DRAINING,
    GatewayStopping: problems.STOPPING,
    UnknownBackend: problems.UNKNOWN_BACKEND,
    DocumentUnreadable: problems.DOCUMENT_UNREADABLE,
    DocumentsBusy: problems.DOCUMENTS_UNAVAILABLE,
    ReadsNoDocuments: problems.DOCUMENTS_UNAVAILABLE,
    ServiceNotSet: problems.SERVICE_NOT_SET,
    ServiceUnavailable: problems.SERVICE_UNAVAILABLE,
    ServiceFailed: problems.SERVICE_FAILED,
    ReplyNotRecorded: problems.LOG_UNAVAILABLE,
    LogUnavailable: problems.LOG_UNAVAILABLE,
    NoSigningKey: problems.NO_SIGNING_KEY,
    PdfNotMade: problems.PDF_NOT_MADE,
    ReservedId: problems.INVALID_INPUT,
    LogCorrupted: problems.LOG_CORRUPTED,
    UnreadableEvent: problems.LOG_CORRUPTED,
}
"""The problem that each error of the layers below is."""


def install(app: FastAPI) -> None:
    """Make `app` answer every error as a problem; before any other middleware is added."""
    handlers: dict[type[Exception], Any] = {
        **dict.fromkeys(PROBLEMS, _known),
        RequestValidationError: _invalid_input,
        HTTPException: _http,
        ClientLeft: _left,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
    # Starlette would answer a mistake outside of all middleware: without the gate's guards, and
    # without CORS, so that the desktop's page could not read it.
    app.add_middleware(ServerErrorMiddleware, handler=_mistake)


def _problem(request: Request, kind: ProblemType, detail: str, **members: Any) -> JSONResponse:
    return problem_response(kind, detail, request.url.path, **members)


def problem_for(request: Request, error: Exception) -> Problem:
    """The problem that the error is, for an answer that has begun already."""
    kind, detail, members = _judged(request, error)
    members.pop("headers", None)
    return problem_of(kind, detail, request.url.path, **members)


async def _known(request: Request, error: Exception) -> JSONResponse:
    kind, detail, members = _judged(request, error)
    return _problem(request, kind, detail, **members)


def _judged(request: Request, error: Exception) -> tuple[ProblemType, str, dict[str, Any]]:
    """What kind of problem the error is, its detail, and its other members."""
    kind = next((PROBLEMS[base] for base in type(error).__mro__ if base in PROBLEMS), None)
    if kind is None:
        _log_mistake(request, error)
        return problems.INTERNAL_ERROR, problems.INTERNAL_ERROR.advice, {}
    if kind is problems.LOG_UNAVAILABLE:
        request.app.state.gateway.log_monitor.check_now()
    if kind is problems.LOG_CORRUPTED:
        logger.error("The event log was changed or damaged: %s", error)
    return kind, *_told(request, error)


def _told(request: Request, error: Exception) -> tuple[str, dict[str, Any]]:
    """The problem's detail for the caller, and its other members."""
    match error:
        case IllegalSession():
            field = FieldError(field=f"session.{error.place}", message=error.reason)
            return f"No interview leads to this session: {error}.", {"errors": [field]}
        case ReservedId() | InvalidField():
            field = _invalid_field(request, error)
            return f"{field.field}: {field.message}", {"errors": [field]}
        case SessionConflict():
            members = {"verdict": error.verdict, "place": error.place, "session": error.session}
            return str(error), members
        case InvalidAssessment():
            fields = [FieldError(field=f.place, message=f.problem) for f in error.faults[:20]]
            return str(error), {"errors": fields}
        case UnknownModel() | BrokenKit():
            return str(error), _listed(error)
        case ReplyNotRecorded() | GatewayDraining():
            is_taken = isinstance(error, ReplyNotRecorded)
            return str(error), {"answer_taken": is_taken, "headers": RETRY_LATER}
        case ServiceUnavailable() | ServiceNotSet() | ServiceFailed():
            later = {"headers": RETRY_LATER} if isinstance(error, ServiceUnavailable) else {}
            return str(error), {"service": error.service, **later}
        case DocumentsBusy():
            return str(error), {"headers": RETRY_LATER}
        case NoSigningKey():
            return f"Checkpoints cannot be signed: {error}.", {}
        case OutcomeUnknown():
            # Neither that the answer was taken, nor that it was not.
            return f"Your request may have been recorded or not: {error}.", {"headers": RETRY_LATER}
        case LogUnavailable():
            detail = (
                f"Your request was not recorded, because {error}. Send it again when the log is "
                "back."
            )
            return detail, {"answer_taken": False, "headers": RETRY_LATER}
        case LogCorrupted() | UnreadableEvent():
            advice = problems.LOG_CORRUPTED.advice
            return f"The event log was changed or damaged: {error}. {advice}", {}
    return str(error), {}


def _listed(error: UnknownModel | BrokenKit) -> dict[str, Any]:
    if isinstance(error, UnknownModel):
        return {"known_models": list(error.known)}
    faults = [FieldError(field=f.field or "", message=f.message) for f in error.faults]
    return {"errors": faults[:20]}


def _invalid_field(request: Request, error: ReservedId | InvalidField) -> FieldError:
    if isinstance(error, InvalidField):
        return FieldError(field=error.field, message=error.reason)
    is_start = request.url.path.endswith("/start")
    return FieldError(
        field="interviewId" if is_start else "session.interviewId",
        message="must be another UUID: this one is reserved for the log itself",
    )


async def _invalid_input(request: Request, error: RequestValidationError) -> JSONResponse:
    found = error.errors()
    if (
        request.method in ("POST", "PUT")
        and not declares_json(request)
        and _is_about_the_body(found)
    ):
        return _problem(request, problems.NOT_JSON, problems.NOT_JSON.advice)
    errors = [
        FieldError(field=_field(e["loc"]), message=_message(e))
        for e in found
        if not _only_follows(e, found)
    ]
    detail = "; ".join(f"{e.field}: {e.message}" for e in errors[:3])
    return _problem(request, problems.INVALID_INPUT, detail, errors=errors[:20])


def declares_json(request: Request) -> bool:
    """Whether the request says that its body is JSON."""
    declared = Message()
    declared["content-type"] = request.headers.get("content-type", "")
    subtype = declared.get_content_subtype()
    return declared.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )


def _is_about_the_body(found: Any) -> bool:
    return all(tuple(e["loc"]) == ("body",) for e in found)


def _only_follows(error: Any, found: Any) -> bool:
    """True for "too short" of a list whose own item is what is wrong."""
    place = tuple(error["loc"])
    return error["type"] == "too_short" and any(
        tuple(other["loc"])[: len(place)] == place and len(other["loc"]) > len(place)
        for other in found
    )


def _field(place: tuple[str | int, ...]) -> str:
    """("body", "session", "messages", 3, "content") as session.messages[3].content."""
    path = ""
    for part in place[1:] or place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".")


def _message(error: Any) -> str:
    """What the value must be, without the value: it may be long, or not even be text."""
    if error["type"] == "json_invalid":
        return f"is not JSON: {error['ctx']['error']} at character {error['loc'][-1]}"
    return requirement(error)


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        # Starlette and FastAPI raise 400 for a body that cannot be read as JSON at all: one
        # that is nested too deeply, or is not UTF-8.
        kind, detail = problems.INVALID_INPUT, "The body is not valid JSON."
    else:
        detail = kind.advice
    headers = dict(error.headers or {})
    if kind is problems.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request)) or headers["Allow"]
    return _problem(request, kind, detail, headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods of all endpoints with this path, of which the router names those of the first.
    None for a path in a folder of files, which names its own."""
    scope = {**request.scope, "root_path": ""}  # where the folder would be
    here = [
        route
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE
    ]
    return sorted({method for route in here for method in route.methods or ()})


async def _left(_: Request, __: Exception) -> Response:
    return Response(status_code=CLIENT_LEFT)


def _log_mistake(request: Request, error: Exception) -> None:
    # The endpoint's path, not the one asked for: a caller may write anything into that.
    path = getattr(request.scope.get("route"), "path", "A request outside the endpoints")
    logger.error("%s %s failed", request.method, path, exc_info=error)


async def _mistake(request: Request, error: Exception) -> JSONResponse:
    _log_mistake(request, error)
    return _problem(request, problems.INTERNAL_ERROR, problems.INTERNAL_ERROR.advice)
