"""Patterns of words, and texts that are made of nothing else.

A pattern is words with `(this|that)`, `[perhaps this]`, `<part>` (a named piece that many patterns
share), `…` (any words, up to the sentence's end) and `?` (its end is asked). Time is in
proportion to the text, whatever its words are: patterns are followed side by side, none of
them is ever tried again from an earlier place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from statemachine.listening.tokens import COMMA, MARKS

ANY = "…"
_PIECES = re.compile(r"[()\[\]|?…]|<\w+>|[^\s()\[\]|?…<>]+")


@dataclass(slots=True)
class _State:
    then: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)  # where each part that begins here ends
    freely: set[int] = field(default_factory=set)  # without a word
    any_word: bool = False
    label: int = 0


class Automaton:
    """Labelled patterns. Labels are bits; of two ways to read a text the higher one counts."""

    def __init__(
        self, normalised: Callable[[str], Sequence[str]], parts: Mapping[str, str], whole: int
    ) -> None:
        """`normalised` makes a pattern's words what a text's words are made. A pattern with a
        bit of `whole` covers all that comes after it as well."""
        self._states = [_State()]
        self._normalised = normalised
        self._parts = parts
        self._whole = whole
        # Of each state: its words, the states it leads on to without one, and what ends there.
        self._words: list[dict[str, int]] = []
        self._reach: list[tuple[int, ...]] = []
        self._labels: list[int] = []
        self._loops: frozenset[int] = frozenset()
        self._first: dict[str, tuple[int, ...]] = {}
        self._first_loops: tuple[int, ...] = ()

    def add(self, pattern: str, label: int) -> None:
        """Add a pattern. Raises ValueError for one that cannot be read."""
        pieces = _PIECES.findall(pattern)
        end = self._alternatives(pieces, 0, frozenset())
        if pieces:
            raise ValueError(f"cannot read the pattern {pattern!r} from {pieces[-1]!r}")
        self._states[end].label |= label

    def finish(self) -> None:
        """To be called once, when all patterns are added."""
        states = self._states
        self._words = [state.then for state in states]
        self._loops = frozenset(n for n, state in enumerate(states) if state.any_word)
        for number in range(len(states)):
            reach = self._reachable(number)
            self._labels.append(reduce(or_, (states[n].label for n in reach)))
            self._reach.append(tuple(n for n in reach if states[n].then or n in self._loops))
        first: dict[str, list[int]] = {}
        for number in self._reach[0]:
            for word, target in self._words[number].items():
                first.setdefault(word, []).append(target)
        self._first = {word: tuple(targets) for word, targets in first.items()}
        self._first_loops = tuple(number for number in self._reach[0] if number in self._loops)
        self.words = frozenset(word for words in self._words for word in words) - MARKS
        self._states = []

    def labels(self, tokens: Iterable[str]) -> int | None:
        """The labels of the patterns that the text is made of, and of nothing else; None where
        something else is in it."""
        # What has been heard where a pattern could begin now, and within each pattern under way.
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
                label = self._labels[target]
                if label & self._whole:
                    return heard | label
                if label and (begin is None or heard | label > begin):
                    begin = heard | label
            if begin is None and not after:
                return None
            under_way = after
        return begin

    def _targets(self, number: int, token: str) -> Iterator[int]:
        for at in self._reach[number]:
            target = self._words[at].get(token)
            if target is not None:
                yield target
            if at in self._loops and token not in MARKS:
                yield at

    def _reachable(self, number: int) -> set[int]:
        found = {number}
        waiting = [number]
        while waiting:
            for other in self._states[waiting.pop()].freely - found:
                found.add(other)
                waiting.append(other)
        return found

    def _new(self) -> int:
        self._states.append(_State())
        return len(self._states) - 1

    def _alternatives(self, pieces: list[str], begin: int, within: frozenset[str]) -> int:
        """Reads `a|b|c` up to a bracket that closes it; takes what it reads from `pieces`."""
        end = self._new()
        while True:
            at = begin
            while pieces and pieces[0] not in ("|", ")", "]"):
                at = self._piece(pieces, at, within)
            self._states[at].freely.add(end)
            if not pieces or pieces[0] != "|":
                return end
            del pieces[0]

    def _piece(self, pieces: list[str], at: int, within: frozenset[str]) -> int:
        piece = pieces.pop(0)
        if piece in ("(", "["):
            # From a state of its own, so that nothing that leads on from here begins in there.
            inner = self._new()
            self._states[at].freely.add(inner)
            end = self._alternatives(pieces, inner, within)
            if not pieces or pieces.pop(0) != {"(": ")", "[": "]"}[piece]:
                raise ValueError("a bracket is not closed")
            if piece == "[":
                self._states[inner].freely.add(end)
            return end
        if piece.startswith("<"):
            name = piece.strip("<>")
            if name in within or name not in self._parts:
                raise ValueError(f"there is no part {piece} here")
            return self._part(name, at, within)
        if piece == ANY:
            loop = self._new()
            self._states[loop].any_word = True
            self._states[at].freely.add(loop)
            return loop
        for word in [piece] if piece in MARKS else self._normalised(piece):
            then = self._states[at].then
            if word not in then:
                then[word] = self._new()
            at = then[word]
        return at

    def _part(self, name: str, at: int, within: frozenset[str]) -> int:
        """Patterns that begin alike go through the same states as far as they do."""
        parts = self._states[at].parts
        if name not in parts:
            pieces = _PIECES.findall(self._parts[name])
            parts[name] = self._alternatives(pieces, at, within | {name})
        return parts[name]
