"""An interview looked back on: its events, the session its client held, its transcript; and to
take away with its proofs."""

import asyncio
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.exceptions import RequestValidationError

from api import problems
from api.bundles import bundle_text
from api.refusals import InterviewForgotten
from api.responses import documented
from api.routes.gateway_of import TheGateway
from api.routes.in_path import InterviewInPath, unknown
from api.transcript.document import Transcript, transcript_of
from api.transcript.html import CONTENT_SECURITY_POLICY, as_html
from api.transcript.markdown import as_markdown
from api.wire_replay import EventsReply
from eventlog.bundle import Bundle
from eventlog.errors import WordsForgotten
from eventlog.readmodels import HANDED_OUT
from eventlog.records import Record
from eventlog.story import session_at_version, story_of
from statemachine.session import Session

router = APIRouter(
    prefix="/api/v1/interviews",
    tags=["replay"],
    responses=documented(problems.UNKNOWN_INTERVIEW, problems.LOG_UNAVAILABLE),
)


class Format(StrEnum):
    """What a transcript can be had as."""

    JSON = "json"
    MARKDOWN = "md"
    HTML = "html"


async def _records_of(interview_id: InterviewInPath, gateway: TheGateway) -> list[Record]:
    records = await gateway.log.records(interview_id)
    if not records:
        raise unknown(interview_id)
    return records


Records = Annotated[list[Record], Depends(_records_of)]


@router.get("/{interviewId:uuid}/events")
async def events(records: Records) -> EventsReply:
    """All that happened, oldest first, with what the log commits to. Words that were forgotten
    are null; that something was said, and when, stays."""
    return EventsReply.of(records[0].interview_id, story_of(records))


@router.get(
    "/{interviewId:uuid}/session",
    response_model_exclude_none=True,
    responses=documented(problems.INTERVIEW_FORGOTTEN),
)
async def session(
    records: Records,
    version: Annotated[
        int | None,
        Query(description="After which event, from the first question on; the last one."),
    ] = None,
) -> Session:
    """The session exactly as the client held it after an event of the interview."""
    last = len(records)
    try:
        held = session_at_version(records, last if version is None else version)
    except WordsForgotten as error:
        raise InterviewForgotten(
            "The words of this interview were forgotten, so there is no session of it any more."
        ) from error
    except IndexError:
        held = None
    if held is None:
        raise _no_session(_first_held(records), last)
    return held


def _first_held(records: list[Record]) -> int | None:
    """The first version after which the client held a session."""
    return next((r.version for r in records if isinstance(r.event, HANDED_OUT)), None)


def _no_session(first: int | None, last: int) -> RequestValidationError:
    message = (
        "the client holds no session yet: no question has been asked"
        if first is None
        else f"must be from {first}, when the first question was asked, to {last}"
    )
    return RequestValidationError([{"type": "value", "loc": ("query", "version"), "msg": message}])


@router.get(
    "/{interviewId:uuid}/transcript",
    response_model=Transcript,
    response_model_exclude_none=True,
    responses={
        200: {
            "content": {
                "text/markdown": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            }
        }
    },
)
async def transcript(
    records: Records,
    format: Annotated[
        Format, Query(description="`json`, `md` for Markdown, `html` for a page to print.")
    ] = Format.JSON,
) -> Transcript | Response:
    """What was said, when, and where the interviewer's words came from, for a person to read.
    In Markdown and HTML nothing that was said is markup, and characters that cannot be seen
    are shown as "<U+202E>"; JSON has the exact words."""
    found = transcript_of(records)
    # Writing the longest ones takes seconds, in which others must get their answers too.
    match format:
        case Format.MARKDOWN:
            return Response(
                await asyncio.to_thread(as_markdown, found),
                media_type="text/markdown; charset=utf-8",
                headers={"content-disposition": _inline(found, format)},
            )
        case Format.HTML:
            return Response(
                await asyncio.to_thread(as_html, found),
                media_type="text/html; charset=utf-8",
                headers={
                    "content-disposition": _inline(found, format),
                    "content-security-policy": CONTENT_SECURITY_POLICY
                    + "; base-uri 'none'; form-action 'none'",
                },
            )
        case Format.JSON:
            return found


@router.get("/{interviewId:uuid}/bundle", response_model=Bundle)
async def bundle(records: Records, gateway: TheGateway) -> Response:
    """The interview's events with their proofs, a signed checkpoint and the public key: what
    docs/verify_bundle.py checks anywhere, as `interview-gateway audit export --format json`
    writes it. Words that were forgotten are null, and the proofs hold."""
    id = records[0].interview_id
    return Response(
        await bundle_text(gateway.log, id),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="interview-{id}.json"'},
    )


def _inline(found: Transcript, format: Format) -> str:
    return f'inline; filename="interview-{found.interview_id}.{format.value}"'
