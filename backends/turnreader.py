"""What a backend writes, read as the interviewer's turn or as a summary, piece by piece.

The readers do no I/O and look at no piece's borders: any split of the same words is read alike.
What they show of the words only grows, until `resets` rises: then all that was shown is withdrawn,
because it proved to be a thought, or was cut off before it was whole.
"""

import copy
from collections.abc import Sequence
from functools import lru_cache

from backends.errors import BackendError
from backends.reading.echoes import (
    ANSWER_RUN,
    DIRECTION_RUN,
    PROMPT_RUN,
    Texts,
    words_of,
)
from backends.reading.jsonwords import spoken_summary, spoken_turn
from backends.reading.question import Closing, Question
from backends.reading.reader import Reader
from backends.reading.speech import Speech
from backends.reading.summary import Summary
from backends.reading.wrapping import Wrapping
from backends.templates.choosing import stems_in
from backends.turn import End, Turn, TurnText, answers_in
from statemachine.listening.spoken import small_words
from statemachine.listening.tokens import plain
from statemachine.session import Session, Speaker
from statemachine.wording import changes_subject, closes, label_of, question_in, says_goodbye

TELLING_WORDS = 12
"""From how many different words of the candidate on a summary has to tell of them."""
LEAST_TOLD = 3
"""So many of them are in one that does. A small model writes of an interview that it made up."""
LEAST_SUMMARY_CHARS = 200
"""How much of a summary must be there if it was stopped: about three sentences."""
MIN_REPEATED_WORDS = 5
"""From how many words on, a message that was said before is not said again. "Can you elaborate?"
may be."""
ASKED_RUN = 12
"""From how many words in a row on, a question is one that was asked before, whatever is said around
it. At a question that stays, it may be."""

_directions = lru_cache(maxsize=4)(Texts)
"""The gateway's own are always the same. What an interview is held with is not kept: its prompt may
come from a client, and have a candidate's words."""


def _prompts_of(session: Session, told: Sequence[str]) -> tuple[Texts, Texts]:
    prompts = (m.content for m in session.messages if m.role is Speaker.SYSTEM)
    return Texts(PROMPT_RUN, prompts), _directions(DIRECTION_RUN, tuple(told))


class TurnReader(Reader):
    """Reads the words of the turn that is due.

    `told` are directions that the backend gave its model besides the session's prompt: like the
    prompt, they must not be said back.
    """

    def __init__(self, turn: Turn, *, told: Sequence[str] = ()) -> None:
        self._turn = turn
        self._prompts = _prompts_of(turn.session, told)
        self._answer = None if turn.answer is None else Texts(ANSWER_RUN, [turn.answer])
        super().__init__((turn.number, turn.total))

    def _begin(self) -> Speech:
        kind = Closing if self._turn.is_last else Question
        return kind(self._turn, self._prompts, self._answer)

    def _wrap(self) -> Wrapping:
        return Wrapping(spoken_turn, is_summary=False)

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
        if self._turn.stays:
            self._check_stays(speech, is_closing=is_closing)
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

    def _check_stays(self, speech: Speech, *, is_closing: bool) -> None:
        """Raises BackendError where the words go on although the question is to stay."""
        words = speech.text[: speech.end]
        goes_on = label_of(words) not in (None, self._turn.number) or changes_subject(words)
        if is_closing or goes_on:
            raise BackendError("Went on, where it was to stay at the question")

    def _check_new(self, speech: Speech) -> None:
        """Raises BackendError where an earlier message is said again, or its question asked again.
        Question labels are compared as they were written, because their numbers are set by the
        gateway."""
        text = speech.text[: speech.end]
        said = words_of(text)
        if len(said) < MIN_REPEATED_WORDS:
            return
        asked = set() if self._turn.stays else Texts(ASKED_RUN, [question_in(text)]).runs
        for message in self._turn.session.messages:
            if message.role is not Speaker.ASSISTANT:
                continue
            # Another message mostly lacks one of the words, and is not taken apart then.
            before = message.content.casefold()
            if all(word in before for word in said) and words_of(message.content) == said:
                raise BackendError("Said again what it had said before")
            likely = {run for run in asked if all(word in before for word in run)}
            if likely and not likely.isdisjoint(Texts(ASKED_RUN, [message.content]).runs):
                raise BackendError("Asked again what it had asked before")


class SummaryReader(Reader):
    """Reads a summary of an interview; `told` as in `TurnReader`."""

    def __init__(self, session: Session, *, told: Sequence[str] = ()) -> None:
        self._prompts = _prompts_of(session, told)
        self._answers = answers_in(session)
        super().__init__(None)

    def _begin(self) -> Speech:
        return Summary(self._prompts)

    def _wrap(self) -> Wrapping:
        return Wrapping(spoken_summary, is_summary=True)

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
        if not self._tells_of_answers(speech.shown.text):
            raise BackendError("Summed up nothing of what was answered")
        return TurnText(speech.shown.text, closes=False, lacks_question=False)

    def _tells_of_answers(self, summary: str) -> bool:
        """Whether a summary has words of the candidate's; short answers ask for none."""
        small = small_words()
        said = {stem for stem in stems_in("\n".join(self._answers)) if plain(stem) not in small}
        return len(said) < TELLING_WORDS or len(said.intersection(stems_in(summary))) >= LEAST_TOLD
