"""Patterns of words, and texts that are made of nothing else.

A pattern is words with `(this|that)`, `[perhaps this]`, `<part>` (a named piece that many patterns
share), `…` (any words, up to the sentence's end) and `?` (its end is asked). Time is in
proportion to the text, whatever its words are: patterns are followed side by side, none of
them is ever tried again from an earlier place.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

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
        # For each state: where each word leads, where any word leads, what ends here.
        self._then: list[tuple[dict[str, tuple[int, ...]], tuple[int, ...], int]] = []

    def add(self, pattern: str, label: int) -> None:
        """Add a pattern. Raises ValueError for one that cannot be read."""
        pieces = _PIECES.findall(pattern)
        end = self._alternatives(pieces, 0, frozenset())
        if pieces:
            raise ValueError(f"cannot read the pattern {pattern!r} from {pieces[-1]!r}")
        self._states[end].label |= label

    def finish(self) -> None:
        """To be called once, when all patterns are added."""
        reach = [self._reach(number) for number in range(len(self._states))]
        for number in range(len(self._states)):
            then: dict[str, set[int]] = {}
            label = 0
            for at in reach[number]:
                state = self._states[at]
                label |= state.label
                for word, target in state.then.items():
                    then.setdefault(word, set()).add(target)
            loops = tuple(at for at in reach[number] if self._states[at].any_word)
            self._then.append(({w: tuple(t) for w, t in then.items()}, loops, label))
        self.words = frozenset(w for then, _, _ in self._then for w in then) - MARKS
        self._states = []

    def labels(self, tokens: Sequence[str]) -> int | None:
        """The labels of the patterns that the text is made of, and of nothing else; None where
        something else is in it."""
        # What has been heard where a pattern could begin now, and within each pattern under way.
        begin: int | None = 0
        under_way: dict[int, int] = {}
        for token in tokens:
            if token == COMMA:
                continue
            after: dict[int, int] = {}
            begin_after: int | None = None
            if begin is not None:
                if token in MARKS:
                    begin_after = begin
                under_way[0] = max(begin, under_way.get(0, 0))
            for number, heard in under_way.items():
                then, loops, _ = self._then[number]
                targets = then.get(token, ())
                if loops and token not in MARKS:
                    targets = (*targets, *loops)
                for target in targets:
                    label = self._then[target][2]
                    if label:
                        ended = heard | label
                        if label & self._whole:
                            return ended
                        if begin_after is None or ended > begin_after:
                            begin_after = ended
                    if after.get(target, -1) < heard:
                        after[target] = heard
            if begin_after is None and not after:
                return None
            begin, under_way = begin_after, after
        return begin

    def _reach(self, number: int) -> set[int]:
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
