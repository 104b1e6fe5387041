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


class _LetterByLetter:
    """Takes no word at once. All readers are to understand what this one does."""

    def _passes_word(self, letters: str, blank: str) -> bool:
        return False


class TurnByLetter(_LetterByLetter, TurnReader):
    """Reads a turn so."""


class SummaryByLetter(_LetterByLetter, SummaryReader):
    """Reads a summary so."""


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


Seen = tuple[str, int, bool]
"""What a reader shows, how many times that was withdrawn, and whether it has the whole."""


def outcome(
    reader: Reader, text: str, cuts: Iterable[int], end: End | None
) -> tuple[dict[int, Seen], tuple[object, Seen]]:
    """All that can be seen of a reader that was fed the text in pieces: behind each of them, and in
    the end."""
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    seen: dict[int, Seen] = {}
    shown, resets = "", 0
    try:
        for start, stop in pairwise(places):
            reader.feed(text[start:stop])
            if reader.resets == resets:
                assert reader.shown.startswith(shown)
            shown, resets = reader.shown, reader.resets
            seen[stop] = _seen(reader)
        asks = reader.asks_whole_question()
        result: object = reader.finish(end)
        assert isinstance(result, TurnText)
        assert 0 < len(result.text) <= MAX_MESSAGE_CHARS
        assert not asks or end is not None or not result.lacks_question
        if reader.resets == resets:
            assert result.text.startswith(shown)
    except BackendError as error:
        result = str(error)
    return seen, (result, _seen(reader))


def _seen(reader: Reader) -> Seen:
    return reader.shown, reader.resets, reader.is_whole


def assert_any_split_is_read_alike(
    due: Turn | Session, text: str, cuts: list[int], end: End | None
) -> None:
    """Whole, cut at these places and behind words, one character at a time, and with no word taken
    at once: at each place the same is seen. `due` is a turn, or a session to sum up."""

    def reader() -> Reader:
        return TurnReader(due) if isinstance(due, Turn) else SummaryReader(due)

    by_letter = TurnByLetter(due) if isinstance(due, Turn) else SummaryByLetter(due)
    all_places = range(len(text))
    seen, finished = outcome(by_letter, text, all_places, end)
    behind_words = [at for at in all_places if text[at - 1 : at].isspace()]
    for places in ([], cuts, behind_words, all_places):
        seen_so, finished_so = outcome(reader(), text, places, end)
        assert finished_so == finished
        assert seen_so == {at: seen[at] for at in seen_so}
