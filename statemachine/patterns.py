"""A regular expression that is compiled when it is first asked.

Python compiles patterns in Python: a class of scripts such as `[぀-ヿ一-鿿]` takes 4 to 9 ms. All
those that read an interview's words took 0.1 s of each start, and most interviews need few of
them. A pattern that compiles in less than 0.4 ms is a plain `re.compile`.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Protocol


class _Find(Protocol):
    def __call__(
        self, string: str, pos: int = 0, endpos: int = sys.maxsize, /
    ) -> re.Match[str] | None: ...


class Pattern:
    """A pattern with the methods of `re.Pattern`. Each is looked up once, and is then as fast as
    the compiled pattern's own. A first use raises re.error for a source that cannot be read."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._source, self._flags)

    @cached_property
    def search(self) -> _Find:
        return self.compiled.search

    @cached_property
    def match(self) -> _Find:
        return self.compiled.match

    @cached_property
    def fullmatch(self) -> _Find:
        return self.compiled.fullmatch

    @cached_property
    def finditer(self) -> Callable[[str], Iterator[re.Match[str]]]:
        return self.compiled.finditer

    @cached_property
    def findall(self) -> Callable[[str], list[str]]:
        return self.compiled.findall

    @cached_property
    def split(self) -> Callable[[str], list[str]]:
        return self.compiled.split

    @cached_property
    def sub(self) -> Callable[[str, str], str]:
        return self.compiled.sub
