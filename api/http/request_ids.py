"""The id of each request: the caller's own if it is sane, else a new one. Every answer carries it.

A caller's place in a trace (https://www.w3.org/TR/trace-context/) is kept beside it.
"""

import re
from collections.abc import Iterable
from random import getrandbits

from starlette.types import Scope

from backends.correlation import Correlation, current

HEADER = "X-Request-ID"

_NAME = HEADER.lower().encode()
_SANE_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
"""All that usual ids consist of. A sentence has blanks, and is none."""

_TRACEPARENT = re.compile(
    rb"(?!ff|00.{54})[0-9a-f]{2}(-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?"
)
"""Versions after 00 may have more behind what is known, and are passed on as 00."""
_TRACESTATE = re.compile(rb"[!-~](?:[ -~]{0,510}[!-~])?")

_NAMES = frozenset({_NAME, b"traceparent", b"tracestate"})

KEY = "correlation"
"""Where the correlation stands in the scope of a request that has one."""

Headers = Iterable[tuple[bytes, bytes]]


def identify(scope: Scope) -> tuple[bytes, bytes]:
    """Let all that is done for this request be known by its id. Returns the answer's header.

    It is no middleware of its own: that would cost each request 3 % of its time.
    """
    correlation = scope.get(KEY)
    if correlation is None:
        correlation = scope[KEY] = correlation_of(scope["headers"])
        current.set(correlation)  # in the request's own task
    return _NAME, correlation.request_id.encode()


def correlation_of(headers: Headers) -> Correlation:
    """The id that these request headers give, or a new one; and the trace that they name, if any.
    What is not sane, or is given twice, counts as not given."""
    given = [header for header in headers if header[0] in _NAMES]
    if not given:
        return Correlation(new_id())
    id = traceparent = tracestate = None
    for name, value in given:
        if name == _NAME:
            id = value if id is None else b""
        elif name == b"traceparent":
            traceparent = value if traceparent is None else b""
        else:
            tracestate = value if tracestate is None else b"%b,%b" % (tracestate, value)
    return Correlation(
        id.decode() if id is not None and _SANE_ID.fullmatch(id) else new_id(),
        *_trace(traceparent, tracestate),
    )


def new_id() -> str:
    """32 hexadecimal digits. They need not be hard to guess, and a draw from the system would give
    the interpreter's lock away at each request."""
    return f"{getrandbits(128):032x}"


def _trace(traceparent: bytes | None, tracestate: bytes | None) -> tuple[str | None, str | None]:
    known = _TRACEPARENT.fullmatch(traceparent or b"")
    if known is None:
        return None, None
    is_usable = tracestate is not None and _TRACESTATE.fullmatch(tracestate)
    return f"00{known[1].decode()}", tracestate.decode() if tracestate and is_usable else None
