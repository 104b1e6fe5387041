"""People who sign in: their tokens, made with joserfc, and their clients.

The gateway checks tokens with another library, so that no mistake of one hides one of the other.
"""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.gateways import Served
from tests.http_clients import http_client

ISSUER = "https://id.example/"
AUDIENCE = "interview-gateway"
SECRET = "a secret that only the issuer and the gateway know"
BY_SECRET: dict[str, Any] = {
    "auth_secret": SECRET,
    "auth_issuer": ISSUER,
    "auth_audience": AUDIENCE,
}
"""The settings of a gateway that checks tokens with the secret."""

SHARED = OctKey.import_key(SECRET)
ALL = JWSRegistry(algorithms=["HS256", "HS512", "RS256", "PS256", "ES256", "EdDSA"])


def claims(subject: str = "ann", *roles: str, **more: Any) -> dict[str, Any]:
    """The claims of a token for a candidate, if nothing else is given. None leaves one out."""
    now = int(time.time())
    given = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": now + 300}
    given |= {"roles": list(roles or ("candidate",))} | more
    return {name: value for name, value in given.items() if value is not None}


def signed(
    claims: dict[str, Any], key: Key | KeySet = SHARED, alg: str = "HS256", **header: Any
) -> str:
    return jwt.encode({"alg": alg, **header}, claims, key, registry=ALL)


def token(subject: str = "ann", *roles: str, **more: Any) -> str:
    """A token that the gateway of BY_SECRET accepts."""
    return signed(claims(subject, *roles, **more))


def forged(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None = None) -> str:
    """A token as somebody makes it by hand, whom no library stops: with any header, and signed with
    any secret or not at all."""
    parts = (json.dumps(part).encode() for part in (header, claims))
    text = ".".join(_base64(part) for part in parts)
    signature = b"" if secret is None else hmac.digest(secret, text.encode(), "sha256")
    return f"{text}.{_base64(signature)}"


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def signed_in(gateway: Served, bearer: str) -> Iterator[Served]:
    """The same gateway, for somebody who sends this token."""
    headers = {"authorization": f"Bearer {bearer}"}
    with http_client(base_url=gateway.url, timeout=30, headers=headers) as client:
        yield Served(gateway.app, gateway.url, client)


RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})


def pem_of(key: RSAKey | ECKey | OKPKey) -> str:
    """The public key as a PEM."""
    return key.as_pem(private=False).decode()
