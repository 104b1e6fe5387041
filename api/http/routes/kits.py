"""Interview kits: the list of all, and reading, writing and deleting one."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from api.http import problems
from api.http.caller import TheCaller
from api.http.responses import documented, json_of
from api.http.routes.gateway_of import TheGateway, gateway_of
from api.http.wire.kits import KitOverview, KitsReply
from api.usecases.administration import note
from backends.kits.kit import Kit
from backends.kits.library import ANY_VERSION, FoundKit
from statemachine.brief import KitId

router = APIRouter(prefix="/api/v1/kits", tags=["kits"])

IdInPath = Annotated[str, Path(alias="id", description="The kit's id.", examples=["nurse"])]
IfMatch = Annotated[
    str | None,
    Header(
        description="The `ETag` of the kit that is to be replaced or deleted, so that nobody's "
        "change is lost; or * for any."
    ),
]
IfNoneMatch = Annotated[
    str | None, Header(pattern=r"^\*$", description="*: only if there is no such kit yet.")
]

WITH_ETAG: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "ETag": {"description": "The kit's version.", "schema": {"type": "string"}},
        }
    }
}
WRITING = documented(
    problems.KIT_BUILT_IN, problems.NO_KITS_FOLDER, problems.KIT_CHANGED, problems.KIT_NOT_WRITTEN
)


@router.get("", response_model=KitsReply)
async def kits(request: Request, caller: TheCaller) -> Response:
    """All kits, by their ids. One whose file is broken has an `error` that says why."""
    found = gateway_of(request).kits
    listings = await asyncio.to_thread(found.listings)
    shown = [
        KitOverview.of(listing, is_staff=caller.is_staff)
        for listing in listings
        if caller.is_staff or listing.kit is not None
    ]
    return json_of(KitsReply(kits=shown, has_folder=found.has_folder))


@router.get(
    "/{id}",
    response_model=Kit,
    responses=WITH_ETAG | documented(problems.UNKNOWN_KIT, problems.BROKEN_KIT),
)
async def kit(id: IdInPath, request: Request) -> Response:
    """One kit, with its questions and its rubric."""
    return _with_etag(await asyncio.to_thread(gateway_of(request).kits.get, id))


@router.put("/{id}", response_model=Kit, responses=WITH_ETAG | WRITING)
async def put(
    id: Annotated[KitId, Path(description="Small letters, digits and single hyphens.")],
    posted: Kit,
    gateway: TheGateway,
    caller: TheCaller,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Write a kit into the folder KITS: a new one, or in place of the one with this id. One with
    the id of a built-in kit is used instead of that."""
    version = "" if if_none_match is not None else _version(if_match)
    found = await asyncio.to_thread(gateway.kits.put, id, posted, version)
    note(caller, "wrote the kit %s, version %s", id, found.kit.version)
    return _with_etag(found)


@router.delete(
    "/{id}",
    status_code=204,
    response_class=Response,
    responses=documented(problems.UNKNOWN_KIT) | WRITING,
)
async def delete(
    id: IdInPath, gateway: TheGateway, caller: TheCaller, if_match: IfMatch = None
) -> Response:
    """Delete a kit from the folder KITS. The log keeps what was said in its interviews. If it was
    used instead of a built-in kit, that one is used again."""
    await asyncio.to_thread(gateway.kits.delete, id, _version(if_match))
    note(caller, "deleted the kit %s", id)
    return Response(status_code=204)


def _with_etag(found: FoundKit) -> Response:
    response = json_of(found.kit)
    response.headers["etag"] = f'"{found.kit.version}"'
    return response


def _version(if_match: str | None) -> str | None:
    """The version that the header names. What cannot be one, no kit has."""
    if if_match is None or if_match.strip() == ANY_VERSION:
        return if_match and ANY_VERSION
    return if_match.strip().removeprefix("W/").strip('"') or "none"
