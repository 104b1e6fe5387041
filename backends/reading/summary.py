"""The words of a summary as they come: it is refused when it begins with a thought."""

from backends.reading.asking import thinks_aloud_of_summary
from backends.reading.echoes import Echo
from backends.reading.labels import IN_SUMMARIES
from backends.reading.sentences import Sentence
from backends.reading.speech import Speech

ALOUD_WITHIN = 120


class Summary(Speech):
    """Words that are to sum up an interview."""

    def __init__(self, prompts: Echo) -> None:
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
