"""What sign-in adds to the OpenAPI document: the token, who may call what, and 401."""

from typing import Any

from fastapi import FastAPI

from api.http import problems
from api.http.responses import documented
from api.http.signin.access import ACCESS

SCHEME = "token"


def describe_sign_in(app: FastAPI) -> None:
    """Make `app.openapi` tell which roles may call each operation."""
    without = app.openapi

    def openapi() -> dict[str, Any]:
        document = without()
        schemes = document["components"].setdefault("securitySchemes", {})
        if SCHEME not in schemes:
            schemes[SCHEME] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _describe(f"{method.upper()} {path}", operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _describe(endpoint: str, operation: dict[str, Any]) -> None:
    allowed = ACCESS.get(endpoint, frozenset())
    if allowed is None:
        operation["security"] = []
        return
    # OpenAPI 3.1 lets the list of a scheme that knows no scopes hold names of roles.
    operation["security"] = [{SCHEME: sorted(allowed)}]
    for status, response in documented(problems.NOT_SIGNED_IN, problems.ROLE_MISSING).items():
        listed = operation["responses"].setdefault(str(int(status)), response)
        if listed is not response:  # 403 is there, for web pages of other origins
            listed["description"] = f"{listed['description']} {response['description']}"
