"""NDJSON that comes in chunks cut anywhere: the same values, or the same reason."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.lines import MAX_LINE_BYTES
from backends.ndjson import NdjsonDecoder
from tests.backends.splits import decoded, split_anywhere

BROKE_OFF, NOT_JSON = "Broke off its answer", "Sent a line that is not JSON"

scalars = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def read(chunks: Iterable[bytes]) -> tuple[list[Any], str | None]:
    """The values, and the reason for which there are no more."""
    return decoded(NdjsonDecoder(), chunks)


def encoded(*lines: Any, ending: str = "\n") -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + ending for line in lines).encode(
        errors="surrogatepass"
    )


@given(st.lists(values), st.sampled_from(["\n", "\r\n", "\n\n", " \n"]), st.data())
def test_any_split_of_the_bytes_gives_the_same_values(
    written: list[Any], ending: str, data: st.DataObject
) -> None:
    stream = encoded(*written, ending=ending)
    assert read(split_anywhere(data, stream)) == (written, None)


@given(st.binary() | st.text().map(str.encode), st.data())
def test_any_split_of_nonsense_gives_the_same_values_and_the_same_reason(
    nonsense: bytes, data: st.DataObject
) -> None:
    stream = encoded({"a": "é"}) + nonsense
    assert read(split_anywhere(data, stream)) == read([stream])


@pytest.mark.parametrize(
    ("stream", "found", "reason"),
    [
        (b"", [], None),
        (b"\n\r\n \n", [], None),
        (b"\xef\xbb\xbf1\n2\n", [1, 2], None),
        (b'1\n"no line break behind it"', [1, "no line break behind it"], None),
        (b'1\n{"half', [1], BROKE_OFF),
        ('1\n"é'.encode()[:-1], [1], BROKE_OFF),
        (b'1\n"caf\xe9"\n2\n', [1], NOT_JSON),
        (b'1\n"half a pair \\ud800"\n2\n', [1], NOT_JSON),
        (b"1\n" * 39 + b"{not JSON}\n2\n", [1] * 39, NOT_JSON),
        (b"1\n\xef\xbb\xbf2\n", [1], NOT_JSON),
        (b"[" * 100_000 + b"]" * 100_000 + b"\n", [], NOT_JSON),
    ],
)
def test_what_can_be_read_is_given_and_then_the_reason(
    stream: bytes, found: list[Any], reason: str | None
) -> None:
    assert read([stream]) == (found, reason)
    assert read(stream[i : i + 1] for i in range(len(stream))) == (found, reason)


@pytest.mark.parametrize("size", [1, 1000, 65536, 1_000_000])
def test_a_line_without_an_end_is_given_up(size: int) -> None:
    stream = b"1\n" + b'"' + b"x" * 1_000_000
    chunks = (stream[i : i + size] for i in range(0, len(stream), size))
    assert read(chunks) == ([1], "Sent a line of more than 256 KiB")


def test_a_line_at_the_limit_is_taken() -> None:
    longest = json.dumps("x" * (MAX_LINE_BYTES - 2)).encode()
    assert read([longest + b"\n"]) == ([json.loads(longest)], None)
    assert read([b'"x' + longest[1:] + b"\n"]) == ([], "Sent a line of more than 256 KiB")
