"""The keys of an issuer: fetched, rotated, and kept when the issuer is not what it should be."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from jwt.algorithms import RSAAlgorithm

from api.http.signin.keys import KeySet, NoKeys, usable_keys
from api.http.signin.setup import SignInSetup
from api.http.signin.tokens import TokenRefused, Tokens
from backends.address import Address
from backends.http import Connections, Service
from tests.api.http.signin.people import (
    AUDIENCE,
    BY_SECRET,
    EC,
    ED,
    ISSUER,
    RSA,
    claims,
    signed,
)
from tests.eventlog.running import in_loop
from tests.fakes.issuer import JWKS, IssuerServer
from tests.fakes.moods import Mood
from tests.gateways import serving, settings_for

NEW = ECKey.generate_key("P-256", {"kid": "new"})


PublicKey = RSAKey | ECKey | OKPKey


def published(*keys: PublicKey) -> list[dict[str, Any]]:
    return [dict(key.as_dict(private=False)) for key in keys]


@pytest.fixture
def issuer() -> Iterator[IssuerServer]:
    with IssuerServer(published(RSA, EC)) as server:
        yield server


@asynccontextmanager
async def keys_of(issuer: IssuerServer, **seconds: float) -> AsyncIterator[KeySet]:
    """The issuer's key set, kept fresh."""
    connections = Connections()
    given = {"cool_down_seconds": 0.1, "fetch_seconds": 20, "wait_seconds": 20} | seconds
    keys = KeySet(Service(connections, Address(issuer.jwks_url)), **given)
    task = asyncio.create_task(keys.run())
    try:
        yield keys
    finally:
        task.cancel()
        await asyncio.wait([task])
        await keys.aclose()
        await connections.aclose()


async def ids_for(keys: KeySet, id: str | None, algorithm: str) -> list[str | None]:
    return [key.id for key in await keys.for_token(id, algorithm)]


async def is_found(keys: KeySet, id: str, algorithm: str) -> bool:
    """Whether a key is found within a second, as somebody finds it who tries again."""
    for _ in range(50):
        with suppress(NoKeys):
            if await keys.for_token(id, algorithm):
                return True
        await asyncio.sleep(0.02)
    return False


@in_loop
async def test_a_token_is_checked_with_the_key_that_it_names(issuer: IssuerServer) -> None:
    async with keys_of(issuer) as keys:
        assert await ids_for(keys, "rsa", "PS256") == ["rsa"]
        assert await ids_for(keys, None, "ES256") == ["ec"]
        assert await ids_for(keys, "rsa", "ES256") == []
        assert await ids_for(keys, "rsa", "HS256") == []


@in_loop
async def test_a_key_that_the_issuer_has_just_made_is_fetched_at_once(issuer: IssuerServer) -> None:
    async with keys_of(issuer) as keys:
        assert await ids_for(keys, "ec", "ES256") == ["ec"]
        await asyncio.sleep(0.1)
        issuer.keys = published(NEW)
        assert await ids_for(keys, "new", "ES256") == ["new"]
        assert await ids_for(keys, "ec", "ES256") == []  # it was withdrawn
        assert issuer.count(JWKS) <= 3


@in_loop
@pytest.mark.parametrize("kid", [None, "ec"])
async def test_a_new_key_that_no_new_id_announces_is_fetched_at_once(
    issuer: IssuerServer, kid: str | None
) -> None:
    old, new = (ECKey.generate_key("P-256", {"kid": kid} if kid else {}) for _ in range(2))
    header = {"kid": kid} if kid else {}

    async def subject(key: ECKey) -> str | None:
        return (await tokens.caller(signed(claims(), key, "ES256", **header))).subject

    issuer.keys = published(old)
    async with keys_of(issuer) as keys:
        assert await is_found(keys, "ec", "ES256")
        tokens = Tokens(keys, ISSUER, AUDIENCE, "roles")
        assert await subject(old) == "ann"
        await asyncio.sleep(0.1)
        issuer.keys = published(new)
        assert await subject(new) == "ann"
        with pytest.raises(TokenRefused, match="not signed by a key of the issuer"):
            await subject(old)


