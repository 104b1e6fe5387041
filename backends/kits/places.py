"""In which line of a TOML text each value stands. `tomllib` tells it of no value that it has read.

It also finds what takes `tomllib` minutes or all of the stack, before that is asked: keys of many
parts, lists in lists in lists, and more values than any kit has.
"""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

MAX_DEPTH = 6
MAX_KEY_PARTS = 4
MAX_VALUES = 5_000

# Text that nobody ends goes on to the end: to look for one from each mark in it takes minutes.
_TOKEN = re.compile(
    r"""
    (?P<skip> [ \t\r]++ | \#[^\n]*+ )
  | (?P<line> \n )
  | (?P<text> \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3,5})? | '{3}(?:[^']|'(?!''))*+(?:'{3,5})?
            | "(?:[^"\\\n]|\\.)*+"? | '[^'\n]*+'? )
  | (?P<sign> [\[\]{},=.] )
  | (?P<bare> [^\s\[\]{},=.\#"']++ | . )
    """,
    re.VERBOSE | re.DOTALL,
)

_END = ("end", "", 0)


class TooComplex(Exception):
    """In `line`, a key has too many parts, values stand too deep in each other, or there are too
    many of them."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is too complex")
        self.line = line


def places_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, in which each value of the text begins. Of text that is no TOML,
    any lines. Raises TooComplex."""
    return _Scanner(text).places()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens, _END)
        self._found: dict[Path, int] = {}
        self._counts: dict[str, int] = {}

    def places(self) -> dict[Path, int]:
        table: Path = ()
        while self._next is not _END:
            if self._sign("["):
                table = self._header()
            elif self._next[0] == "line":
                self._take()
            else:
                self._assignment(table)
                self._skip_line()
        return self._found

    def _header(self) -> Path:
        _, _, line = self._take()
        is_list = self._sign("[")
        if is_list:
            self._take()
        table: Path = tuple(self._key())
        if is_list:
            name = ".".join(map(str, table))
            count = self._counts[name] = self._counts.get(name, -1) + 1
            table = (*table, count)
        self._found.setdefault(table, line)
        if len(self._found) > MAX_VALUES:
            raise TooComplex(line)
        self._skip_line()
        return table

    def _assignment(self, table: Path) -> None:
        line = self._next[2]
        path = (*table, *self._key())
        if self._sign("="):
            self._take()
            self._value(path, line, 1)
        elif self._sign(",") or self._next[0] != "line":
            self._take()

    def _key(self) -> list[str]:
        parts: list[str] = []
        while self._next[0] in ("bare", "text") or self._sign("."):
            kind, value, line = self._take()
            if kind != "sign":
                parts.append(value.strip("\"'") if kind == "text" else value)
            if len(parts) > MAX_KEY_PARTS:
                raise TooComplex(line)
        return parts

    def _value(self, path: Path, line: int, depth: int) -> None:
        if depth > MAX_DEPTH or len(self._found) > MAX_VALUES:
            raise TooComplex(line)
        self._found.setdefault(path, line)
        _, sign, _ = self._take()
        if sign == "[":
            self._list(path, depth)
        elif sign == "{":
            self._table(path, depth)
        else:
            while self._next[0] not in ("line", "end") and self._next[1] not in (",", "]", "}"):
                self._take()

    def _list(self, path: Path, depth: int) -> None:
        index = 0
        while not self._sign("]") and self._next is not _END:
            if self._next[0] == "line":
                self._take()
            elif self._sign(","):
                index += 1
                self._take()
            else:
                self._value((*path, index), self._next[2], depth + 1)
        self._take()

    def _table(self, path: Path, depth: int) -> None:
        while not self._sign("}") and self._next is not _END:
            line = self._next[2]
            if self._next[0] == "line" or self._sign(","):
                self._take()
                continue
            inner = (*path, *self._key())
            if self._sign("="):
                self._take()
                self._value(inner, line, depth + 1)
            elif not self._sign("}"):
                self._take()
        self._take()

    def _sign(self, sign: str) -> bool:
        return self._next[0] == "sign" and self._next[1] == sign

    def _take(self) -> tuple[str, str, int]:
        taken, self._next = self._next, next(self._tokens, _END)
        return taken

    def _skip_line(self) -> None:
        while self._next[0] not in ("line", "end"):
            self._take()


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind, value = match.lastgroup or "", match.group()
        if kind != "skip":
            yield kind, value, line
        line += value.count("\n")
