"""The text of a job description or a CV that somebody hands in as a file.

The endpoint reads its body itself: only where there is a place for the document, so that large ones
do not pile up in memory.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from api.documents.kinds import DOCX, PDF, PLAIN
from api.http import problems
from api.http.leaving import ClientLeft, while_there
from api.http.responses import documented, gives, json_of
from api.http.routes.gateway_of import gateway_of
from api.http.wire.documents import DocumentReply

MOST_TYPE_CHARS = 200
"""Of a content type: none that is known here is as long."""

router = APIRouter(prefix="/api/v1", tags=["documents"], default_response_class=Response)

_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_TAKES = {
    "requestBody": {
        "required": True,
        "content": dict.fromkeys((PDF, DOCX, PLAIN), _BYTES),
    }
}
_ANSWERS = gives(DocumentReply) | documented(
    problems.DOCUMENT_UNREADABLE, problems.DOCUMENTS_UNAVAILABLE, problems.DRAINING
)


@router.post("/documents", responses=_ANSWERS, openapi_extra=_TAKES)
async def read_document(request: Request) -> Response:
    """Read the text of a PDF, a DOCX or a plain text of at most 5 MiB. Nothing of it is kept."""
    gateway = gateway_of(request)
    gateway.drain.admit()
    with gateway.drain.working():
        async with gateway.documents.place():
            try:
                document = await request.body()
            except ClientDisconnect as error:
                raise ClientLeft from error
            media_type = request.headers.get("content-type", "")[:MOST_TYPE_CHARS]
            reading = gateway.documents.text_of(document, media_type)
            found = await while_there(request, reading)
    return json_of(DocumentReply.of(found))
