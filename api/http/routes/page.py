"""The gateway's own page, for who has no desktop app: files of `api/page/`, as they are."""

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[2] / "page"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        # Nothing that anybody said can become markup: the browser itself refuses to make any.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""All that the page may do: its own files, and requests to the gateway it came from."""

FRESH = {"cache-control": "no-cache"}
"""A browser asks each time whether a file has changed, so that no page of an older gateway runs."""

# On Windows a program can have registered another type for scripts, and browsers run no such.
mimetypes.add_type("text/javascript", ".js")

router = APIRouter(include_in_schema=False)


@router.head("/")
@router.get("/")
async def page() -> FileResponse:
    return _page("index.html")


@router.head("/interview")
@router.get("/interview")
async def page_for_candidates() -> FileResponse:
    """An interview, and no way to others. A link can say for which role and how many questions."""
    return _page("interview.html")


def _page(name: str) -> FileResponse:
    return FileResponse(
        FOLDER / name,
        headers={**FRESH, "content-security-policy": CONTENT_SECURITY_POLICY},
    )


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(FRESH)
        return response


router.routes.append(Mount("/page", _Files(directory=FOLDER)))