@in_loop
async def test_tokens_with_foreign_signatures_make_no_storm(issuer: IssuerServer) -> None:
    async with keys_of(issuer, cool_down_seconds=30) as keys:
        assert await is_found(keys, "ec", "ES256")
        tokens = Tokens(keys, ISSUER, AUDIENCE, "roles")
        token = signed(claims(), NEW, "ES256", kid="ec")
        refused = await asyncio.gather(
            *(tokens.caller(token) for _ in range(50)), return_exceptions=True
        )
        assert all(isinstance(error, TokenRefused) for error in refused)
        assert issuer.count(JWKS) == 1


@in_loop
async def test_a_withdrawn_key_is_dropped_although_nobody_asks(issuer: IssuerServer) -> None:
    async with keys_of(issuer, refresh_seconds=0.1) as keys:
        assert await is_found(keys, "ec", "ES256")
        issuer.keys = published(RSA)
        await asked_again(issuer, issuer.count(JWKS) + 2)
        issuer.stop()
        assert await ids_for(keys, "ec", "ES256") == []
        assert await ids_for(keys, "rsa", "RS256") == ["rsa"]


@in_loop
async def test_tokens_with_unknown_keys_make_no_storm(issuer: IssuerServer) -> None:
    async with keys_of(issuer, cool_down_seconds=30) as keys:
        assert await is_found(keys, "ec", "ES256")
        unknown = (keys.for_token(f"kid {n}", "ES256") for n in range(500))
        assert not any(await asyncio.gather(*unknown))
        assert issuer.count(JWKS) == 1


@in_loop
async def test_those_who_wait_for_keys_wait_for_one_fetch(issuer: IssuerServer) -> None:
    issuer.mood, issuer.delay = Mood.SLOW, 0.1
    async with keys_of(issuer) as keys:
        found = await asyncio.gather(*(keys.for_token("ec", "ES256") for _ in range(100)))
        assert all(found)
        assert issuer.count(JWKS) == 1


async def asked_again(issuer: IssuerServer, times: int) -> None:
    """Until the issuer was asked so often."""
    for _ in range(200):
        if issuer.count(JWKS) >= times:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"the issuer was asked {issuer.count(JWKS)} times, and not {times}")


BROKEN = [
    *(Mood.HANG, Mood.HANG_ACCEPT, Mood.CLOSE, Mood.RESET, Mood.ERROR_500, Mood.REDIRECT),
    *(Mood.HTML, Mood.TRUNCATED_JSON, Mood.WRONG_SHAPE, Mood.JSON_LIST, Mood.JSON_NULL),
    *(Mood.DEEP_JSON, Mood.HUGE_BODY, Mood.GZIP_BOMB, Mood.ENDLESS, Mood.WRONG_ENCODING),
]


@pytest.mark.parametrize("mood", BROKEN)
@in_loop
async def test_the_keys_at_hand_outlast_an_issuer_that_is_broken(mood: Mood) -> None:
    with IssuerServer(published(EC)) as issuer:
        short = {"fetch_seconds": 0.3, "wait_seconds": 0.2}
        async with keys_of(issuer, refresh_seconds=0.05, **short) as keys:
            assert await is_found(keys, "ec", "ES256")
            issuer.mood, before = mood, issuer.count(JWKS)
            await asked_again(issuer, before + (mood is not Mood.HANG_ACCEPT))
            await asyncio.sleep(0.05)
            assert await ids_for(keys, "ec", "ES256") == ["ec"]
            # A token of a key that nobody knows is not waited with for longer than it may.
            async with asyncio.timeout(10):
                assert await ids_for(keys, "new", "ES256") == []
            issuer.mood = Mood.GOOD
            issuer.keys = published(NEW)
            assert await is_found(keys, "new", "ES256")


@pytest.mark.parametrize("keys", [[], None, {}, [7], [{"kty": "oct", "k": "c2VjcmV0"}]])
@in_loop
async def test_a_key_set_without_a_public_key_replaces_none(keys: Any) -> None:
    with IssuerServer(published(EC)) as issuer:
        async with keys_of(issuer, refresh_seconds=0.05) as found:
            assert await is_found(found, "ec", "ES256")
            issuer.keys, before = keys, issuer.count(JWKS)
            await asked_again(issuer, before + 2)
            assert await ids_for(found, "ec", "ES256") == ["ec"]


