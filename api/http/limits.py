"""The limit on the size of a request's body."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.problem_documents import problem_response

MAX_BODY_BYTES = 1024 * 1024
MAX_AUDIO_BYTES = 25 * 1024 * 1024
MAX_DOCUMENT_BYTES = 5 * 1024 * 1024

_LARGER = {
    "/api/v1/voice/transcribe": MAX_AUDIO_BYTES,
    "/api/v1/documents": MAX_DOCUMENT_BYTES,
}
"""The paths that take more, each of which reads its body with care: see `wire/forwarded.py` and
`api/usecases/documents.py`."""


class BodyLimit:
    """ASGI middleware: a body over 1 MiB (or over what `_LARGER` says) is refused before it is in
    memory.

    Starlette has a limit of its own, which answers a declared length in plain text; ours
    must be a problem.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A GET's body is nobody's: it is not read at all.
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        limit = _LARGER.get(scope["path"], MAX_BODY_BYTES)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > limit:
            refusal = problem_response(problems.TOO_LARGE, problems.TOO_LARGE.advice, scope["path"])
            await refusal(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(problems.TOO_LARGE.status)
            return message

        await self._app(scope, count, send)
