"""The interviewer's turn as it comes: it ends with its first whole question, or closes."""

from collections.abc import Iterable
from enum import Enum, auto

from backends.errors import BackendError
from backends.reading.aloud import MAX_BEGINNING, thinks_aloud
from backends.reading.asking import Asking, Opening, asking_of, is_aside, opening_of
from backends.reading.below import Below, below_of
from backends.reading.echoes import Texts
from backends.reading.judging import judges, may_judge_in
from backends.reading.sentences import Sentence, SentenceReader
from backends.reading.speech import Speech
from backends.turn import Turn
from statemachine.wording import says_goodbye

ENOUGH_OF_A_CLOSING = 600
"""After so many characters, a closing that has closed is not listened to any longer."""
MAX_BEFORE_ASKING = 1_200
"""How many characters may be said before the question, or a scene for it: about 200 words. A model
is told to stay under 120, and what goes on for longer is no acknowledgement: a small one writes a
report of an interview that never was."""
MAX_SCENE = 4
"""How many sentences may follow "Question 2:" or "Imagine that …" until one of them asks."""
MAX_AFTER_ASIDE = 3
"""How many sentences may follow "Makes sense?" until a labelled question comes."""
MAX_CHARS_AFTER_ASIDE = 400


class _Stage(Enum):
    SEEKING = auto()
    ASIDE = auto()
    """A question came that may be none. A labelled one that follows is asked in its place."""
    SCENE = auto()
    REQUESTED = auto()
    BELOW = auto()


