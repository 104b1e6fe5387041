"""The OpenID provider that people sign in at on the page: the issuer, by its discovery document.

The gateway reads the document, so that the page needs to reach only the provider's token endpoint.
That is the one other server that the page's policy then allows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from api.http.signin.fetched import Fetched
from api.settings import Settings
from backends.address import Address
from backends.http import Connections, Service

DISCOVERY = "/.well-known/openid-configuration"

URL = re.compile(r"https?://[\w.:\[\]-]+(/[\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII)
"""What is taken for an endpoint: an address without a user, a fragment, and what ends a policy."""


@dataclass(frozen=True)
class Endpoints:
    """Where a browser goes to sign in, where the page gets tokens, where one signs out."""

    authorization: str
    token: str
    end_session: str | None


class Provider:
    """The issuer as the page's client knows it. Raises ValueError if AUTH_ISSUER is no address, or
    one of another machine without https."""

    def __init__(self, settings: Settings, connections: Connections, **seconds: float) -> None:
        issuer, client = settings.auth_issuer, settings.auth_oidc_client_id
        assert issuer is not None
        assert client is not None
        address = Address(issuer)
        _check_secure(address.url, "it")
        connections.prepare([address])
        self._about = {
            "issuer": issuer,
            "clientId": client,
            "audience": settings.auth_audience,
            "scope": settings.auth_oidc_scopes,
        }
        self._found = Fetched(
            "OpenID configuration (AUTH_ISSUER)",
            Service(connections, address),
            DISCOVERY,
            lambda document: endpoints_of(document, issuer),
            **seconds,
        )
        self.run = self._found.run
        self.aclose = self._found.aclose

    async def for_page(self) -> tuple[Mapping[str, str | None], str | None]:
        """Return what the page has to know, and the origin that it has to reach. There are no
        endpoints and no origin as long as the issuer cannot be reached."""
        if self._found.latest is None:
            await self._found.refresh()
        found = self._found.latest
        if found is None:
            return self._about, None
        endpoints = {
            "authorizationEndpoint": found.authorization,
            "tokenEndpoint": found.token,
            "endSessionEndpoint": found.end_session,
        }
        return {**self._about, **endpoints}, _origin(found.token)


def endpoints_of(document: Mapping[str, Any], issuer: str) -> Endpoints:
    """Read a discovery document (OpenID Connect Discovery 1.0, section 3). Raises ValueError if it
    is another issuer's, or lacks an endpoint."""
    if document.get("issuer") != issuer:
        raise ValueError("it is for another issuer than AUTH_ISSUER")
    ending = document.get("end_session_endpoint")
    return Endpoints(
        _endpoint(document, "authorization_endpoint"),
        _endpoint(document, "token_endpoint"),
        None if ending is None else _endpoint(document, "end_session_endpoint"),
    )


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    """An address that tokens may be sent to: https, or on this machine."""
    url = document.get(name)
    if not isinstance(url, str) or not URL.fullmatch(url):
        raise ValueError(f"it has no usable {name}")
    _check_secure(url, f"its {name}")
    return url


def _check_secure(url: str, name: str) -> None:
    if not url.startswith("https:") and not is_local(url):
        raise ValueError(f"{name} is not https")


def is_local(url: str) -> bool:
    """Whether a URL is of this machine. RFC 6761 keeps all names below localhost for it."""
    host = urlsplit(url).hostname or ""
    return host in ("127.0.0.1", "::1") or f".{host}".endswith(".localhost")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
