"""The words of one speaker as they come: cleaned of labels, watched for echoes and loops, and
shown as far as nothing that follows can change them.

What ends the turn is decided by those who inherit: `Speech` itself ends at a foreign label, at a
loop and at its limit on length.
"""

from collections.abc import Iterable

from backends.errors import BackendError
from backends.reading.characters import is_readable
from backends.reading.directions import OPENERS, DirectionReader
from backends.reading.echoes import WORD, Repetition, Texts
from backends.reading.labels import IN_TURNS, Label, LabelReader, Labels
from backends.reading.quotes import Quotation, inside_quotes
from backends.reading.refusals import Refusal
from backends.reading.sentences import Sentence, SentenceReader
from backends.reading.shown import Shown
from statemachine.patterns import Pattern
from statemachine.session import MAX_MESSAGE_CHARS

MAX_SAME = 3
MIN_SAME_WORDS = 3

_INVISIBLE = frozenset("\u200b\u2060\ufeff")
_ONE_CHARACTER = Pattern(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯฀-๿]")
_LABEL = "question"
_FIRST_OF_ONE = "\u0e00"
MAX_WORD = 24


class Withdrawn(Exception):
    """All that was said so far was a thought."""


class Speech:
    """The words since the reply began, or since all before them proved to be thoughts.

    `count`: the number that is due and the total, for question labels. `prompts` are texts that
    must not be said back, `answer` is the candidate's, `labels` are those that are no words.
    """

    def __init__(
        self,
        count: tuple[int, int] | None,
        prompts: Iterable[Texts] = (),
        answer: Texts | None = None,
        labels: Labels = IN_TURNS,
    ) -> None:
        self._labels = LabelReader(labels)
        self._directions = DirectionReader()
        self._quotation = Quotation()
        self._thinks = False
        self.sentences = SentenceReader()
        self.shown = Shown(count)
        self._repetition = Repetition(prompts, answer)
        self._word = ""
        self._word_starts: list[int] = []
        self._said: dict[str, list[int]] = {}
        self.refusal = Refusal()
        self.end: int | None = None
        self.kept_end = 0
        self.is_foreign = False
        self.is_loop = False
        self.has_thought = False

    @property
    def text(self) -> str:
        """All the words so far, whether they are shown or not."""
        return self.sentences.text

    @property
    def is_over(self) -> bool:
        """Whether nothing that follows is used."""
        return self.end is not None

    @property
    def has_words(self) -> bool:
        """Whether anything was said that a person can read."""
        return is_readable(self.text)

    def push(self, character: str) -> None:
        """Take the next character. Raises Withdrawn, and BackendError where what came so far can
        never be used."""
        if self._labels.passes(character):
            self._read(character)
            return
        for part in self._labels.push(character):
            self._take(part)
            if self.is_over:
                return

    def passes_word(self, letters: str, blank: str) -> bool:
        """Take letters in a row at once, and the blank behind them if there is one: the same as to
        push each, which takes three times as long, where none can mean more than itself."""
        word, sentences = self._word + letters, self.sentences
        if (
            self._thinks
            or self._directions.held
            or len(word) >= MAX_WORD
            or len(sentences.text) + len(letters) >= MAX_MESSAGE_CHARS
            # The first word is shown before it ends, and may become a label.
            or (not self._word_starts and "q" in word.lower())
            or sentences.awaits_letter()
            or self._watches_letters()
            or not self._labels.passes_word(letters, blank)
        ):
            return False
        self._word = word
        sentences.add_word(letters, blank)
        if blank:
            self._end_word(len(sentences.text) - 1)
        self._watch()
        if not self._word_starts:
            self._show_first_word()
        return True

    def end_turn(self) -> None:
        """A mark says that the turn ends here, if it has begun."""
        if self.has_words and not self.is_over:
            self._flush()
            self._end_naturally()

    def end_foreign(self) -> None:
        """Somebody else's turn begins."""
        self.is_foreign = True
        self._flush()
        self._end_naturally()

    def finish(self, *, was_stopped: bool) -> None:
        """No more comes. `was_stopped`: it would have, so that only whole sentences count."""
        self._flush()
        if was_stopped:
            self._break_off()
        self._end_naturally()

    # What those who inherit decide

    def _hears(self, sentence: Sentence) -> None:
        """A sentence is over."""

    def _watch(self) -> None:
        """Characters have come."""

    def _watches_letters(self) -> bool:
        """Whether `_watch` has to see each letter of a word."""
        return False

    def _limit(self, end: int) -> int:
        """How much of the text up to `end` may be shown."""
        return end

    def _is_turn_over(self) -> bool:
        """Whether a name of somebody else begins their turn here, and is no heading."""
        return True

    def _natural_end(self) -> int:
        """Where words end that nobody broke off."""
        return len(self.text)

    def _stopped_end(self) -> int:
        """Where words end that were broken off."""
        return self.kept_end

    def _loop_ends(self, end: int) -> None:
        """From `end` on, the words only repeat."""
        self._over(min(end, self.kept_end))

    def _over_long(self) -> None:
        raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")

    # The words

    def _flush(self) -> None:
        if self.is_over:
            return
        for part in self._labels.finish():
            self._take(part)
        self._end_direction()

    def _end_direction(self) -> None:
        for character in self._directions.finish():
            self._say(character)

    def _break_off(self) -> None:
        if self.is_over:
            return
        self._end_word()
        sentence = self.sentences.finish()
        if sentence is not None:
            self._judge(sentence)
        if self.end is None:
            self._over(self._stopped_end())

    def _end_naturally(self) -> None:
        if self.is_over:
            return
        self._end_word()
        sentence = self.sentences.rest()
        if sentence is not None:
            self._judge(sentence)
        if self.end is None:
            self._over(self._natural_end())

    def _take(self, part: str | Label) -> None:
        if isinstance(part, str):
            for character in part:
                if self.end is None:
                    self._read(character)
            return
        self._end_direction()
        if part is Label.SPEECH:
            if self.has_words:
                raise Withdrawn
            self._thinks = False
        elif self._thinks:
            self._thinks = part is not Label.OWN
        elif part is Label.THOUGHT and not self.has_words:
            self._thinks = self.has_thought = True
        elif part is Label.OWN and not self.has_words:
            pass
        elif part is Label.FOREIGN and not self._is_turn_over():
            for character in self._labels.spelled:
                self._say(character)
        else:
            self.is_foreign = part is Label.FOREIGN
            self._end_naturally()

    def _read(self, character: str) -> None:
        directions = self._directions
        if not directions.held and (character not in OPENERS or self._labels.in_code):
            self._say(character)
        else:
            for certain in directions.push(character, self.text):
                self._say(certain)

    def _say(self, character: str) -> None:
        if self._thinks or self.end is not None:
            return
        sentences = self.sentences
        if not sentences.text and (character.isspace() or character in _INVISIBLE):
            return
        sentence = sentences.push(character)
        if sentence is not None:
            self._judge(sentence)
            if self.is_over:
                return
        if character.isalnum():
            if character >= _FIRST_OF_ONE and _ONE_CHARACTER.match(character):
                self._end_word()
                self._word = character
                self._end_word(len(self.text))
            else:
                self._word += character
                if len(self._word) == MAX_WORD:
                    self._end_word(len(self.text))
        elif self._word:
            self._end_word(len(sentences.text) - 1)
        self._watch()
        if self.end is None and len(sentences.text) > MAX_MESSAGE_CHARS:
            self._over_long()
        if not self._word_starts and self._word:
            self._show_first_word()

    def _show_first_word(self) -> None:
        """Show what there is of it: a slow model takes a third of a second to end it."""
        if self.end is None and not _LABEL.startswith(self._word.casefold()):
            self.shown.grow(self.text, self._showable(len(self.text)))

    def _end_word(self, end: int | None = None) -> None:
        word, self._word = self._word, ""
        if not word or self.is_over:
            return
        end = len(self.text) if end is None else end
        self._word_starts.append(end - len(word))
        self._heed(word)
        if not self.is_over:
            self.shown.grow(self.text, self._showable(end))

    def _heed(self, word: str) -> None:
        """Compare the word, with those before it, to what must not be said again."""
        is_whole, number = len(word) < MAX_WORD, len(self._word_starts)
        repeated = self._repetition.push(word.casefold(), number, is_whole=is_whole)
        if repeated is not None:
            self.is_loop = True
            self._loop_ends(len(self.text[: self._start_of(repeated)].rstrip()))

    def _start_of(self, last: int) -> int:
        """Where so many of the last words begin, or those of them that were not removed."""
        return next(iter(self._word_starts[-last:]), len(self.text))

    def _showable(self, end: int) -> int:
        words = len(self._word_starts)
        if words and self.refusal.may_be(self.text) and words > 1:
            return 0
        held = self._repetition.held
        if self.sentences.undecided_at is not None:
            end = min(end, self.sentences.undecided_at)
        if held:
            end = min(end, self._start_of(held))
        end = len(self.text[: self._limit(end)].rstrip())
        if self.shown.at == 0 and Quotation.begins(self.text):
            self._quotation.read(self.text)
            quoted_to = self._quotation.end
            return end if quoted_to is not None and quoted_to < end else 0
        return end

    def _judge(self, sentence: Sentence) -> None:
        words = " ".join(WORD.findall(self.text[sentence.start : sentence.end])).casefold()
        if words.count(" ") + 1 >= MIN_SAME_WORDS:
            starts = self._said.setdefault(words, [])
            starts.append(sentence.start)
            if len(starts) == MAX_SAME:
                self.is_loop = True
                self._loop_ends(len(self.text[: starts[1]].rstrip()))
                return
        if words or sentence.has_mark:
            said = self.text[sentence.start : sentence.end]
            self.refusal.hear(said, asks=sentence.has_mark)
            self._hears(sentence)
            self.kept_end = sentence.end

    def _over(self, end: int) -> None:
        self.end = len(self.text[:end].rstrip())
        self.show_whole()

    def show_whole(self) -> None:
        """Show all of the turn, which is over, without quotation marks around all of it."""
        assert self.end is not None, "it is over"
        start, end = inside_quotes(self.text[: self.end])
        self.shown.at = max(start, self.shown.at)
        self.shown.show(self.text, end)

    def remove(self, start: int, end: int) -> None:
        """Take out words that were not shown yet."""
        self.sentences.remove(start, end)
        self._quotation = Quotation()
        length = end - start
        self._word_starts = [
            at - length if at >= end else at for at in self._word_starts if not start <= at < end
        ]
