"""The gateway's own page, for who has no desktop app: files of `api/page/`, as they are."""

import json
import mimetypes
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

if TYPE_CHECKING:
    from api.http.signin.setup import SignInSetup

FOLDER = Path(__file__).parents[2] / "page"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'{others}",
        "base-uri 'none'",
        "form-action 'none'",
        # Nothing that anybody said can become markup: the browser itself refuses to make any.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""All that the page may do: its own files, and requests to its gateway and to `others`."""

FRESH = {"cache-control": "no-cache"}
"""A browser asks each time whether a file has changed, so that no page of an older gateway runs."""

# On Windows a program can have registered another type for scripts, and browsers run no such.
mimetypes.add_type("text/javascript", ".js")

router = APIRouter(include_in_schema=False)


@router.head("/")
@router.get("/")
async def page(request: Request) -> Response:
    return await _page(request, "index.html")


@router.head("/interview")
@router.get("/interview")
async def page_for_candidates(request: Request) -> Response:
    """An interview, and no way to others. A link can say for which role and how many questions."""
    return await _page(request, "interview.html")


async def _page(request: Request, name: str) -> Response:
    sign_in: SignInSetup | None = request.app.state.sign_in
    if sign_in is None:
        return FileResponse(FOLDER / name, headers=_headers())
    settings, origin = await sign_in.for_page()
    found = await anyio.Path(FOLDER / name).read_text("utf-8")
    tag = f'<meta name="sign-in" content="{escape(json.dumps(settings))}">'
    # Until the page knows who looks at it, it shows no way to what they may not see.
    html = found.replace("</head>", f"{tag}\n  </head>").replace("<nav ", "<nav hidden ")
    return HTMLResponse(html, headers=_headers(origin))


def _headers(origin: str | None = None) -> dict[str, str]:
    others = f" {origin}" if origin else ""
    return {**FRESH, "content-security-policy": CONTENT_SECURITY_POLICY.format(others=others)}


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(FRESH)
        return response


router.routes.append(Mount("/page", _Files(directory=FOLDER)))
