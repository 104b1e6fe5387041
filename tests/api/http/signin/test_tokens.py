"""Tokens: who gets in, and what the others are told."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.api.http.signin.people import (
    BY_SECRET,
    EC,
    ED,
    RSA,
    SECRET,
    claims,
    forged,
    pem_of,
    signed,
    token,
)
from tests.gateways import Served, serving

MODELS = "/api/v1/models"  # any role may ask for it


@pytest.fixture(scope="module")
def gateway() -> Iterator[Served]:
    with serving(**BY_SECRET) as gateway:
        yield gateway


def ask(gateway: Served, *bearers: str, path: str = MODELS) -> httpx.Response:
    headers = [("authorization", f"Bearer {bearer}") for bearer in bearers]
    return gateway.client.get(path, headers=headers)


def assert_refused(response: httpx.Response, why: str) -> None:
    """It is a 401 that says why, to a person and to a program."""
    assert response.status_code == 401, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "/problems/not-signed-in"
    assert why in problem["detail"]
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="interview-gateway"')
    assert f'error="invalid_token", error_description="{why}' in challenge


def test_a_token_lets_its_holder_in(gateway: Served) -> None:
    assert ask(gateway, token()).status_code == 200
    assert ask(gateway, token(aud=["another", "interview-gateway"])).status_code == 200


def test_without_a_token_the_challenge_names_no_error(gateway: Served) -> None:
    for headers in ({}, {"authorization": "Basic YTpi"}):
        response = gateway.client.get(MODELS, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == 'Bearer realm="interview-gateway"'
        assert "Sign in" in response.json()["detail"]


def now() -> int:
    return int(time.time())


BAD: dict[str, tuple[Callable[[], str], str]] = {
    "expired": (lambda: token(exp=now() - 120), "The token has expired"),
    "not valid yet": (lambda: token(nbf=now() + 600), "The token is not valid yet"),
    "issued in the future": (lambda: token(iat=now() + 600), "The token is not valid yet"),
    "of another issuer": (lambda: token(iss="https://id.example"), "The token is from another"),
    "for another audience": (lambda: token(aud="payroll"), "The token is for another audience"),
    "for others": (lambda: token(aud=["a", "b"]), "The token is for another audience"),
    "without sub": (lambda: token(sub=None), "The token has no sub"),
    "without exp": (lambda: token(exp=None), "The token has no exp"),
    "without iss": (lambda: token(iss=None), "The token has no iss"),
    "without aud": (lambda: token(aud=None), "The token has no aud"),
    "whose sub is a number": (lambda: signed(claims(sub=7)), "The token has a subject"),
    "whose sub is blank": (lambda: token(" "), "The token has a subject"),
    "whose sub has lines": (lambda: token("a\nb"), "The token has a subject"),
    "whose sub is long": (lambda: token("a" * 256), "The token has a subject"),
    "whose exp is infinite": (lambda: token(exp=float("inf")), "The token cannot be read"),
    "whose exp is text": (lambda: token(exp="soon"), "The token"),
    "whose exp is a number as text": (
        lambda: forged({"alg": "HS256"}, claims(exp=str(now() + 300)), SECRET.encode()),
        "The token has a time that is not a number",
    ),
    "whose nbf is true": (
        lambda: forged({"alg": "HS256"}, claims(nbf=True), SECRET.encode()),
        "The token has a time that is not a number",
    ),
    "of another secret": (
        lambda: signed(claims(), OctKey.import_key(SECRET[::-1])),
        "The token is not signed by a key of the issuer",
    ),
    "of another algorithm": (
        lambda: signed(claims(), OctKey.import_key(SECRET), "HS512"),
        "The token is not signed by a key of the issuer",
    ),
    "signed by a key of its own": (
        lambda: signed(claims(), RSA, "RS256", jwk=RSA.as_dict(private=False)),
        "The token is not signed by a key of the issuer",
    ),
    "with what must be understood": (
        lambda: forged({"alg": "HS256", "crit": ["x"], "x": 1}, claims(), SECRET.encode()),
        "The token",
    ),
    "cut off": (lambda: token()[:-4], "The token is not"),
    "that is no token": (lambda: "secret", "The token is not a signed JWT"),
    "that is not JSON": (lambda: "e30x.e30.e30", "The token is not a signed JWT"),
    "that is a list": (lambda: "W10.e30.e30", "The token is not a signed JWT"),
    "without an algorithm": (lambda: "e30.e30.e30", "The token names no algorithm"),
    "with too many brackets": (lambda: "W1tb" * 3000 + ".e30.e30", "The token is not a signed JWT"),
    "of 100 kB": (lambda: token(groups=["g" * 100_000]), "The token is longer than 16 KiB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_token_is_refused_that_is(gateway: Served, name: str) -> None:
    make, why = BAD[name]
    assert_refused(ask(gateway, make()), why)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
def test_a_token_without_a_signature_is_refused(gateway: Served, alg: str) -> None:
    assert_refused(ask(gateway, forged({"alg": alg}, claims())), "The token is not signed by a key")


def test_a_token_that_is_sent_twice_is_refused(gateway: Served) -> None:
    why = "The request has more than one Authorization header"
    assert_refused(ask(gateway, token(), token()), why)
    assert_refused(ask(gateway, f"{token()}, Bearer {token()}"), "The token is not a signed JWT")


def test_a_token_in_the_url_is_refused_also_beside_one_that_would_do(gateway: Served) -> None:
    path = f"{MODELS}?access_token={token()}"
    assert_refused(ask(gateway, path=path), "The request has a token in its URL")
    assert_refused(ask(gateway, token(), path=path), "The request has a token in its URL")


def test_a_clock_that_is_a_minute_off_keeps_nobody_out(gateway: Served) -> None:
    at = now()
    assert ask(gateway, token(nbf=at + 59, iat=at + 59)).status_code == 200
    assert ask(gateway, token(exp=at - 55)).status_code == 200


def test_what_is_open_to_all_stays_open_whatever_the_token(gateway: Served) -> None:
    for path in ("/", "/page/index.html", "/health", "/problems/not-signed-in"):
        for bearers in ([], ["nonsense"], [token(exp=now() - 600)], [token()]):
            assert ask(gateway, *bearers, path=path).status_code == 200, path


def test_health_shows_the_services_only_to_staff(gateway: Served) -> None:
    for bearers in ([], [token()], ["nonsense"], [token("x", "stranger")]):
        assert set(ask(gateway, *bearers, path="/health").json()) == {"status", "timestamp"}
    for role in ("interviewer", "auditor", "admin"):
        assert ask(gateway, token("bob", role), path="/health").json()["services"]


def test_an_unknown_path_tells_nothing_without_a_token(gateway: Served) -> None:
    assert ask(gateway, path="/api/v1/admin").status_code == 401
    assert ask(gateway, token(), path="/api/v1/admin").status_code == 404


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        (["admin"], 200),
        ("admin", 200),
        ("auditor  interviewer", 200),
        (["candidate", "auditor"], 200),
        (["candidate"], 403),
        (["ADMIN"], 403),
        ([], 403),
        (None, 403),
        ([["admin"]], 403),
        ({"admin": True}, 403),
        (7, 403),
    ],
)
def test_the_roles_are_those_of_the_claim(gateway: Served, roles: Any, status: int) -> None:
    response = ask(gateway, token(roles=roles), path="/openapi.json")
    assert response.status_code == status
    if status == 403:
        assert response.json()["type"] == "/problems/role-missing"
        assert 'error="insufficient_scope"' in response.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("claim", "more"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["admin"]}}),
        ("https://hr.example/roles", {"https://hr.example/roles": "admin"}),
    ],
)
def test_the_roles_can_be_in_another_claim(claim: str, more: dict[str, Any]) -> None:
    with serving(**BY_SECRET, auth_roles_claim=claim) as gateway:
        path = "/openapi.json"
        assert ask(gateway, token(roles=None, **more), path=path).status_code == 200
        assert ask(gateway, token("ann", "admin"), path=path).status_code == 403


# A public key that is set


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # joserfc says so; issuers do not
@pytest.mark.parametrize(
    ("key", "algorithms"),
    [(RSA, ["RS256", "PS256"]), (EC, ["ES256"]), (ED, ["EdDSA"])],
    ids=["RSA", "EC", "Ed25519"],
)
def test_a_public_key_checks_tokens_of_its_own_algorithms(
    key: RSAKey | ECKey | OKPKey, algorithms: list[str]
) -> None:
    pem = pem_of(key)
    by_key = BY_SECRET | {"auth_secret": None, "auth_public_key": pem.replace("\n", "\\n")}
    with serving(**by_key) as gateway:
        for algorithm in algorithms:
            assert ask(gateway, signed(claims(), key, algorithm)).status_code == 200
        # The public key is known to all. Whoever takes it for a secret must not get in.
        why = "The token is not signed by a key of the issuer"
        for secret in (pem, pem.strip(), pem.replace("\n", "")):
            fake = forged({"alg": "HS256", "kid": key.kid}, claims(), secret.encode())
            assert_refused(ask(gateway, fake), why)
        other = RSAKey.generate_key(2048)
        assert_refused(ask(gateway, signed(claims(), other, "RS256")), why)