class Question(Speech):
    """Words that are to ask the question which is due."""

    def __init__(self, turn: Turn, prompts: Iterable[Texts], answer: Texts | None) -> None:
        super().__init__((turn.number, turn.total), prompts, answer)
        self._is_opening = turn.is_opening
        self._stage = _Stage.SEEKING
        self._scene_at = 0
        self._scene_length = 0
        self._after_aside = 0
        self._whole_end = 0
        self._opening: Opening | None = Opening.OTHER
        self.asks = False
        self.is_aloud = False
        self._may_be_aloud = False
        self._below: Below | None = None
        self._below_at = 0

    def _hears(self, sentence: Sentence) -> None:
        words = self.text[sentence.start : sentence.end]
        label = words.strip()
        if SentenceReader.is_bare_label(label):
            # Another label follows at once: the same one again, or the next question's.
            if self._stage is _Stage.ASIDE:
                self._over(self._whole_end)
            elif self._stage is _Stage.SEEKING and self.sentences.start < len(self.text):
                start = sentence.start + len(words) - len(words.lstrip())
                self.remove(start, self.sentences.start)
            else:
                self._over(sentence.start)
            return
        if self._stage is _Stage.ASIDE and not self._goes_on_to_ask(words, sentence):
            return
        self._may_be_aloud = False
        # In a scene, "the user" is somebody in it.
        if self._stage is _Stage.SEEKING and thinks_aloud(words):
            self.is_aloud = True
        if self.is_aloud:
            return
        if self._stage is _Stage.SEEKING and self._judges(words, sentence):
            rest = self.text[sentence.end :]
            blank = len(rest) - len(rest.lstrip()) if sentence.start == 0 else 0
            self.remove(sentence.start, sentence.end + blank)
            return
        self._ask(words, sentence)
        if self._stage is _Stage.SEEKING and not self.is_over and sentence.end > MAX_BEFORE_ASKING:
            raise BackendError("Talked on instead of asking")

    def _judges(self, words: str, sentence: Sentence) -> bool:
        """Whether a sentence that asks nothing judges the answer; it was not shown then."""
        if self._is_opening or self.shown.at > sentence.start or not judges(words):
            return False
        return asking_of(words, sentence, is_opening=False) is Asking.NOTHING

    def _goes_on_to_ask(self, words: str, sentence: Sentence) -> bool:
        """Whether a sentence after an aside asks in its place."""
        self._after_aside += 1
        asking = asking_of(words, sentence, is_opening=self._is_opening)
        if self._after_aside == 1 and asking in (Asking.QUESTION, Asking.REQUEST):
            self._stage = _Stage.SEEKING
            return True
        if self._after_aside >= MAX_AFTER_ASIDE or thinks_aloud(words):
            self._over(self._whole_end)
        return False

    def _ask(self, words: str, sentence: Sentence) -> None:
        asking = asking_of(words, sentence, is_opening=self._is_opening)
        if self._stage is _Stage.REQUESTED:
            opening = self._opening or opening_of(words, is_whole=True)
            self._over(sentence.end if opening is Opening.INTERROGATIVE else self._whole_end)
        elif asking is Asking.QUESTION:
            self.asks = True
            self._whole_end = sentence.end
            is_labelled = opening_of(words, is_whole=True) is Opening.LABEL
            if self._stage is _Stage.SEEKING and not is_labelled and is_aside(words):
                self._stage = _Stage.ASIDE
                self._after_aside = 0
                return
            self._end_question(words, sentence, is_certain=True)
        elif asking is Asking.REQUEST:
            self._begin(_Stage.REQUESTED, sentence)
            self._end_question(words, sentence, is_certain=sentence.ends_line)
        elif self._stage is _Stage.SCENE:
            self._whole_end = sentence.end
            self._scene_length += 1
            self._opening = None
            if self._scene_length > MAX_SCENE:
                self._over(sentence.end)
        elif asking is Asking.SCENE:
            self._scene_at = sentence.start
            self._begin(_Stage.SCENE, sentence)

    def _end_question(self, words: str, sentence: Sentence, *, is_certain: bool) -> None:
        self._below = below_of(words, is_certain=is_certain)
        if self._below is not None:
            self._stage = _Stage.BELOW
            self._below_at = sentence.end
            self._read_below(self._below)
        elif is_certain:
            self._over(sentence.end)

    def _read_below(self, below: Below) -> None:
        for character in self.text[self._below_at :]:
            length = below.push(character)
            if length is not None:
                self._over(self._whole_end + length)
                return
        self._below_at = len(self.text)

    def _begin(self, stage: _Stage, sentence: Sentence) -> None:
        self._stage = stage
        self.asks = True
        self._whole_end = sentence.end
        self._opening = None

    def _watch(self) -> None:
        if self.is_aloud:
            return
        if self._stage is _Stage.SEEKING:
            text = self.sentences.text
            under_way = len(text) - self.sentences.start
            if under_way >= MAX_BEGINNING:
                self._may_be_aloud = False
            elif not text[-1].isalnum():
                verdict = thinks_aloud(self.sentences.under_way, is_whole=False)
                self.is_aloud, self._may_be_aloud = verdict is True, verdict is None
        elif self._stage is _Stage.ASIDE:
            if opening_of(self.sentences.under_way[:MAX_CHARS_AFTER_ASIDE]) is Opening.LABEL:
                self._stage = _Stage.SEEKING
                self.asks = False
            elif len(self.text) - self._whole_end > MAX_CHARS_AFTER_ASIDE:
                self._over(self._whole_end)
        elif self._below is not None:
            self._read_below(self._below)
        elif self._opening is None:
            self._opening = self._open(self.sentences.under_way)

    def _watches_letters(self) -> bool:
        if self._stage is _Stage.SEEKING:
            return self._may_be_aloud  # it may be so long that it is no thought
        return self._stage is not _Stage.SCENE or self._opening is None

    def _open(self, sentence: str) -> Opening | None:
        is_requested = self._stage is _Stage.REQUESTED
        if is_requested and "\n" in sentence[: len(sentence) - len(sentence.lstrip())]:
            self._over(self._whole_end)
            return Opening.OTHER
        if not sentence.strip():
            return None
        opening = opening_of(sentence)
        if opening is Opening.LABEL or (is_requested and opening is Opening.OTHER):
            self._over(self._whole_end)
        return opening

    def _limit(self, end: int) -> int:
        if self.is_aloud:
            return self.shown.at
        if self._stage in (_Stage.ASIDE, _Stage.BELOW) or (
            self._stage is not _Stage.SEEKING and self._opening is None
        ):
            return min(end, self._whole_end)
        start = self.sentences.start
        if self._may_be_aloud:
            return min(end, start)
        if self.shown.at > start:  # what is shown of the sentence stays, and so it goes on
            return end
        under_way = self.sentences.under_way
        is_seeking = self._stage is _Stage.SEEKING and not self._is_opening
        if is_seeking and may_judge_in(under_way):
            return min(end, start)
        label = under_way[: end - start].strip()
        if label and SentenceReader.may_be_bare_label(label):
            return min(end, start)
        return end

    def _natural_end(self) -> int:
        if self._below is not None:
            return self._whole_end + self._below.natural_end()
        return self._whole_end if self._stage is _Stage.ASIDE else super()._natural_end()

    def _stopped_end(self) -> int:
        if self._stage is _Stage.SCENE:
            # The question was still to come, and a scene alone under a label asks nothing.
            self.asks = False
            return self._scene_at
        if self._below is not None:
            return self._whole_end + self._below.stopped_end()
        return self._whole_end if self._stage is not _Stage.SEEKING else self.kept_end

    def _loop_ends(self, end: int) -> None:
        if self._stage is _Stage.SEEKING or self._whole_end > end:
            self.asks = False
            self._over(min(end, self.kept_end))
        else:
            self._over(min(end, self._whole_end))

    def _over_long(self) -> None:
        if self._stage is _Stage.SEEKING or self.is_aloud:
            super()._over_long()
        self._over(self._whole_end)


class Closing(Speech):
    """Words that are to close the interview. They are shown by sentences: one that asks is not
    used, and neither is what follows it."""

    def __init__(self, turn: Turn, prompts: Iterable[Texts], answer: Texts | None) -> None:
        super().__init__((turn.number, turn.total), prompts, answer)
        self.is_aloud = False
        self.asked = False

    def _hears(self, sentence: Sentence) -> None:
        words = self.text[sentence.start : sentence.end]
        self.is_aloud = self.is_aloud or thinks_aloud(words) is True
        if self.is_aloud:
            return
        if asking_of(words, sentence, is_opening=False) is not Asking.NOTHING or sentence.has_mark:
            self.asked = True
            self._over(sentence.start)
        elif sentence.end > ENOUGH_OF_A_CLOSING and says_goodbye(self.text[: sentence.end]):
            self._over(sentence.end)

    def _limit(self, end: int) -> int:
        return min(end, self.kept_end) if not self.is_aloud else self.shown.at

    def _over_long(self) -> None:
        if self.is_aloud or not says_goodbye(self.text[: self.kept_end]):
            super()._over_long()
        self._over(self.kept_end)
