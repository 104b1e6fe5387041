"""The problem types of RFC 9457 that the gateway answers, in one table.

A problem's `type` is the path of a page of the gateway's own that explains it.
"""

from dataclasses import dataclass
from http import HTTPStatus

PREFIX = "/problems/"

RETRY_LATER = {"retry-after": "5"}
"""Seconds: as often as the log is looked at."""


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem: its name in the `type`, its status, its title, and what a caller
    can do about it."""

    name: str
    status: int
    title: str
    advice: str

    @property
    def uri(self) -> str:
        return PREFIX + self.name


UNKNOWN_HOST = ProblemType(
    "unknown-host",
    HTTPStatus.BAD_REQUEST,
    "The gateway does not answer requests for this host name",
    "Use localhost or 127.0.0.1, or add the name to ALLOWED_HOSTS.",
)
MALFORMED = ProblemType(
    "malformed-request",
    HTTPStatus.BAD_REQUEST,
    "The request is not valid HTTP",
    "Send HTTP/1.1, with one Host header, one Content-Length and at most 192 KiB of headers.",
)
FOREIGN_ORIGIN = ProblemType(
    "foreign-origin",
    HTTPStatus.FORBIDDEN,
    "Web pages of this origin may not use the gateway",
    "Use the desktop app or the gateway's own page, or add the origin to ALLOWED_ORIGINS. "
    "The gateway's output names the origin and the setting.",
)
NOT_SIGNED_IN = ProblemType(
    "not-signed-in",
    HTTPStatus.UNAUTHORIZED,
    "The request has no valid token",
    "Sign in, and send the token in the header Authorization: Bearer.",
)
ROLE_MISSING = ProblemType(
    "role-missing",
    HTTPStatus.FORBIDDEN,
    "Your roles do not allow this request",
    "Ask an administrator for a role that allows it.",
)
ONLY_HERE = ProblemType(
    "only-on-this-machine",
    HTTPStatus.FORBIDDEN,
    "While nobody signs in, only this machine may administer the gateway",
    "Send the request from the machine that the gateway runs on, not through a proxy; or switch "
    "sign-in on.",
)
NOT_FOUND = ProblemType(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "There is no such endpoint",
    "See /docs for a list of the endpoints.",
)
UNKNOWN_MODEL = ProblemType(
    "unknown-model",
    HTTPStatus.NOT_FOUND,
    "No source offers this model",
    "Choose one of `knownModels`, or leave `model` out.",
)
UNKNOWN_INTERVIEW = ProblemType(
    "unknown-interview",
    HTTPStatus.NOT_FOUND,
    "There is no such interview",
    "GET /api/v1/interviews lists the interviews. Choose one of them, or start a new one.",
)
UNKNOWN_BACKEND = ProblemType(
    "unknown-backend",
    HTTPStatus.NOT_FOUND,
    "There is no such backend",
    "GET /api/v1/admin/circuits lists the backends.",
)
UNKNOWN_KIT = ProblemType(
    "unknown-kit",
    HTTPStatus.NOT_FOUND,
    "There is no such interview kit",
    "GET /api/v1/kits lists the kits.",
)
BROKEN_KIT = ProblemType(
    "broken-kit",
    HTTPStatus.CONFLICT,
    "The interview kit cannot be used",
    "Correct its file, or PUT the kit anew. `errors` lists what is wrong.",
)
KIT_BUILT_IN = ProblemType(
    "kit-built-in",
    HTTPStatus.CONFLICT,
    "Built-in interview kits cannot be deleted",
    "To use another one in its place, PUT a kit with its id.",
)
NO_KITS_FOLDER = ProblemType(
    "no-kits-folder",
    HTTPStatus.CONFLICT,
    "The gateway keeps no interview kits of its own",
    "Set KITS to a folder, and restart the gateway.",
)
KIT_CHANGED = ProblemType(
    "kit-changed",
    HTTPStatus.PRECONDITION_FAILED,
    "The interview kit is not the version that you know",
    "GET the kit again, and repeat your change on what you get.",
)
KIT_NOT_WRITTEN = ProblemType(
    "kit-not-written",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The interview kit could not be written or deleted",
    "Let the gateway write to the folder KITS, and make room there. Nothing has changed.",
)
INTERVIEW_FORGOTTEN = ProblemType(
    "interview-forgotten",
    HTTPStatus.GONE,
    "The words of this interview were erased",
    "The log still shows when it took place. Start a new interview.",
)
NO_REPLY_UNDER_WAY = ProblemType(
    "no-reply-under-way",
    HTTPStatus.NOT_FOUND,
    "No reply to this interview is in progress",
    "GET the interview. It has the reply already, or nobody asked for one yet.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "This endpoint does not support this method",
    "The `Allow` header lists the methods that it supports.",
)
INTERVIEW_ON_HOLD = ProblemType(
    "interview-on-hold",
    HTTPStatus.CONFLICT,
    "The interview is on hold",
    "Release it before you erase its words.",
)
SESSION_CONFLICT = ProblemType(
    "session-conflict",
    HTTPStatus.CONFLICT,
    "The session differs from the log",
    "Continue with the log's `session`. `verdict` and `place` say where yours differs.",
)
INTERVIEW_COMPLETE = ProblemType(
    "interview-complete",
    HTTPStatus.CONFLICT,
    "The interview is complete",
    "Ask for its summary, or start a new interview.",
)
NOTHING_TO_ASSESS = ProblemType(
    "nothing-to-assess",
    HTTPStatus.CONFLICT,
    "The interview cannot be assessed",
    "Wait for its first question.",
)
NO_LOG_FILE = ProblemType(
    "no-log-file",
    HTTPStatus.CONFLICT,
    "The log is in memory",
    "There is no file to check. Start the gateway with EVENTLOG_URL=sqlite:/// and a file name.",
)
TOO_LARGE = ProblemType(
    "too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The body is too large",
    "Send at most 1 MiB. /api/v1/voice/transcribe takes 25 MiB, if the audio is what is large, and "
    "/api/v1/documents takes 5 MiB.",
)
TOO_SLOW = ProblemType(
    "too-slow",
    HTTPStatus.REQUEST_TIMEOUT,
    "The request took too long to arrive",
    "Send the whole request, headers and body, within 10 seconds.",
)
NOT_JSON = ProblemType(
    "not-json",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The request's content type is not JSON",
    "Send JSON, with the header Content-Type: application/json.",
)
INVALID_INPUT = ProblemType(
    "invalid-input",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The input is not valid",
    "`errors` lists each invalid field, and what is allowed there.",
)
DOCUMENT_UNREADABLE = ProblemType(
    "unreadable-document",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The document's text cannot be read",
    "`detail` says why. Send a PDF, a DOCX or plain text, or have the text pasted.",
)
DOCUMENTS_UNAVAILABLE = ProblemType(
    "documents-unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The gateway cannot read this document now",
    "Send it again after the seconds in `Retry-After`. Where there is none, install "
    "interview-gateway[documents]. Or have the text pasted.",
)
QUOTA_EXCEEDED = ProblemType(
    "quota-exceeded",
    HTTPStatus.TOO_MANY_REQUESTS,
    "You have sent too many requests",
    "Send the same request again after the seconds in `Retry-After`. Nothing was recorded.",
)
LOG_UNAVAILABLE = ProblemType(
    "log-unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The event log cannot be used right now",
    "Send the same request again later. `answerTaken` says whether your answer is already in "
    "the log; without it, that is not known.",
)
DRAINING = ProblemType(
    "draining",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The gateway is about to stop",
    "Send the same request again after the seconds in `Retry-After`. Nothing new was recorded.",
)
STOPPING = ProblemType(
    "stopping",
    HTTPStatus.CONFLICT,
    "The gateway was told to stop",
    "Start it again when it has stopped.",
)
NOT_READY = ProblemType(
    "not-ready",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The gateway is not ready for interviews",
    "Send requests to another gateway, or wait until this answers 200.",
)
SERVICE_NOT_SET = ProblemType(
    "service-not-set",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The gateway does not have this service",
    "Set the URL of the service, and restart the gateway.",
)
SERVICE_UNAVAILABLE = ProblemType(
    "service-unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The service is down, busy or too slow",
    "Send the same request again later. `service` names the service. GET /api/v1/system/status "
    "shows whether it is up.",
)
SERVICE_FAILED = ProblemType(
    "service-failed",
    HTTPStatus.BAD_GATEWAY,
    "The service gave no answer that can be passed on",
    "Look at the output of the service. `service` names it.",
)
NO_SIGNING_KEY = ProblemType(
    "no-signing-key",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The log's key is missing, so checkpoints cannot be signed",
    "Restore the log's key file from the backup. If it is lost, stop the gateway and make a new "
    "key with `interview-gateway audit new-key`. Until then, interviews work as usual.",
)
PDF_NOT_MADE = ProblemType(
    "pdf-not-made",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The gateway cannot make this PDF",
    "Use format=html and print the page from a browser. If the detail says that the extra pdf is "
    "missing, install it and restart the gateway.",
)
LOG_CORRUPTED = ProblemType(
    "not-as-logged",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The event log was changed or damaged",
    "Run `interview-gateway audit verify`. It says what is wrong, and where.",
)
INTERNAL_ERROR = ProblemType(
    "internal-error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The gateway had an internal error",
    "Send the same request again. The gateway never records a step twice. Its output has the "
    "details.",
)

PROBLEM_TYPES = {
    kind.name: kind for kind in list(globals().values()) if isinstance(kind, ProblemType)
}
