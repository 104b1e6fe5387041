"""Words of others, shown so that they can do nothing."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.transcript.escaping import escape_controls, escape_json, escape_line

ANYTHING = st.text(st.characters(codec=None))
DIRECTIONS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "<U+001B>[2J"),
        ("a\rb", "a<U+000D>b"),
        ("a\x00b\x7f\x9b", "a<U+0000>b<U+007F><U+009B>"),
        ("pay \u202e001", "pay <U+202E>001"),
        ("a\u2028b\u2029", "a<U+2028>b<U+2029>"),
        ("\ufeffa\u200bb\u00ad\u2060", "<U+FEFF>a<U+200B>b<U+00AD><U+2060>"),
        ("hi\U000e0068\U000e0069", "hi<U+E0068><U+E0069>"),
        ("\ue000\ufdd0\uffff\U0010fffe", "<U+E000><U+FDD0><U+FFFF><U+10FFFE>"),
        ("\ud800", "<U+D800>"),
        ("\u2065\ufff0\U000e0fff", "<U+2065><U+FFF0><U+E0FFF>"),
    ],
)
def test_what_acts_or_hides_is_shown(text: str, shown: str) -> None:
    assert escape_controls(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Plain words,\n\tin two lines.",
        "👩\u200d💻 ❤\ufe0f 🇩🇪 👍🏽",
        "می\u200cخواهم क्\u200dष שָׁלוֹם \u0600٣",
        "葛\U000e0100 ᠨᠠᠢᠮ\u180eᠠ",
        "<b>&amp; **markup** is not our business here",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert escape_controls(text) == text


@pytest.mark.parametrize("code", DIRECTIONS)
def test_nothing_turns_the_reading_order(code: int) -> None:
    assert escape_controls(chr(code)) == f"<U+{code:04X}>"


@given(ANYTHING)
def test_no_text_keeps_a_character_that_acts(text: str) -> None:
    shown = escape_controls(text)
    shown.encode()
    for character in shown:
        if unicodedata.category(character) in {"Cc", "Cs", "Co", "Zl", "Zp"}:
            assert character in "\n\t"
    assert not set(map(ord, shown)) & {*DIRECTIONS, *range(0xE0000, 0xE0080)}


@given(ANYTHING)
def test_shown_once_is_shown_for_good(text: str) -> None:
    assert escape_controls(escape_controls(text)) == escape_controls(text)


@given(ANYTHING, ANYTHING)
def test_characters_are_judged_one_by_one(one: str, other: str) -> None:
    assert escape_controls(one + other) == escape_controls(one) + escape_controls(other)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert escape_controls(text) == text


@given(ANYTHING)
def test_a_line_is_one(text: str) -> None:
    line = escape_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()


@given(ANYTHING)
def test_json_says_the_same_and_holds_no_character_that_acts(text: str) -> None:
    shown = escape_json(json.dumps({"said": text}, ensure_ascii=False, indent=2))
    assert json.loads(shown) == json.loads(json.dumps({"said": text}))
    assert escape_controls(shown) == shown
