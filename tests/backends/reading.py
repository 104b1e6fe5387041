"""Readers fed with a text in pieces, as a backend's stream would feed them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from backends.errors import BackendError
from backends.turn import End, Turn, TurnText
from backends.turnreader import SummaryReader, TurnReader
from statemachine.session import MAX_MESSAGE_CHARS, Session

CUTS = st.lists(st.integers(0, 200), max_size=6)
"""Places at which a text is cut."""
ENDS = st.sampled_from([End(), None])
"""How a backend ends: by itself, or because it broke off."""

Reader = TurnReader | SummaryReader


class LetterByLetter(TurnReader):
    """Takes no word at once. All readers are to understand what this one does."""

    def _passes_word(self, letters: str, blank: str) -> bool:
        return False


@dataclass(frozen=True)
class Read:
    """What a reader made of a text, how much of it was read until it was whole, and how many times
    what was shown was withdrawn."""

    turn: TurnText
    used: int
    resets: int


def pieces_of(text: str, size: int) -> Iterator[str]:
    """The text in pieces of `size` characters."""
    for at in range(0, len(text), size):
        yield text[at : at + size]


def read(reader: Reader, pieces: Iterable[str], end: End | None) -> Read:
    """Feed the pieces until the reader has the whole. Checks what every reader promises."""
    resets, shown, used = 0, "", 0
    for piece in pieces:
        reader.feed(piece)
        used += len(piece)
        if reader.resets == resets:
            assert reader.shown.startswith(shown)
        resets, shown = reader.resets, reader.shown
        if reader.is_whole:
            break
    turn = reader.finish(end)
    if reader.resets == resets:
        assert turn.text.startswith(shown)
    assert len(turn.text) <= MAX_MESSAGE_CHARS
    assert turn.text == turn.text.strip()
    assert turn.text
    return Read(turn, used, reader.resets)


def turn_of(text: str, due: Turn, end: End | None = End(), size: int = 1) -> TurnText:  # noqa: B008
    """The turn that a reader makes of the text, one character at a time."""
    return read(TurnReader(due), pieces_of(text, size), end).turn


def summary_of(text: str, session: Session, end: End | None = End(), size: int = 1) -> str:  # noqa: B008
    """The summary that a reader makes of the text, one character at a time."""
    return read(SummaryReader(session), pieces_of(text, size), end).turn.text


def texts_of(words: Iterable[str], max_size: int = 8, between: str = "") -> st.SearchStrategy[str]:
    """Texts of these words in any order, and of anything else."""
    some = st.lists(st.sampled_from([*words]) | st.text(max_size=4), max_size=max_size)
    return some.map(between.join)


def outcome(
    due: Turn,
    text: str,
    cuts: list[int],
    end: End | None,
    kind: type[TurnReader] = TurnReader,
) -> tuple[object, str, int, bool]:
    """All that can be seen of a reader that was fed the text in pieces."""
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    reader = kind(due)
    shown, resets = "", 0
    try:
        for start, stop in pairwise(places):
            reader.feed(text[start:stop])
            if reader.resets == resets:
                assert reader.shown.startswith(shown)
            shown, resets = reader.shown, reader.resets
        asks = reader.asks_whole_question()
        result: object = reader.finish(end)
        assert isinstance(result, TurnText)
        assert 0 < len(result.text) <= MAX_MESSAGE_CHARS
        assert not asks or end is not None or not result.lacks_question
        if reader.resets == resets:
            assert result.text.startswith(shown)
    except BackendError as error:
        result = str(error)
    return result, reader.shown, reader.resets, reader.is_whole


def assert_any_split_is_read_alike(due: Turn, text: str, cuts: list[int], end: End | None) -> None:
    """Whole, cut at these places, one character at a time, and with no word taken at once."""
    whole = outcome(due, text, [], end)
    assert outcome(due, text, [], end, LetterByLetter) == whole
    assert outcome(due, text, cuts, end) == whole
    assert outcome(due, text, list(range(len(text))), end) == whole
