"""What a backend writes, read as the interviewer's turn or as a summary, piece by piece.

The readers do no I/O and look at no piece's borders: any split of the same words is read alike.
What they show of the words only grows, until `resets` rises: then all that was shown is withdrawn,
because it proved to be a thought, or was cut off before it was whole.
"""

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backends.errors import BackendError
from backends.reading.characters import CONTROL
from backends.reading.echoes import Echo, words_of
from backends.reading.marks import Mark, MarkReader
from backends.reading.question import Closing, Question
from backends.reading.shown import Shown
from backends.reading.speech import (
    ANSWER_RUN,
    DIRECTION_RUN,
    PROMPT_RUN,
    Speech,
    Withdrawn,
    is_readable,
)
from backends.reading.summary import Summary
from backends.turn import End, Turn
from statemachine.session import MAX_MESSAGE_CHARS, Session, Speaker
from statemachine.wording import closes, says_goodbye

MAX_THOUGHT_CHARS = 200_000
"""How long a model may think in one reply."""
MAX_RAW_CHARS = MAX_THOUGHT_CHARS + 5 * MAX_MESSAGE_CHARS
"""How much of a reply is read at all, with its marks and what nobody can see."""
MAX_WITHDRAWALS = 20
"""How many times a model may say that all it said before was a thought."""
LEAST_SUMMARY_CHARS = 200
"""How much of a summary must be there if it was stopped: about three sentences."""
MIN_REPEATED_WORDS = 5
"""From how many words on, a message that was said before is not said again. "Can you elaborate?"
may be."""

_LAST_WORD = re.compile(r"\w+\Z")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class TurnText:
    """The interviewer's turn, made of what a backend wrote.

    `text` has at most MAX_MESSAGE_CHARS characters. `closes`: it ends the interview;
    `lacks_question`: a question is due and it asks none, so that the built-in one must follow.
    """

    text: str
    closes: bool
    lacks_question: bool


class _Reader:
    """What both readers do. `count`: the number that is due and the total, for question labels."""

    def __init__(self, count: tuple[int, int] | None) -> None:
        self._count = count
        self._speech = self._begin()
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
        words = CONTROL.sub("", self._joined(words))
        for part in self._marks.read(words):
            self._raw_chars += len(part) if isinstance(part, str) else 8
            self._take(part)
            if self._speech.is_over:
                return
            if self._raw_chars > MAX_RAW_CHARS:
                raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")

    def _joined(self, words: str) -> str:
        """The words with the halves of surrogate pairs put together, which a piece can split."""
        words, self._half = self._half + words, ""
        if not _SURROGATE.search(words):
            return words
        if "\ud800" <= words[-1] <= "\udbff":
            words, self._half = words[:-1], words[-1]
        try:
            return words.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise BackendError("Said half a character") from None

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
            self._speech.end_turn()
        elif part is Mark.FOREIGN:
            self._speech.end_foreign()
        else:
            assert isinstance(part, str), "all marks are read above"
            self._say(part)

    def _say(self, text: str) -> None:
        for character in text:
            try:
                self._speech.push(character)
            except Withdrawn:
                self._withdraw()

    def _withdraw(self) -> None:
        self._withdrawals += 1
        if self._withdrawals > MAX_WITHDRAWALS:
            raise BackendError("Said nothing but thoughts")
        if self._speech.shown.text:
            self._resets += 1
        self._speech = self._begin()
        self._speech.has_thought = True

    def _finish(self, end: End | None) -> Speech:
        """The speech, over. Raises BackendError where nothing can be read in it."""
        if self._error is not None:
            raise self._error
        if self._half:
            raise BackendError("Said half a character")
        was_stopped = end is None or end.is_cut_off
        if not self._speech.is_over:
            for part in self._marks.finish():
                self._take(part)
            self._speech.finish(was_stopped=was_stopped)
        speech = self._speech
        assert speech.end is not None, "it is over"
        if speech.shown.at > speech.end:
            speech.shown = Shown(self._count)
            speech.shown.show(speech.text, speech.end)
            self._resets += 1
        if len(speech.shown.text) > MAX_MESSAGE_CHARS:
            raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
        return speech

    def _check_readable(self, speech: Speech, if_cut: str) -> None:
        """Raises BackendError where nothing is left to read: with `if_cut` as its reason where
        there was something, in a sentence that is not whole."""
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


