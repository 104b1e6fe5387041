"""What the interviewer does next, decided by the rules of an interview and by what the candidate's
last words are. A backend finds the words for it; it decides nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from statemachine.events import Purpose
from statemachine.interview import Interview
from statemachine.listening.kinds import Part, Said
from statemachine.listening.reading import confirms, heard_as, listen, missing
from statemachine.listening.stopping import wants_to_stop
from statemachine.rules import MAX_KEPT
from statemachine.session import Speaker


class Move(StrEnum):
    """The moves of an interviewer."""

    ASK = "ask"
    """The next question."""
    KEEP = "keep"
    """Stay at the question."""
    CLOSE = "close"
    """Every question has its answer."""
    STOP = "stop"
    """The candidate has confirmed that they want to end the interview."""


@dataclass(frozen=True)
class Due:
    """The interviewer's move that is due. `said` is what the candidate's last words are; `purpose`
    what a move that keeps the question is for, and `part` what a follow-up asks for (None: for
    anything more). `after_comfort`: the candidate has just been comforted."""

    move: Move
    said: Said = Said.ANSWER
    purpose: Purpose | None = None
    part: Part | None = None
    after_comfort: bool = False

    @property
    def is_in_own_words(self) -> bool:
        """Whether the gateway's own words are said, whoever else could speak: where a wrong word
        would end an interview, or hurt."""
        stays = self.move is Move.KEEP and self.purpose not in _MODELS_WORDS
        ends = self.move is Move.STOP
        return stays or ends or self.after_comfort or self.said in _OWN_WORDS_AFTER


_MODELS_WORDS = frozenset((Purpose.EXPLAIN, Purpose.FOLLOW_UP))
"""What a model may say too. The rest is said at once and exactly."""

_OWN_WORDS_AFTER = frozenset((Said.PERSONAL, Said.STOP, Said.PAUSE))
"""After these, no model finds the words, also where the interview has to go on."""

_ASKS_HOW_TO_GO_ON = frozenset((Purpose.COMFORT, Purpose.PAUSE))
_NO_WISH = frozenset((Said.BRIEF, Said.UNKNOWN))
"""After an offer to pause, go on or end, who says "ok" or "I don't know" wishes neither to pause
nor to end. It is no answer to the question, so the question is put again."""

_GO_ON = frozenset(("weiter", "bitte weiter", "weiter bitte", "ja weiter", "okay weiter"))
"""After such an offer, this German wish is to go on. Elsewhere it is to leave the question out."""

_ANSWER_BEFORE = 3
"""How far from the end the answer before the last one stands."""

_ONCE = {
    Said.BRIEF: Purpose.FOLLOW_UP,
    Said.NOISE: Purpose.ASK_AGAIN,
    Said.FOREIGN: Purpose.LANGUAGE,
    Said.PERSONAL: Purpose.COMFORT,
}
"""What an interviewer tries once for a question, and then goes on."""

_AGAIN = {
    Said.REPEAT: Purpose.REPEAT,
    Said.EXPLAIN: Purpose.EXPLAIN,
    Said.STOP: Purpose.ASK_STOP,
    Said.PAUSE: Purpose.PAUSE,
    Said.READY: Purpose.RESUME,
}
"""What an interviewer does each time, as long as the question may be kept."""

NO_FOLLOW_UP_AFTER = frozenset((Purpose.FOLLOW_UP, Purpose.COMFORT))
"""Who was asked for more, or was comforted, is not asked for more again."""


def due(interview: Interview) -> Due:
    """The move that is due in an interview that waits for its interviewer."""
    answer = interview.pending_answer
    if answer is None:
        return Due(Move.ASK)
    asked = _last_words_of_interviewer(interview)
    stops = wants_to_stop(asked, answer) if interview.stop_was_asked else None
    if stops:
        return Due(Move.STOP, Said.STOP)
    said = Said.READY if stops is False else heard_as(answer, interview.language, asked)
    if not _ASKS_HOW_TO_GO_ON.isdisjoint(interview.kept_for[-1:]):
        goes_on = " ".join(answer.casefold().strip(" .!").replace(",", " ").split()) in _GO_ON
        said = Said.READY if goes_on or said in _NO_WISH else said
    if said is Said.BRIEF and _wished_to_stop(interview) and confirms(answer, interview.language):
        said = Said.STOP
    if interview.times_kept < MAX_KEPT:
        kept = _keeping(interview, answer, said)
        if kept is not None:
            return kept
    is_last = interview.answers_given == interview.config.total_questions
    comforted = interview.kept_for[-1:] == (Purpose.COMFORT,)
    return Due(Move.CLOSE if is_last else Move.ASK, said, after_comfort=comforted)


def _keeping(interview: Interview, answer: str, said: Said) -> Due | None:
    """The move that stays at the question, if one does."""
    before = interview.kept_for
    if said in _AGAIN:
        return Due(Move.KEEP, said, _AGAIN[said])
    if said in _ONCE and _ONCE[said] not in before:
        return Due(Move.KEEP, said, _ONCE[said])
    if said is Said.ANSWER and NO_FOLLOW_UP_AFTER.isdisjoint(before):
        part = missing(answer, interview.language)
        if part is not None:
            return Due(Move.KEEP, said, Purpose.FOLLOW_UP, part)
    return None


def _wished_to_stop(interview: Interview) -> bool:
    """Whether the question just asked had to follow a wish to stop. Who says "yes" to it means
    that wish."""
    if interview.kept_for or len(interview.messages) < _ANSWER_BEFORE:
        return False
    before = interview.messages[-_ANSWER_BEFORE]
    is_answer = before.role is Speaker.USER
    return is_answer and listen(before.content, interview.language, "") is Said.STOP


def _last_words_of_interviewer(interview: Interview) -> str:
    return next(m.content for m in reversed(interview.messages) if m.role is Speaker.ASSISTANT)
