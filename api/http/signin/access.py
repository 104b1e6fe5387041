"""Which role may call which endpoint: the one table. What is not in it, nobody may call."""

from collections.abc import Iterable, Mapping

from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Scope

from api.usecases.callers import CallerRole

CANDIDATE, INTERVIEWER, AUDITOR, ADMIN = CallerRole

Allowed = frozenset[CallerRole] | None
"""The roles that may call an endpoint; None if it is open to all, also without a token."""

OPEN: Allowed = None
ANY_ROLE: Allowed = frozenset(CallerRole)
CONDUCTING: Allowed = frozenset({CANDIDATE, INTERVIEWER, ADMIN})
STAFF: Allowed = frozenset({INTERVIEWER, AUDITOR, ADMIN})
AUDITING: Allowed = frozenset({AUDITOR, ADMIN})
INTERVIEWING: Allowed = frozenset({INTERVIEWER, ADMIN})
ONLY_ADMIN: Allowed = frozenset({ADMIN})

INTERVIEWS = "/api/v1/interviews"
ADMINISTRATION = "/api/v1/admin"
INTERVIEW = f"{INTERVIEWS}/{{interviewId}}"
METRICS = "GET /metrics"

ACCESS: Mapping[str, Allowed] = {
    # The page's own files, and what explains an error. /health shows only its overall status to
    # who is not staff.
    "GET /": OPEN,
    "GET /interview": OPEN,
    "GET /page": OPEN,
    "GET /health": OPEN,
    "GET /live": OPEN,
    "GET /ready": OPEN,
    "GET /problems/{name}": OPEN,
    # A candidate finds only its own interviews here.
    f"POST {INTERVIEWS}/start": CONDUCTING,
    f"POST {INTERVIEWS}/respond": CONDUCTING,
    f"POST {INTERVIEWS}/summary": CONDUCTING,
    # An interrupted reply goes on when it is listened to, and an auditor changes nothing.
    f"GET {INTERVIEW}/reply": CONDUCTING,
    f"DELETE {INTERVIEW}/reply": CONDUCTING,
    f"GET {INTERVIEWS}": ANY_ROLE,
    f"GET {INTERVIEW}": ANY_ROLE,
    f"GET {INTERVIEW}/session": ANY_ROLE,
    "GET /api/v1/me": ANY_ROLE,
    "GET /api/v1/models": ANY_ROLE,
    "GET /api/v1/statemachine": ANY_ROLE,
    # A candidate sees which there are, and not what they ask.
    "GET /api/v1/kits": ANY_ROLE,
    "POST /api/v1/voice/synthesize": CONDUCTING,
    "POST /api/v1/voice/transcribe": CONDUCTING,
    # Of nobody's interview: the text is given back, and nothing of it is kept.
    "POST /api/v1/documents": CONDUCTING,
    # Other services, which know nothing of whose interview is whose.
    "POST /api/v1/analytics/sentiment": INTERVIEWING,
    "POST /api/v1/analytics/trust-report": INTERVIEWING,
    "POST /api/v1/scout/search": INTERVIEWING,
    "GET /api/v1/scout/agents": INTERVIEWING,
    "POST /api/v1/agents/execute": INTERVIEWING,
    "GET /api/v1/system/status": STAFF,
    "GET /api/v1/services": STAFF,
    "GET /api/v1/dashboard": STAFF,
    "GET /api/v1/kits/{id}": STAFF,
    "PUT /api/v1/kits/{id}": INTERVIEWING,
    "DELETE /api/v1/kits/{id}": INTERVIEWING,
    # Of all interviews.
    f"GET {INTERVIEW}/events": STAFF,
    f"GET {INTERVIEW}/transcript": STAFF,
    f"GET {INTERVIEW}/assessments": STAFF,
    f"POST {INTERVIEW}/assessments": INTERVIEWING,
    f"GET {INTERVIEW}/bundle": STAFF,
    "GET /docs": STAFF,
    "GET /docs/oauth2-redirect": STAFF,
    "GET /static-offline-docs": STAFF,
    "GET /openapi.json": STAFF,
    "GET /api/v1/audit/checkpoint": AUDITING,
    "GET /api/v1/audit/key": AUDITING,
    "GET /api/v1/audit/inclusion": AUDITING,
    "GET /api/v1/audit/consistency": AUDITING,
    "POST /api/v1/audit/verify": AUDITING,
    METRICS: AUDITING,
    # What changes the log, or what all interviews begin with.
    "POST /api/v1/audit/checkpoint": ONLY_ADMIN,
    "POST /api/v1/models/select": ONLY_ADMIN,
    f"POST {INTERVIEW}/hold": ONLY_ADMIN,
    f"POST {INTERVIEW}/release": ONLY_ADMIN,
    f"DELETE {INTERVIEW}": ONLY_ADMIN,
    # How the gateway runs, and what changes that.
    f"GET {ADMINISTRATION}/settings": ONLY_ADMIN,
    f"GET {ADMINISTRATION}/circuits": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/circuits/{{backend}}/open": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/circuits/{{backend}}/close": ONLY_ADMIN,
    f"GET {ADMINISTRATION}/models": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/models/load": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/models/unload": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/probe": ONLY_ADMIN,
    f"GET {ADMINISTRATION}/replies": ONLY_ADMIN,
    f"GET {ADMINISTRATION}/log": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/log/seal": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/log/scrub": ONLY_ADMIN,
    f"GET {ADMINISTRATION}/redis": ONLY_ADMIN,
    f"GET {ADMINISTRATION}/drain": ONLY_ADMIN,
    f"POST {ADMINISTRATION}/drain": ONLY_ADMIN,
    f"DELETE {ADMINISTRATION}/drain": ONLY_ADMIN,
}
"""The roles that may call each endpoint, by its method and path. HEAD is as GET."""


def endpoint_of(scope: Scope, routes: Iterable[BaseRoute]) -> str | None:
    """Return the key in ACCESS of the endpoint that takes this request; None if none does."""
    for route in routes:
        if route.matches(scope)[0] is Match.FULL:
            return key_of(route, scope["method"])
    return None


def key_of(route: BaseRoute, method: str) -> str:
    """Return the key in ACCESS of a route for a method."""
    path = route.path if isinstance(route, Route | Mount) else ""
    return f"{'GET' if method == 'HEAD' else method} {path.replace(':uuid}', '}')}"
