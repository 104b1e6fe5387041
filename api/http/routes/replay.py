"""Replay of one interview: its events, its session at any version, its transcript, and its export
with proofs."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.exceptions import RequestValidationError

from api.gateway import Gateway
from api.http import problems
from api.http.caller import TheCaller
from api.http.responses import documented, json_of
from api.http.routes.gateway_of import TheGateway
from api.http.routes.in_path import InterviewInPath
from api.http.wire.replay import EventsReply
from api.transcript.blocks import TranscriptLayout
from api.transcript.document import Transcript, transcript_of
from api.transcript.evidence import Evidence, evidence_of
from api.transcript.formats import Format
from api.transcript.html import CONTENT_SECURITY_POLICY, as_html
from api.transcript.layout import lay_out
from api.transcript.markdown import as_markdown
from api.transcript.pdf import check_installed
from api.usecases.aside import Aside
from api.usecases.bundles import bundle_now, text_of
from api.usecases.callers import Caller
from api.usecases.errors import InterviewForgotten, UnknownInterview
from eventlog.bundle import Bundle
from eventlog.errors import WordsForgotten
from eventlog.records import Record
from eventlog.story import session_at_version, story_of
from statemachine.events import ExportFormat
from statemachine.session import Session

router = APIRouter(
    prefix="/api/v1/interviews",
    tags=["replay"],
    responses=documented(problems.UNKNOWN_INTERVIEW, problems.LOG_UNAVAILABLE),
)


async def _made(
    aside: Aside, gateway: Gateway, interview_id: str, make: Callable[[list[Record]], Response]
) -> Response:
    """Read the interview's records and return the response that `make` makes of them, in turn."""

    async def read() -> list[Record]:
        records = await gateway.log.records(interview_id)
        if not records:
            raise UnknownInterview(interview_id)
        return records

    return await aside.make(read, make)


@router.get("/{interviewId:uuid}/events", response_model=EventsReply)
async def events(interview_id: InterviewInPath, gateway: TheGateway) -> Response:
    """All events of the interview, oldest first, each with its hashes. Where words were erased,
    the payload is null; the event's kind and time stay."""

    def make(records: list[Record]) -> Response:
        reply = EventsReply.of(interview_id, story_of(records))
        return Response(reply.model_dump_json(by_alias=True), media_type="application/json")

    return await _made(gateway.views, gateway, interview_id, make)


@router.get(
    "/{interviewId:uuid}/session",
    response_model=Session,
    responses=documented(problems.INTERVIEW_FORGOTTEN),
)
async def session(
    interview_id: InterviewInPath,
    gateway: TheGateway,
    version: Annotated[
        int | None,
        Query(description="After which event, from the first question on; the last one."),
    ] = None,
) -> Response:
    """The session exactly as the client had it after an event of the interview."""

    def make(records: list[Record]) -> Response:
        return json_of(_held(records, len(records) if version is None else version))

    return await _made(gateway.views, gateway, interview_id, make)


def _held(records: list[Record], version: int) -> Session:
    try:
        held = session_at_version(records, version)
    except WordsForgotten as error:
        raise InterviewForgotten(records[0].interview_id) from error
    except IndexError:
        held = None
    if held is None:
        raise _no_session(_first_held(records), len(records))
    return held


def _first_held(records: list[Record]) -> int | None:
    """The first version at which the client had a session."""
    versions = range(1, len(records) + 1)
    return next((v for v in versions if session_at_version(records, v) is not None), None)


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
    responses={
        200: {
            "content": {
                "text/markdown": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            }
        },
        **documented(problems.LOG_UNAVAILABLE, problems.PDF_NOT_MADE),
    },
)
async def transcript(
    interview_id: InterviewInPath,
    gateway: TheGateway,
    caller: TheCaller,
    format: Annotated[
        Format,
        Query(
            description="`json`, `md` for Markdown, `html` for a page to print, `pdf` for a PDF "
            "that screen readers can read."
        ),
    ] = Format.JSON,
) -> Response:
    """The interview for a person to read: its summary, what was said, and in an appendix where the
    words came from and the evidence for them. JSON has the exact words. The other formats show
    them as plain text, never as markup, and show an invisible character by its code, as in
    "<U+202E>"; a PDF also one that no font on the gateway's machine has."""
    if format is Format.PDF:
        check_installed()
    if format is not Format.JSON:
        await _record_export(gateway, caller, interview_id, ExportFormat(format.value))
    if format is Format.JSON:
        # A replay opened in the page does not wait for the exports of others.
        return await _made(
            gateway.views, gateway, interview_id, lambda records: json_of(transcript_of(records))
        )
    headers = {"content-disposition": f'inline; filename="interview-{interview_id}.{format.value}"'}

    async def read() -> tuple[list[Record], Evidence]:
        records = await gateway.log.records(interview_id)
        if not records:
            raise UnknownInterview(interview_id)
        return records, await evidence_of(gateway.log, records)

    def make(found: tuple[list[Record], Evidence]) -> Response | TranscriptLayout:
        records, evidence = found
        transcript = transcript_of(records)
        if format is Format.PDF:
            return lay_out(transcript, evidence)
        return _written(transcript, evidence, format, headers)

    made = await gateway.exports.make(read, make)
    if isinstance(made, Response):
        return made
    pdf = await gateway.typesetter.make(made)
    return Response(pdf.content, media_type="application/pdf", headers=headers)


def _written(
    found: Transcript, evidence: Evidence, format: Format, headers: dict[str, str]
) -> Response:
    if format is Format.MARKDOWN:
        return Response(
            as_markdown(found, evidence), media_type="text/markdown; charset=utf-8", headers=headers
        )
    policy = f"{CONTENT_SECURITY_POLICY}; base-uri 'none'; form-action 'none'"
    return Response(
        as_html(found, evidence),
        media_type="text/html; charset=utf-8",
        headers=headers | {"content-security-policy": policy},
    )


@router.get(
    "/{interviewId:uuid}/bundle",
    response_model=Bundle,
    responses=documented(problems.LOG_UNAVAILABLE, problems.NO_SIGNING_KEY),
)
async def bundle(interview_id: InterviewInPath, gateway: TheGateway, caller: TheCaller) -> Response:
    """The interview as a file to check elsewhere: its events with their proofs, a signed checkpoint
    and the public key. `docs/verify_bundle.py` checks it, and `interview-gateway audit export
    --format json` writes the same. Erased words are null, and the proofs still check."""

    await _record_export(gateway, caller, interview_id, ExportFormat.BUNDLE)

    async def read() -> dict[str, Any]:
        if not await gateway.log.record(interview_id, 1):
            raise UnknownInterview(interview_id)
        return await bundle_now(gateway.log, interview_id)

    def make(found: dict[str, Any]) -> Response:
        return Response(
            text_of(found),
            media_type="application/json",
            headers={
                "content-disposition": f'attachment; filename="interview-{interview_id}.json"'
            },
        )

    return await gateway.exports.make(read, make)


async def _record_export(
    gateway: Gateway, caller: Caller, interview_id: str, format: ExportFormat
) -> None:
    """Record who gets a copy; while sign-in is off, nobody knows who."""
    if caller.subject is not None:
        await gateway.custody.exported(interview_id, format, caller.subject)
