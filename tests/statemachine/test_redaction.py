"""URLs and what is written like one, without their secrets."""

import pytest

from statemachine.redaction import without_secrets

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"postgresql://me:{SECRET}@h/db", "postgresql://***@h/db"),
        (f"me:{SECRET}@db", "***@db"),
        (f"me:{SECRET}%40db", "***@db"),
        (f"sqlite:me:{SECRET}@db", "***@db"),
        (f"//me:x@{SECRET}@db", "***@db"),
        (f"http://h/a?token={SECRET}#x", "http://h/a?***"),
        (f"h/db?user=me&password={SECRET}", "h/db?***"),
        (f"host=db password = {SECRET} port=1", "host=db password = *** port=1"),
        (f"me:x\n{SECRET}@db", "***@db"),
    ],
)
def test_what_may_be_a_secret_is_not_shown(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize("text", ["http://localhost:port", "ftp://h/a", "loud", "a? b", "[::1]"])
def test_what_holds_no_secret_is_shown_as_it_is(text: str) -> None:
    assert without_secrets(text) == text
