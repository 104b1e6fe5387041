"""Where a service is: its URL, and credentials that are sent and never shown."""

import pickle
from base64 import b64decode

import pytest

from backends.address import Address
from statemachine.redaction import without_secrets

SECRET = "s3cret"


def login_of(text: str) -> bytes:
    """User and password as they are sent."""
    header = Address(text).authorization
    assert header is not None
    kind, _, encoded = header.partition(" ")
    assert kind == "Basic"
    return b64decode(encoded, validate=True)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8005", "http://127.0.0.1:8005"),
        ("https://me:pw@models.example/ollama/", "https://models.example/ollama"),
        ("http://me@[::1]:11434", "http://[::1]:11434"),
        ("HTTP://me:pw@Models.Example", "http://Models.Example"),
    ],
)
def test_the_url_is_without_credentials_and_closing_slash(text: str, url: str) -> None:
    assert Address(text).url == str(Address(text)) == url


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("http://me:pw@h", b"me:pw"),
        ("http://me@h", b"me:"),
        ("http://:pw@h", b":pw"),
        ("http://me:p:w@h", b"me:p:w"),
        ("http://me:p@w@h", b"me:p@w"),
        ("http://m%40e:p%2Fw%3A%25@h", b"m@e:p/w:%"),
        ("http://me:%C3%A9%E9@h", b"me:\xc3\xa9\xe9"),
        ("http://me:é@h", "me:é".encode()),
        ("http://me:100%@h", b"me:100%"),
    ],
)
def test_credentials_are_sent_as_they_were_meant(text: str, login: bytes) -> None:
    assert login_of(text) == login


def test_without_credentials_none_are_sent() -> None:
    assert Address("http://h").authorization is None
    assert Address("http://@h").authorization is None


def test_they_are_in_no_text_of_the_address() -> None:
    address = Address(f"https://me:{SECRET}@models.example/v1")
    assert SECRET not in f"{address} {address!r} {[address]} {(address,)!s}"
    assert "me" not in repr(address).replace("models.example", "")


def test_addresses_with_other_credentials_are_others() -> None:
    assert Address("http://me:pw@h") == Address("http://me:pw@h/")
    assert hash(Address("http://me:pw@h")) == hash(Address("http://me:pw@h/"))
    assert Address("http://me:pw@h") != Address("http://me:other@h")
    assert Address("http://h") != "http://h"


MALFORMED = [
    f"http://me:{SECRET}@",
    f"ftp://me:{SECRET}@h",
    f"me:{SECRET}@h",
    f"http:/me:{SECRET}@h",
    f"http:\\\\me:{SECRET}@h",
    f"http://me:{SECRET}/x@h",
    f"http://me:{SECRET}?x@h",
    f"http://me:{SECRET}#x@h",
    f"http://me:x/{SECRET}@h:80",
    f"http://me:x@{SECRET}@h:port",
    f"http://me:{SECRET}@h:port",
    f"http://me:{SECRET}@[::1",
    f"http://me:{SECRET} x@h",
    f"http://me:x\n{SECRET}@h",
    f"http://me:{SECRET}%40h:80",
    f"http://h?token={SECRET}",
    f"http://h#{SECRET}",
    f"//me:{SECRET}@h",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_refused_url_is_never_quoted_with_its_secrets(text: str) -> None:
    with pytest.raises(ValueError, match="must be a URL like") as caught:
        Address(text)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
    assert SECRET not in without_secrets(text)


@pytest.mark.parametrize("text", ["http://", "", "h", "http://h:99999", "http://h:0", "http://a b"])
def test_what_is_no_url_of_a_service_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a URL like"):
        Address(text)


def test_a_password_with_signs_of_a_url_in_it_is_told_how_to_write_them() -> None:
    with pytest.raises(ValueError, match=r"write / as %2F"):
        Address(f"http://me:{SECRET}/x@h")


def test_an_address_can_be_copied_to_another_process() -> None:
    address = Address("http://me:pw@h")
    assert pickle.loads(pickle.dumps(address)) == address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://h:8080/v1", "http://h:8080"),
        ("http://h:8080/v1/", "http://h:8080"),
        ("http://h:8080", "http://h:8080"),
        ("https://h/api/v1", "https://h/api"),
        ("http://h/v10", "http://h/v10"),
    ],
)
def test_an_ending_is_left_out_if_it_is_there(text: str, url: str) -> None:
    assert Address(text).without_ending("/v1").url == url


def test_credentials_stay_where_an_ending_is_left_out() -> None:
    address = Address("http://me:pw@h/v1")
    assert address.without_ending("/v1") == Address("http://me:pw@h")


def test_a_key_takes_the_place_of_a_login_and_is_shown_nowhere() -> None:
    address = Address("http://me:pw@h").with_key("s3cret")
    assert address.authorization == "Bearer s3cret"
    assert (str(address), repr(address)) == ("http://h", "Address('http://h')")
