"""Tokens (RFC 7519, RFC 6750): who a bearer token names, once it is checked.

PyJWT does the cryptography. It is given one algorithm and one key at a time, and the key's own
kind says which algorithms it can be used with. The token's header only chooses among these. So a
public key is never a secret for HS256, and "none" is no algorithm of any key.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from jwt.exceptions import InvalidSubjectError
from starlette.types import Scope

from api.http.signin.fetched import COOL_DOWN_SECONDS
from api.http.signin.keys import Key, Keys, NoKeys
from api.usecases.callers import Caller, CallerRole

LEEWAY_SECONDS = 60
"""How far the issuer's clock and this machine's may be apart."""

MAX_TOKEN_BYTES = 16 * 1024
"""A token takes about one kilobyte, and some four if it lists many groups."""

MAX_SUBJECT_CHARS = 255
"""OpenID Connect allows no more."""

REQUIRED = ["exp", "iss", "aud", "sub"]
TIMES = ("exp", "nbf", "iat")
IN_QUERY = re.compile(rb"(?:^|&)access_token=")
"""How RFC 6750 (section 2.3) puts a token into a URL, which it advises against."""

MISMATCHES = (
    (jwt.ExpiredSignatureError, "The token has expired"),
    (jwt.ImmatureSignatureError, "The token is not valid yet"),
    (jwt.InvalidIssuerError, "The token is from another issuer"),
    (jwt.InvalidAudienceError, "The token is for another audience"),
    (InvalidSubjectError, "The token has a subject that is not a text"),
)


class TokenRefused(Exception):
    """A request without a valid token. The message says why, in words that fit into a header.

    `has_token` is False if it has none at all. After `retry_seconds`, the same token may do.
    """

    def __init__(
        self, why: str, *, has_token: bool = True, retry_seconds: int | None = None
    ) -> None:
        super().__init__(why)
        self.has_token = has_token
        self.retry_seconds = retry_seconds


def bearer_token(scope: Scope) -> str:
    """Return the request's bearer token. Raises TokenRefused."""
    if IN_QUERY.search(scope["query_string"]):
        raise TokenRefused("The request has a token in its URL, where logs and histories keep it")
    given: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if not given:
        raise TokenRefused("The request has no token", has_token=False)
    if len(given) > 1:
        raise TokenRefused("The request has more than one Authorization header")
    scheme, _, token = given[0].partition(b" ")
    if scheme.lower() != b"bearer":
        raise TokenRefused("The Authorization header has no bearer token", has_token=False)
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused(f"The token is longer than {MAX_TOKEN_BYTES // 1024} KiB")
    if not re.fullmatch(rb"[\w-]+\.[\w-]+\.[\w-]*", token.strip(b" ")):
        raise TokenRefused("The token is not a signed JWT")
    return token.strip(b" ").decode("ascii")


class Tokens:
    """Checks tokens of one issuer for one audience, by its `keys`. `roles_claim` is where they have
    their roles: a claim's name, or a path of names with dots between."""

    def __init__(self, keys: Keys, issuer: str, audience: str, roles_claim: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._roles_claim = roles_claim

    async def caller(self, token: str) -> Caller:
        """Return whom the token names, with all roles that it gives. Raises TokenRefused."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise TokenRefused("The token is not a signed JWT") from None
        algorithm, id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str):
            raise TokenRefused("The token names no algorithm")
        claims = await self._claims(token, id, algorithm)
        return Caller(_subject(claims), self._roles(claims))

    async def _claims(self, token: str, id: str | None, algorithm: str) -> Mapping[str, Any]:
        """The claims of the token, if one of the keys has signed it."""
        tried: list[Key] = []
        while keys := await self._candidates(id, algorithm, tried):
            for key in keys:
                try:
                    return self._decoded(token, key, algorithm)
                except jwt.InvalidSignatureError:
                    tried.append(key)
        raise TokenRefused("The token is not signed by a key of the issuer")

    async def _candidates(
        self, id: str | None, algorithm: str, tried: Sequence[Key]
    ) -> Sequence[Key]:
        try:
            return await self._keys.for_token(id, algorithm, tried)
        except NoKeys:
            raise TokenRefused(
                "The gateway could not get the issuer's keys yet",
                retry_seconds=int(COOL_DOWN_SECONDS),
            ) from None

    def _decoded(self, token: str, key: Key, algorithm: str) -> Mapping[str, Any]:
        """The claims of the token, checked. Raises InvalidSignatureError if it is another key's."""
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.material,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": REQUIRED},
            )
        except jwt.InvalidSignatureError:
            raise
        except jwt.MissingRequiredClaimError as error:
            raise TokenRefused(f"The token has no {error.claim}") from None
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise TokenRefused(_why(error)) from None
        # PyJWT reads "1700000000" as a number, and true as 1.
        if any(type(claims[name]) not in (int, float) for name in TIMES if name in claims):
            raise TokenRefused("The token has a time that is not a number")
        return claims

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[CallerRole]:
        found: Any = claims.get(self._roles_claim)
        if found is None:
            found = claims
            for name in self._roles_claim.split("."):
                found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            found = found.split()
        named = {name for name in found if isinstance(name, str)} if isinstance(found, list) else ()
        return frozenset(role for role in CallerRole if role in named)


def _subject(claims: Mapping[str, Any]) -> str:
    """The token's `sub`, as the log can hold it."""
    subject: str = claims["sub"]
    if not subject.strip() or len(subject) > MAX_SUBJECT_CHARS or not subject.isprintable():
        raise TokenRefused(
            f"The token has a subject that is blank, longer than {MAX_SUBJECT_CHARS} characters or "
            "not printable"
        )
    return subject


def _why(error: Exception) -> str:
    for kind, why in MISMATCHES:
        if isinstance(error, kind):
            return why
    return "The token cannot be read"
