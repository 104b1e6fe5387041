"""The words of a summary as they come: it is refused when it begins with a thought."""

from collections.abc import Iterable

from backends.reading.aloud import thinks_aloud_of_summary
from backends.reading.echoes import Texts
from backends.reading.labels import IN_SUMMARIES
from backends.reading.sentences import Sentence
from backends.reading.speech import Speech
from statemachine.wording import QUESTION_MARKS

ALOUD_WITHIN = 120
_SENTENCE_ENDS = frozenset(f".!…。！\u0589{QUESTION_MARKS}")
_BLANKS_AND_EMPHASIS = ' \t\n*_"”’»)'


class Summary(Speech):
    """Words that are to sum up an interview."""

    def __init__(self, prompts: Iterable[Texts]) -> None:
        super().__init__(None, prompts, labels=IN_SUMMARIES)
        self.is_aloud = False

    def _hears(self, sentence: Sentence) -> None:
        if sentence.start == 0:
            self._note_aloud(self.text[: sentence.end])

    def _watch(self) -> None:
        is_first = self.sentences.start == 0 and len(self.text) < ALOUD_WITHIN
        if is_first and not self.text[-1].isalnum():
            self._note_aloud(self.text)

    def _note_aloud(self, words: str) -> None:
        self.is_aloud = self.is_aloud or thinks_aloud_of_summary(words)

    def _limit(self, end: int) -> int:
        return self.shown.at if self.is_aloud else end

    def _is_turn_over(self) -> bool:
        # "Candidate: Alice" is a heading at the top of a summary; behind a sentence the model goes
        # on with the dialogue.
        return self.text.rstrip(_BLANKS_AND_EMPHASIS)[-1:] in _SENTENCE_ENDS
