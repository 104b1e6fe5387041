"""A laid out transcript as the data that `pdf.typ` reads: strings that are text only."""

import re
import unicodedata
from typing import Any

from api.transcript.blocks import Block, Items, Line, Quote, Section, TranscriptLayout, Untrusted
from api.transcript.escaping import escape_controls, escape_line

ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
"""What stands between them runs in its own direction, and leaves the line around it in order."""

BREAK_HERE = "\u200b"
LONGEST_WORD = 60
"""In characters. A longer one, of a script with spaces, would run out of the page."""

_LONG_WORD = re.compile(r"[^\s\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]{60,}")

_SCRIPTS = (
    (range(0x0900, 0x0980), "hi"),
    (range(0x0980, 0x0A00), "bn"),
    (range(0x0600, 0x0700), "ar"),
    (range(0x0750, 0x0780), "ar"),
    (range(0x0590, 0x0600), "he"),
    (range(0x3040, 0x3100), "ja"),
    (range(0xAC00, 0xD7B0), "ko"),
    (range(0x4E00, 0xA000), "zh"),
    (range(0x3400, 0x4DC0), "zh"),
    (range(0x0400, 0x0500), "ru"),
    (range(0x0370, 0x0400), "el"),
    (range(0x0E00, 0x0E80), "th"),
)
"""Where each script is, and the language that a screen reader takes for it: its voice can read the
script, whichever of the script's languages it is."""

OWN_LANGUAGE = "en"


def sheet_of(layout: TranscriptLayout) -> dict[str, Any]:
    """The data."""
    return {
        "title": _line(layout.title, isolated=False),
        "facts": [[name, _line(value)] for name, value in layout.facts],
        "notices": [_line(notice) for notice in layout.notices],
        "sections": [_section(section) for section in layout.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    mark = f" ({section.mark})" if section.mark else ""
    return {
        "level": section.level,
        "heading": section.heading + mark,
        "blocks": [_block(block) for block in section.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Quote():
            paragraphs = [
                _paragraph(line) for line in escape_controls(block.words.text).split("\n") if line
            ]
            said = {"label": block.label, "style": block.style, "paragraphs": paragraphs}
            return {"kind": "quote", **said}
        case Items():
            return {"kind": "items", "lines": [_line(line) for line in block.lines]}
        case _:
            return {"kind": "line", "text": _line(block)}


def _line(line: Line, *, isolated: bool = True) -> str:
    before, after = (ISOLATE, END_OF_ISOLATE) if isolated else ("", "")
    return "".join(
        f"{before}{_broken(escape_line(part.text))}{after}" if isinstance(part, Untrusted) else part
        for part in line
    )


def _paragraph(line: str) -> dict[str, Any]:
    """One line of what somebody said, in the direction of its first letter, as HTML's
    `dir="auto"` does it."""
    text = line.expandtabs(4)
    indent = len(text) - len(text.lstrip(" "))
    directions = (unicodedata.bidirectional(character) for character in text)
    first = next((found for found in directions if found in ("L", "R", "AL")), "L")
    return {
        "text": "\u00a0" * indent + _broken(text[indent:]),
        "rtl": first != "L",
        "lang": _language(text),
    }


def _language(text: str) -> str:
    for character in text:
        if character.isalpha():
            code = ord(character)
            return next((name for place, name in _SCRIPTS if code in place), OWN_LANGUAGE)
    return OWN_LANGUAGE


def _broken(text: str) -> str:
    """The text with places to break at in words that are too long for a line."""
    return _LONG_WORD.sub(lambda word: _break(word[0]), text)


def _break(word: str) -> str:
    pieces, length = [""], 0
    for character in word:
        joins = unicodedata.category(character).startswith("M") or "\u200d" in (
            character,
            pieces[-1][-1:],
        )
        if length >= LONGEST_WORD // 2 and not joins:
            pieces.append("")
            length = 0
        pieces[-1] += character
        length += 1
    return BREAK_HERE.join(pieces)