@in_loop
async def test_an_issuer_that_is_down_at_first_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    issuer = IssuerServer(published(EC)).start()
    issuer.stop()
    async with keys_of(issuer) as keys:
        tokens = Tokens(keys, ISSUER, AUDIENCE, "roles")
        with pytest.raises(TokenRefused, match="could not get the issuer's keys yet") as refused:
            await tokens.caller(signed(claims(), EC, "ES256", kid="ec"))
        assert refused.value.retry_seconds is not None
        with issuer:
            assert await is_found(keys, "ec", "ES256")
            caller = await tokens.caller(signed(claims(), EC, "ES256", kid="ec"))
            assert caller.subject == "ann"
    assert "Nobody can sign in yet" in caplog.text


def jwk(key: PublicKey = EC, **changed: Any) -> dict[str, Any]:
    given = {**key.as_dict(private=False), **changed}
    return {name: value for name, value in given.items() if value is not None}


UNUSABLE: dict[str, Any] = {
    "a secret": dict(OctKey.generate_key(256).as_dict(private=True)),
    "a private key": dict(EC.as_dict(private=True)),
    "for encryption": jwk(use="enc"),
    "not to check with": jwk(key_ops=["sign"]),
    "of an unknown kind": jwk(kty="XYZ"),
    "of no kind": jwk(kty=None),
    "on a curve for money": jwk(crv="secp256k1"),
    "of a point that is none": jwk(x=jwk()["y"]),
    "cut short": jwk(x=jwk()["x"][:-4]),
    "without a part": jwk(y=None),
    "with numbers for texts": jwk(x=7),
    "with an id that is no text": jwk(kid=7),
    "a short RSA key": RSAAlgorithm.to_jwk(
        generate_private_key(65537, 1024).public_key(), as_dict=True
    ),
    "a malformed RSA key": jwk(RSA, n="!!"),
    "a list": [],
    "null": None,
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_key_is_left_out_that_is(name: str) -> None:
    found = usable_keys({"keys": [UNUSABLE[name], jwk(ED)]})
    assert [key.id for key in found] == ["ed"]


def test_a_key_that_names_its_algorithm_is_used_for_no_other() -> None:
    (key,) = usable_keys({"keys": [jwk(RSA, alg="PS256")]})
    assert key.algorithms == {"PS256"}
    (key,) = usable_keys({"keys": [jwk(RSA, alg="HS256")]})
    assert key.algorithms == set()


def test_a_gateway_signs_people_in_by_the_key_set_of_their_issuer(issuer: IssuerServer) -> None:
    by_keys = BY_SECRET | {"auth_secret": None, "auth_jwks_url": Address(issuer.jwks_url)}
    with serving(**by_keys) as gateway:

        def status(bearer: str) -> int:
            headers = {"authorization": f"Bearer {bearer}"}
            return gateway.client.get("/api/v1/models", headers=headers).status_code

        assert status(signed(claims(), RSA, "RS256", kid="rsa")) == 200
        assert status(signed(claims(), EC, "ES256", kid="ec")) == 200
        assert status(signed(claims(), EC, "ES256", kid="rsa")) == 401
        assert status(signed(claims(), NEW, "ES256", kid="new")) == 401
        issuer.stop()
        assert status(signed(claims(), RSA, "RS256", kid="rsa")) == 200
        issuer.start()
    assert issuer.count(JWKS) <= 2


@pytest.mark.parametrize("host", ["id.example", "127.0.0.1"])
def test_keys_that_come_over_a_network_in_the_clear_are_warned_of(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = Address(f"http://{host}/keys")
    SignInSetup(settings_for(**BY_SECRET | {"auth_secret": None, "auth_jwks_url": address}))
    assert ("AUTH_JWKS_URL is not https" in caplog.text) is (host == "id.example")


def test_a_gateway_whose_issuer_is_down_starts_and_says_so() -> None:
    issuer = IssuerServer().start()
    issuer.stop()
    by_keys = BY_SECRET | {"auth_secret": None, "auth_jwks_url": Address(issuer.jwks_url)}
    with serving(**by_keys) as gateway:
        bearer = signed(claims(), EC, "ES256", kid="ec")
        response = gateway.client.get(
            "/api/v1/models", headers={"authorization": f"Bearer {bearer}"}
        )
        assert response.status_code == 401
        assert response.headers["retry-after"] == "10"
        assert gateway.get("/health").status_code == 200
