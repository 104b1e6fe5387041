"""Patterns of words, and texts that are made of nothing else.

A pattern is words with `(this|that)`, `[perhaps this]`, `<part>` (a named piece that many patterns
share), `…` (any words, up to the sentence's end) and `?` (its end is asked). Time is in
proportion to the text, whatever its words are: patterns are followed side by side, none of
them is ever tried again from an earlier place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from operator import or_

from statemachine.listening.tokens import COMMA, MARKS

ANY = "…"
_PIECES = re.compile(r"[()\[\]|?…]|<\w+>|[^\s()\[\]|?…<>]+")

_NOWHERE: dict[str, int] = {}


class Automaton:
    """Labelled patterns. Labels are bits; of two ways to read a text the higher one counts."""

    def __init__(
        self, normalised: Callable[[str], Sequence[str]], parts: Mapping[str, str], whole: int
    ) -> None:
        """`normalised` makes a pattern's words what a text's words are made. A pattern with a
        bit of `whole` covers all that comes after it as well."""
        self._normalised = cache(normalised)  # most words stand in many patterns
        self._parts = parts
        self._whole = whole
        # Of each state: its words, where it leads without one, and the label of what ends in it.
        # Most have no words, and share the empty ones.
        self._words: list[dict[str, int]] = [_NOWHERE]
        self._freely: dict[int, tuple[int, ...]] = {}
        self._ending: list[int] = [0]
        self._loops: set[int] = set()
        # Of each state that a text has come to: the labels of all that ends there, and those it
        # leads on to without a word. Few of the 20,000 are ever met; all would take 50 ms.
        self._met: dict[int, tuple[int, tuple[int, ...]]] = {}
        self._first: dict[str, tuple[int, ...]] = {}
        self._first_loops: tuple[int, ...] = ()
        # Where a part ends that begins in a state; only while patterns are added.
        self._ends: dict[tuple[int, str], int] = {}

    def add(self, pattern: str, label: int) -> None:
        """Add a pattern. Raises ValueError for one that cannot be read."""
        pieces = _PIECES.findall(pattern)
        end = self._alternatives(pieces, 0, frozenset())
        if pieces:
            raise ValueError(f"cannot read the pattern {pattern!r} from {pieces[-1]!r}")
        self._ending[end] |= label

    def finish(self) -> None:
        """To be called once, when all patterns are added."""
        first: dict[str, list[int]] = {}
        _, reach = self._meet(0)
        for number in reach:
            for word, target in self._words[number].items():
                first.setdefault(word, []).append(target)
        self._first = {word: tuple(targets) for word, targets in first.items()}
        self._first_loops = tuple(number for number in reach if number in self._loops)
        self.words = frozenset(word for words in self._words for word in words) - MARKS
        self._ends.clear()
        self._normalised.cache_clear()

    def labels(self, tokens: Iterable[str]) -> int | None:
        """The labels of the patterns that the text is made of, and of nothing else; None where
        something else is in it."""
        # What has been heard where a pattern could begin now, and within each pattern under way.
        met, meet = self._met.get, self._meet
        begin: int | None = 0
        under_way: dict[int, int] = {}
        for token in tokens:
            if token == COMMA:
                continue
            after: dict[int, int] = {}
            if begin is not None:
                loops = () if token in MARKS else self._first_loops
                after = dict.fromkeys((*self._first.get(token, ()), *loops), begin)
            for number, heard in under_way.items():
                for target in self._targets(number, token):
                    after[target] = max(after.get(target, 0), heard)
            if token not in MARKS:
                begin = None
            for target, heard in after.items():
                label, _ = met(target) or meet(target)
                if label & self._whole:
                    return heard | label
                if label and (begin is None or heard | label > begin):
                    begin = heard | label
            if begin is None and not after:
                return None
            under_way = after
        return begin

    def _targets(self, number: int, token: str) -> Iterator[int]:
        _, reach = self._met.get(number) or self._meet(number)
        for at in reach:
            target = self._words[at].get(token)
            if target is not None:
                yield target
            if at in self._loops and token not in MARKS:
                yield at

    def _meet(self, number: int) -> tuple[int, tuple[int, ...]]:
        """Work out a state's entry in `_met`."""
        found = {number}
        waiting = [number]
        while waiting:
            for other in self._freely.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        label = reduce(or_, (self._ending[n] for n in found))
        reach = tuple(n for n in found if self._words[n] or n in self._loops)
        self._met[number] = label, reach
        return label, reach

    def _new(self) -> int:
        self._words.append(_NOWHERE)
        self._ending.append(0)
        return len(self._words) - 1

    def _lead_on(self, begin: int, end: int) -> None:
        """Lead from the one state to the other without a word."""
        self._freely[begin] = (*self._freely.get(begin, ()), end)

    def _alternatives(self, pieces: list[str], begin: int, within: frozenset[str]) -> int:
        """Reads `a|b|c` up to a bracket that closes it; takes what it reads from `pieces`."""
        end = self._new()
        while True:
            at = begin
            while pieces and pieces[0] not in ("|", ")", "]"):
                at = self._piece(pieces, at, within)
            self._lead_on(at, end)
            if not pieces or pieces[0] != "|":
                return end
            del pieces[0]

    def _piece(self, pieces: list[str], at: int, within: frozenset[str]) -> int:
        piece = pieces.pop(0)
        if piece in ("(", "["):
            # From a state of its own, so that nothing that leads on from here begins in there.
            inner = self._new()
            self._lead_on(at, inner)
            end = self._alternatives(pieces, inner, within)
            if not pieces or pieces.pop(0) != {"(": ")", "[": "]"}[piece]:
                raise ValueError("a bracket is not closed")
            if piece == "[":
                self._lead_on(inner, end)
            return end
        if piece.startswith("<"):
            name = piece.strip("<>")
            if name in within or name not in self._parts:
                raise ValueError(f"there is no part {piece} here")
            return self._part(name, at, within)
        if piece == ANY:
            loop = self._new()
            self._loops.add(loop)
            self._lead_on(at, loop)
            return loop
        for word in [piece] if piece in MARKS else self._normalised(piece):
            if self._words[at] is _NOWHERE:
                self._words[at] = {}
            then = self._words[at]
            if word not in then:
                then[word] = self._new()
            at = then[word]
        return at

    def _part(self, name: str, at: int, within: frozenset[str]) -> int:
        """Patterns that begin alike go through the same states as far as they do."""
        if (at, name) not in self._ends:
            pieces = _PIECES.findall(self._parts[name])
            self._ends[at, name] = self._alternatives(pieces, at, within | {name})
        return self._ends[at, name]
