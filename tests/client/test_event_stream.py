"""The client's decoder of server-sent events: however their bytes are split, the same events."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.tools import HERE, NODE, needs_node

pytestmark = needs_node

Decode = Callable[[list[bytes]], list[dict[str, Any]]]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def decode() -> Iterator[Decode]:
    """The events of a stream that arrives in these parts."""
    assert NODE is not None
    with subprocess.Popen(
        [NODE, str(HERE / "decoder.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def decoded(parts: list[bytes]) -> list[dict[str, Any]]:
            print(json.dumps([b64encode(part).decode() for part in parts]), file=stdin, flush=True)
            events: list[dict[str, Any]] = json.loads(stdout.readline())
            return events

        yield decoded
        stdin.close()
        assert process.wait(10) == 0


# "\r" is not mixed with the others: before an empty line that ends in "\n" it would be no end.
line_ends = st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"]])
words = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
names = st.sampled_from(["delta", "done", "東京", "a b", ":x"])
ids = st.none() | st.integers(1, 99).map(str)
noise = st.sampled_from(
    [": a comment", ":", "retry: 10", "unknown: field", "data2: no", " data: no", "id: a\0b"]
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[dict[str, str]]]:
    """A stream of events in any lawful spelling, and what it says."""
    lines: list[str] = []
    expected = []
    for _ in range(draw(st.integers(0, 5))):
        type, id = draw(st.none() | names), draw(ids)
        data = draw(st.lists(words, max_size=3))
        spaced = draw(st.booleans())
        fields = [("event", type), ("id", id), *(("data", one) for one in data)]
        for name, value in fields:
            if draw(st.integers(0, 4)) == 0:
                lines.append(draw(noise))
            if value is not None:
                # A value's first blank belongs to the field's name.
                apart = ": " if spaced or value.startswith(" ") else ":"
                lines.append(name if value == "" else f"{name}{apart}{value}")
        lines.append("")
        if data:
            told = {"type": type or "message", "id": id or "", "data": "\n".join(data)}
            expected.append(told)
    ends = st.sampled_from(draw(line_ends))
    text = "".join(line + draw(ends) for line in lines)
    unfinished = draw(st.sampled_from(["", "data: unfin", "data: unfinished\n", "event"]))
    mark = draw(st.sampled_from([b"", BYTE_ORDER_MARK]))
    return mark + (text + unfinished).encode(), expected


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


@given(stream=streams(), places=st.lists(st.integers(0, 10_000), max_size=8))
def test_the_same_events_come_of_any_split(
    decode: Decode, stream: tuple[bytes, list[dict[str, str]]], places: list[int]
) -> None:
    whole, expected = stream
    assert decode([whole]) == expected
    assert decode(cut(whole, places)) == expected
    assert decode([bytes([byte]) for byte in whole]) == expected


def test_a_line_end_of_two_characters_that_is_split_is_one(decode: Decode) -> None:
    parts = [b"data: a\r", b"\ndata: b\r", b"", b"\n\r", b"\ndata: c\r\r", b"data: d\n\n"]
    assert [event["data"] for event in decode(parts)] == ["a\nb", "c", "d"]


def test_a_lone_carriage_return_is_not_waited_on(decode: Decode) -> None:
    assert [event["data"] for event in decode([b"data: a\r\r"])] == ["a"]


def test_an_event_without_data_is_none(decode: Decode) -> None:
    assert decode([b"event: delta\nid: 3\n\n\n\ndata\n\n"]) == [
        {"type": "message", "id": "", "data": ""}
    ]


def test_a_byte_order_mark_is_passed_over_at_the_beginning_only(decode: Decode) -> None:
    first, second = BYTE_ORDER_MARK + b"data: a\n\n", BYTE_ORDER_MARK + b"data: b\n\n"
    assert [event["data"] for event in decode([first[:1], first[1:], second])] == ["a"]