class TurnReader(_Reader):
    """Reads the words of the turn that is due.

    `told` are directions that the backend gave its model besides the session's prompt: like the
    prompt, they must not be said back.
    """

    def __init__(self, turn: Turn, *, told: Sequence[str] = ()) -> None:
        self._turn = turn
        prompts = [m.content for m in turn.session.messages if m.role is Speaker.SYSTEM]
        self._prompts = Echo({PROMPT_RUN: prompts, DIRECTION_RUN: told})
        self._answer = None if turn.answer is None else Echo({ANSWER_RUN: [turn.answer]})
        super().__init__((turn.number, turn.total))

    def _begin(self) -> Speech:
        kind = Closing if self._turn.is_last else Question
        return kind(self._turn, copy.deepcopy(self._prompts), copy.deepcopy(self._answer))

    def asks_whole_question(self) -> bool:
        """Whether what came so far holds a whole question, or the closing when one is due. Then
        `finish(None)` returns it."""
        try:
            # The turn, its session and all that was said in it never change.
            so_far = copy.deepcopy(self, {id(self._turn): self._turn}).finish(None)
        except BackendError:
            return False
        return not so_far.lacks_question

    def finish(self, end: End | None) -> TurnText:
        """The turn. `end` is None where the words broke off, or were stopped: then only what is
        whole counts. Raises BackendError where nothing can be used."""
        speech = self._finish(end)
        was_stopped = end is None or end.is_cut_off
        concludes = end is not None and end.concludes
        if isinstance(speech, Closing):
            return self._closing(speech, concludes=concludes)
        assert isinstance(speech, Question), "a turn asks or closes"
        if speech.is_aloud:
            raise BackendError("Thought aloud instead of asking")
        self._check_readable(speech, "Was cut off before it asked")
        text = speech.shown.text
        is_closing = not speech.asks and (concludes or (closes(text) and not was_stopped))
        if is_closing and self._turn.is_opening:
            raise BackendError("Closed the interview before its first question")
        self._check_new(speech)
        return TurnText(text, is_closing, lacks_question=not speech.asks and not is_closing)

    def _closing(self, speech: Closing, *, concludes: bool) -> TurnText:
        text = speech.shown.text
        if speech.is_aloud:
            raise BackendError("Thought aloud instead of closing")
        self._check_readable(
            speech,
            "Went on asking after the last answer"
            if speech.asked
            else "Was cut off before it closed",
        )
        if not concludes and not says_goodbye(text):
            raise BackendError("Went on asking after the last answer")
        return TurnText(text, closes=True, lacks_question=False)

    def _check_new(self, speech: Speech) -> None:
        """Raises BackendError where an earlier message is said again. Question labels are compared
        as they were written, because their numbers are set by the gateway."""
        said = words_of(speech.text[: speech.end])
        if len(said) < MIN_REPEATED_WORDS:
            return
        for message in self._turn.session.messages:
            if message.role is Speaker.ASSISTANT and words_of(message.content) == said:
                raise BackendError("Said again what it had said before")


class SummaryReader(_Reader):
    """Reads a summary of an interview; `told` as in `TurnReader`."""

    def __init__(self, session: Session, *, told: Sequence[str] = ()) -> None:
        prompts = [m.content for m in session.messages if m.role is Speaker.SYSTEM]
        self._prompts = Echo({PROMPT_RUN: prompts, DIRECTION_RUN: told})
        super().__init__(None)

    def _begin(self) -> Speech:
        return Summary(copy.deepcopy(self._prompts))

    def asks_whole_question(self) -> bool:
        """A summary asks none: none of it is to be used when nobody waits any longer."""
        return False

    def finish(self, end: End | None) -> TurnText:
        """The summary. One that was cut off ends with its last whole sentence. Raises BackendError
        where nothing can be used: a sentence or two would be taken for all there is to say."""
        speech = self._finish(end)
        assert isinstance(speech, Summary), "it is none of the turns"
        if speech.is_aloud:
            raise BackendError("Thought aloud instead of summing up")
        self._check_readable(speech, "Was cut off in its first sentence")
        if end is None and len(speech.shown.text) < LEAST_SUMMARY_CHARS:
            raise BackendError("Had only begun its summary")
        return TurnText(speech.shown.text, closes=False, lacks_question=False)
