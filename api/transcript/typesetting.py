"""The process that makes a PDF: `python -m api.transcript.typesetting`, with the data of
`sheets.sheet_of` as JSON on its standard input. It writes a line of JSON, the characters that no
font has, and then the PDF.

A character without a glyph is written by its code, as in "<U+1F44D>", and a note on the first page
says so. PDF/UA does not allow a box in its place, so the typesetter names each one.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import typst

from api.transcript.pdf import CPU_SECONDS, MEMORY_BYTES

TEMPLATE = Path(__file__).with_name("pdf.typ")

TRIES = 4
"""Other glyphs can be missing once the first ones are replaced, but hardly twice."""

_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def typeset(sheet: dict[str, Any]) -> tuple[bytes, list[str]]:
    """The PDF, and the characters in it that are shown by their codes. Raises TypstError."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
    missing: set[str] = set()
    for _ in range(TRIES):
        written = _written(sheet, missing)
        try:
            pdf = typst.compile(
                TEMPLATE,
                root=TEMPLATE.parent,
                font_paths=fonts,
                format="pdf",
                pdf_standards="ua-1",
                sys_inputs={"transcript": json.dumps(written, ensure_ascii=False)},
            )
        except typst.TypstError as error:
            found = _named_in(error.diagnostic) - missing
            if not found:
                raise
            missing |= found
        else:
            return pdf, sorted(missing)
    raise RuntimeError("glyphs are missing however many are replaced")


def _named_in(diagnostic: str) -> set[str]:
    """The characters that the diagnostic says no font has. Those of ASCII stay as they are: their
    codes are written with them."""
    texts = (_unescaped(text) for text in _MISSING.findall(diagnostic))
    return {character for text in texts for character in text if not character.isascii()}


def _unescaped(text: str) -> str:
    """The text of a string as Rust writes it for debugging."""

    def one(escape: re.Match[str]) -> str:
        code, letter = escape.groups()
        return chr(int(code, 16)) if code else _LETTERS.get(letter, letter)

    return _ESCAPE.sub(one, text)


def _written(sheet: dict[str, Any], missing: set[str]) -> dict[str, Any]:
    if not missing:
        return sheet
    codes = {ord(character): f"<U+{ord(character):04X}>" for character in missing}
    written: dict[str, Any] = _replaced(sheet, codes)
    what = "1 character is" if len(missing) == 1 else f"{len(missing):,} different characters are"
    note = (
        f"{what} shown by code, as in “{min(codes.values())}”, because no font on the gateway’s "
        "machine has them."
    )
    return {**written, "notices": [note, *written["notices"]]}


def _replaced(part: Any, codes: dict[int, str]) -> Any:
    match part:
        case str():
            return part.translate(codes)
        case list():
            return [_replaced(each, codes) for each in part]
        case dict():
            return {key: _replaced(each, codes) for key, each in part.items()}
    return part


def _limit() -> None:
    """End this process should it take too long or too much. (Windows has no such limits; whoever
    started it ends it in time.)"""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def main() -> None:
    _limit()
    pdf, missing = typeset(json.load(sys.stdin.buffer))
    sys.stdout.buffer.write(json.dumps(missing).encode() + b"\n" + pdf)


if __name__ == "__main__":
    main()
