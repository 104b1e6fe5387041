"""One reader for turns and summaries: it takes off the marks and the wrapping of what comes, and
puts the rest into a speech, which it begins again when all before proves to be no speech.
"""

import re

from backends.errors import BackendError
from backends.reading.characters import CONTROL, is_readable
from backends.reading.marks import Mark, MarkReader
from backends.reading.shown import Shown
from backends.reading.speech import Speech, Withdrawn
from backends.reading.wrapping import Unwrapped, Wrapping
from backends.turn import End
from statemachine.session import MAX_MESSAGE_CHARS

MAX_THOUGHT_CHARS = 200_000
"""How long a model may think in one reply."""
MAX_RAW_CHARS = MAX_THOUGHT_CHARS + 5 * MAX_MESSAGE_CHARS
"""How much of a reply is read at all, with its marks and what nobody can see."""
MAX_WITHDRAWALS = 20
"""How many times a model may say that all it said before was a thought."""

_IN_DOUBT = re.compile(rf"{CONTROL.pattern}|[\ud800-\udfff]")
_HALF = re.compile(r"[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
# Of scripts in which no character is a word by itself. Not without end: what is matched and cannot
# be taken at once is matched again behind its first letter.
_WORD = re.compile(r"([^\W\d_²³¹\u0e00-\U0010ffff]{1,23})( ?)")


class Reader:
    """What both readers do. `count`: the number that is due and the total, for question labels."""

    def __init__(self, count: tuple[int, int] | None) -> None:
        self._count = count
        self._speech = self._begin()
        self._wrapping = self._wrap()
        self._marks = MarkReader()
        self._depth = 0
        self._thought_chars = 0
        self._raw_chars = 0
        self._resets = 0
        self._withdrawals = 0
        self._half = ""
        self._error: BackendError | None = None

    def _begin(self) -> Speech:
        """An empty speech to put the words into."""
        raise NotImplementedError

    def _wrap(self) -> Wrapping:
        """What takes off the wrapping of a reply that begins."""
        raise NotImplementedError

    def feed(self, words: str) -> None:
        """Read the next words. Raises BackendError as soon as what came can never be used."""
        if self._error is not None:
            raise self._error
        try:
            self._feed(words)
        except BackendError as error:
            self._error = error
            raise

    @property
    def shown(self) -> str:
        """What may be shown now. Until `resets` rises, it only grows, and what `finish` returns
        begins with it."""
        return self._speech.shown.text

    @property
    def resets(self) -> int:
        """How many times what was shown was withdrawn. `finish` may withdraw it as well."""
        return self._resets

    @property
    def is_whole(self) -> bool:
        """Whether nothing that could follow will be used, so that the backend can be hung up on."""
        return self._speech.is_over

    def _feed(self, words: str) -> None:
        if self.is_whole:
            return
        # Most words of a stream hold nothing that needs more than one look.
        if self._half or _IN_DOUBT.search(words):
            words, self._half = _joined(self._half + words)
        for part in self._marks.read(words):
            # No more than a character beyond the limit, wherever pieces end.
            left = MAX_RAW_CHARS + 1 - self._raw_chars
            self._raw_chars += len(part) if isinstance(part, str) else 8
            self._take(part[:left] if isinstance(part, str) else part)
            if self._speech.is_over:
                return
            if self._raw_chars > MAX_RAW_CHARS:
                raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
        if len(self._half) > 1 or self._half > "\udbff":
            raise BackendError("Said half a character")

    def _take(self, part: str | Mark) -> None:
        if part is Mark.THOUGHT:
            self._depth += 1
            self._speech.has_thought = True
        elif part is Mark.SPEECH:
            if self._depth:
                self._depth -= 1
            else:
                self._withdraw()
        elif self._depth:
            self._thought_chars += len(part) if isinstance(part, str) else 0
            if self._thought_chars > MAX_THOUGHT_CHARS:
                raise BackendError(f"Thought for more than {MAX_THOUGHT_CHARS:,} characters")
        elif part is Mark.TURN:
            self._unwrap(is_ended=False)
            self._speech.end_turn()
        elif part is Mark.FOREIGN:
            self._unwrap(is_ended=False)
            self._speech.end_foreign()
        else:
            assert isinstance(part, str), "all marks are read above"
            self._say(part)

    def _say(self, text: str) -> None:
        at = 0
        while at < len(text) and self._speech.end is None:
            word = _WORD.match(text, at)
            if word is not None and self._passes_word(*word.groups()):
                at = word.end()
                continue
            if self._wrapping.is_off:
                self._push(text[at])
            else:
                self._pass(self._wrapping.push(text[at]))
            at += 1

    def _passes_word(self, letters: str, blank: str) -> bool:
        """Take letters in a row at once, and the blank behind them, if none can mean more than
        itself."""
        wrapping = self._wrapping
        if wrapping.is_off:
            return self._speech.passes_word(letters, blank)
        if wrapping.may_begin_with(letters[0]) or not self._speech.passes_word(letters, blank):
            return False
        wrapping.pass_on(letters + blank)
        return True

    def _push(self, character: str) -> None:
        try:
            self._speech.push(character)
        except Withdrawn:
            self._withdraw()

    def _pass(self, words: str | Unwrapped) -> None:
        """Go on with what the wrapping let through, or begin again with what was wrapped."""
        if isinstance(words, str):
            for character in words:
                self._push(character)
            return
        has_thought = self._speech.has_thought
        self._begin_again()
        self._speech.has_thought = has_thought
        marks = MarkReader()
        joined, half = _joined(words.words)
        for part in (*marks.read(joined), *marks.finish()):
            if not self._speech.is_over:
                self._take(part)
        if half and not self._speech.is_over:
            raise BackendError("Said half a character")

    def _unwrap(self, *, is_ended: bool) -> None:
        """Take off all the wrapping that is over, or all of it where no more comes."""
        while not self._speech.is_over and not self._wrapping.is_off:
            words = self._wrapping.finish(is_ended=is_ended)
            self._pass(words)
            if words == "":
                return

    def _begin_again(self) -> None:
        if self._speech.shown.text:
            self._resets += 1
        self._speech = self._begin()
        self._wrapping = self._wrap()

    def _withdraw(self) -> None:
        self._withdrawals += 1
        if self._withdrawals > MAX_WITHDRAWALS:
            raise BackendError("Said nothing but thoughts")
        self._begin_again()
        self._speech.has_thought = True

    def _finish(self, end: End | None) -> Speech:
        """The speech, over. Raises BackendError where nothing can be read in it."""
        if self._error is not None:
            raise self._error
        if self._half and not self._speech.is_over:
            raise BackendError("Said half a character")
        was_stopped = end is None or end.is_cut_off
        if not self._speech.is_over:
            for part in self._marks.finish():
                self._take(part)
            self._unwrap(is_ended=True)
            self._speech.finish(was_stopped=was_stopped)
        speech = self._speech
        assert speech.end is not None, "it is over"
        if speech.shown.at > speech.end:
            speech.shown = Shown(self._count)
            speech.show_whole()
            self._resets += 1
        if len(speech.shown.text) > MAX_MESSAGE_CHARS:
            raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
        return speech

    def _check_readable(self, speech: Speech, if_cut: str) -> None:
        """Raises BackendError where nothing is left to read: with `if_cut` as its reason where
        there was something, in a sentence that is not whole."""
        if speech.refusal.is_whole:
            raise BackendError("Refused to go on")
        if is_readable(speech.shown.text):
            return
        if is_readable(speech.text) and speech.is_foreign:
            raise BackendError("Spoke for the candidate")
        if speech.is_loop:
            raise BackendError("Said the same again and again")
        if is_readable(speech.text):
            raise BackendError(if_cut)
        if speech.has_thought:
            raise BackendError("Said nothing but thoughts")
        raise BackendError("Spoke for the candidate" if speech.is_foreign else "Said nothing")


def _joined(words: str) -> tuple[str, str]:
    """The words up to the first half of a character, without control characters, and the rest. A
    character beyond U+FFFF may come in two halves, and a piece can end between them."""
    half = _HALF.search(words)
    end = half.start() if half else len(words)
    whole = words[:end].encode("utf-16", "surrogatepass").decode("utf-16")
    return CONTROL.sub("", whole), words[end:]
