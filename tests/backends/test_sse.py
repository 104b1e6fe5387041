"""Server-sent events that come in chunks cut anywhere: the same data, or the same reason."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.sse import SseDecoder
from tests.backends.splits import decoded, split_anywhere

BROKE_OFF, NOT_JSON = "Broke off its answer", "Sent a line that is not JSON"
TOO_LONG = "Sent a line of more than 256 KiB"


def read(chunks: Iterable[bytes]) -> tuple[list[Any], bool, str | None]:
    """The data, whether `[DONE]` came, and the reason for which there is no more."""
    decoder = SseDecoder()
    found, reason = decoded(decoder, chunks)
    return found, decoder.is_done, reason


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(texts), st.sampled_from(["\n", "\r\n"]), st.data())
def test_any_split_of_the_bytes_gives_the_same_data(
    written: list[str], end: str, data: st.DataObject
) -> None:
    events = [
        f": a comment{end}data: {json.dumps(w, ensure_ascii=False)}{end}{end}" for w in written
    ]
    stream = "".join([*events, f"data: [DONE]{end}{end}"]).encode()
    assert read(split_anywhere(data, stream)) == (written, True, None)


@given(st.binary() | texts.map(str.encode), st.data())
def test_any_split_of_nonsense_gives_the_same_data_and_the_same_reason(
    nonsense: bytes, data: st.DataObject
) -> None:
    stream = 'data: "é"\n\ndata: '.encode() + nonsense
    assert read(split_anywhere(data, stream)) == read([stream])


@pytest.mark.parametrize(
    ("stream", "found", "is_done", "reason"),
    [
        (b"", [], False, None),
        (b"data: 1\n\ndata:2\n\n", [1, 2], False, None),
        (b"\xef\xbb\xbfdata: 1\n\n", [1], False, None),
        (b": keep-alive\n\n:\n\ndata: 1\n\n: end\n", [1], False, None),
        (b"event: message\nid: 7\nretry: 10\ndata: 1\n\n", [1], False, None),
        (b'data: {"a":\ndata: [1,\ndata: 2]}\n\n', [{"a": [1, 2]}], False, None),
        (b"data\n\ndata:\n\ndata: 1\n\n", [1], False, None),
        (b"data: 1\n\n\n\n\ndata: 2\n\n", [1, 2], False, None),
        (b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\nnonsense", [1], True, None),
        (b"data: 1\n\ndata: [DONE]", [1], True, None),
        (b"data: 1", [1], False, None),
        (b'data: 1\n\ndata: {"half', [1], False, BROKE_OFF),
        (b"data: 1\n\n" * 39 + b"data: {no}\n\ndata: 1\n\n", [1] * 39, False, NOT_JSON),
        (b'data: "caf\xe9"\n\n', [], False, NOT_JSON),
        (b'data: "\\ud800"\n\n', [], False, NOT_JSON),
        (b"<!doctype html>\n<title>502</title>\n", [], False, None),
    ],
)
def test_what_can_be_read_is_given_and_then_the_reason(
    stream: bytes, found: list[Any], is_done: bool, reason: str | None
) -> None:
    assert read([stream]) == (found, is_done, reason)
    assert read(stream[i : i + 1] for i in range(len(stream))) == (found, is_done, reason)


def test_an_event_without_an_end_is_given_up() -> None:
    assert read([b"data: 1\n\ndata: " + b"x" * 1_000_000]) == ([1], False, TOO_LONG)
    many_lines = b"data: " + b"x" * 1000 + b"\n"
    assert read([b"data: 1\n\n", *[many_lines] * 1000]) == ([1], False, TOO_LONG)
