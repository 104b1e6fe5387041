"""The keys that tokens are checked with: one that is set, or the key set of an issuer.

A key set is fetched in the background, as `Fetched` says.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from api.http.signin.fetched import Fetched
from backends.http import Service

MOST_KEYS = 64
"""As many keys of a set as are taken. Issuers have two or three."""

MIN_RSA_BITS = 2048

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
READERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "RSA": RSAAlgorithm.from_jwk,
    "EC": ECAlgorithm.from_jwk,
    "OKP": OKPAlgorithm.from_jwk,
}
"""What reads a public JWK, by its `kty`."""

CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}


@dataclass(frozen=True)
class Key:
    """A key, and the algorithms that it may be used with. `id` is its `kid`, if it has one."""

    id: str | None
    material: PublicKey | str
    algorithms: frozenset[str]


class NoKeys(Exception):
    """The issuer's keys were never fetched, so that no token can be checked yet."""


class Keys(Protocol):
    """Gives the keys for a token, by what its header says."""

    async def for_token(
        self, id: str | None, algorithm: str, tried: Sequence[Key] = ()
    ) -> Sequence[Key]:
        """The keys that a token with this `kid` and `alg` may be signed with, but for those that
        were `tried` and have not signed it. Raises NoKeys."""
        ...


class FixedKey:
    """The one key that is set. A token's `kid` says nothing then."""

    def __init__(self, key: Key) -> None:
        self._key = key

    async def for_token(
        self, id: str | None, algorithm: str, tried: Sequence[Key] = ()
    ) -> Sequence[Key]:
        return [self._key] if algorithm in self._key.algorithms and not tried else []


def secret_key(secret: str) -> Key:
    """The key that a shared secret is. Tokens are signed with it by HS256, and by nothing else."""
    return Key(None, secret, frozenset({"HS256"}))


def public_key(pem: str) -> Key:
    """The key in a PEM. Raises ValueError, which says what is wrong with it."""
    try:
        material = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("must be a public key in PEM, from BEGIN PUBLIC KEY on") from None
    return _key(None, material)


def _key(id: str | None, material: object) -> Key:
    """Raises ValueError for a key that signs no token, or is too weak."""
    if isinstance(material, RSAPublicKey):
        if material.key_size < MIN_RSA_BITS:
            raise ValueError(f"must have {MIN_RSA_BITS} bits or more")
        return Key(id, material, RSA_ALGORITHMS)
    if isinstance(material, EllipticCurvePublicKey) and material.curve.name in CURVES:
        return Key(id, material, frozenset({CURVES[material.curve.name]}))
    if isinstance(material, Ed25519PublicKey):
        return Key(id, material, frozenset({"EdDSA"}))
    raise ValueError("must be a key for RSA, ECDSA (P-256, P-384, P-521) or Ed25519")


class KeySet:
    """The keys at an issuer's JWKS address, read by `service`. `run` keeps them fresh."""

    def __init__(self, service: Service, **seconds: float) -> None:
        self._fetched = Fetched("keys (AUTH_JWKS_URL)", service, "", usable_keys, **seconds)
        self.run = self._fetched.run
        self.aclose = self._fetched.aclose

    async def for_token(
        self, id: str | None, algorithm: str, tried: Sequence[Key] = ()
    ) -> Sequence[Key]:
        # Not only for a `kid` that is unknown: an issuer can give none, or a new key an old one's.
        found = self._find(id, algorithm, tried)
        if not found:
            await self._fetched.refresh()
            found = self._find(id, algorithm, tried)
        if not found and self._fetched.latest is None:
            raise NoKeys
        return found

    def _find(self, id: str | None, algorithm: str, tried: Sequence[Key]) -> Sequence[Key]:
        return [
            key
            for key in self._fetched.latest or ()
            if algorithm in key.algorithms
            and (id is None or key.id in (id, None))
            and key not in tried
        ]


def usable_keys(answer: dict[str, Any]) -> Sequence[Key]:
    """The keys of a JWK set (RFC 7517) that tokens can be checked with. Raises ValueError if there
    are none: an issuer that withdraws all its keys is more likely broken."""
    listed = answer.get("keys")
    if not isinstance(listed, list):
        raise ValueError("it is not a JWK set")
    keys = list(_usable(listed[:MOST_KEYS]))
    if not keys:
        raise ValueError("it has no public key that signs tokens")
    return keys


def _usable(listed: Iterable[object]) -> Iterable[Key]:
    for jwk in listed:
        with suppress(jwt.PyJWTError, ValueError, TypeError, UnsupportedAlgorithm):
            yield _of_jwk(jwk)


def _of_jwk(jwk: object) -> Key:
    """Raises ValueError, or whatever the library makes of a malformed key."""
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("use", "sig") != "sig":
        raise ValueError("is no public key for signatures")
    if "verify" not in jwk.get("key_ops", ["verify"]):
        raise ValueError("is no key to check signatures with")
    id = jwk.get("kid")
    if not isinstance(id, str | None):
        raise ValueError("has an id that is no text")
    # Not PyJWK, which takes secrets ("oct") from the network, too.
    read = READERS.get(str(jwk.get("kty")))
    if read is None:
        raise ValueError("is of no kind that is public")
    key = _key(id, read(jwk))
    named = jwk.get("alg")
    return key if named is None else Key(id, key.material, key.algorithms & {named})
