"""Which of the interviewer's turns stayed at a question, where only the messages are known.

The log knows it of each turn. A session of a client that the log does not know tells only how many
questions there were, in `currentQuestion`; so as many turns as are over have stayed. A label
("Question 3:") says which question a turn belongs to. Where there is none, a turn stays that
answers what was no answer.
"""

from collections.abc import Sequence
from functools import cache

from statemachine.brief import DEFAULT_LANGUAGE
from statemachine.listening.kinds import Said
from statemachine.listening.reading import listen
from statemachine.listening.stopping import asks_to_stop
from statemachine.rules import MAX_KEPT
from statemachine.session import Message, Speaker
from statemachine.wording import label_of

_NEVER = 1_000
_GOES_ON = frozenset((Said.ANSWER, Said.UNKNOWN, Said.SKIP))
_Reading = tuple[int, tuple[int, ...]]


def kept_turns(turns: Sequence[Message], questions: int, *, is_complete: bool) -> frozenset[int]:
    """The indices in `turns` of the interviewer's turns that stayed at one of `questions`
    questions; the last turn closes if the interview `is_complete`. Empty where the turns cannot be
    told apart so: then each is a question, and their count shows that the session is none."""
    spoken = [at for at, turn in enumerate(turns) if turn.role is Speaker.ASSISTANT]
    if is_complete:
        spoken = spoken[:-1]
    if not questions < len(spoken) <= questions * (1 + MAX_KEPT):
        return frozenset()
    labels = [label_of(turns[at].content) for at in spoken]
    asks_stop = [asks_to_stop(turns[at].content) for at in spoken]
    plain = [_goes_on(turns, at) for at in spoken]

    @cache
    def best(n: int, number: int, times: int) -> _Reading:
        """The least that speaks against a reading of the turns from the `n`th on, and which of
        them stay in it: `number` questions were asked, the last kept so many `times`."""
        if n == len(spoken):
            return (0 if number == questions else _NEVER), ()
        asked: _Reading = (_NEVER, ())
        kept: _Reading = (_NEVER, ())
        if number < questions and labels[n] in (None, number + 1) and not asks_stop[n]:
            against, rest = best(n + 1, number + 1, 0)
            asked = against + (labels[n] is None and not plain[n]), rest
        if times < MAX_KEPT and labels[n] in (None, number):
            against, rest = best(n + 1, number, times + 1)
            kept = against + (labels[n] is None and plain[n]), (spoken[n], *rest)
        return min(asked, kept)

    against, staying = best(1, 1, 0)
    return frozenset(staying) if against < _NEVER else frozenset()


def _goes_on(turns: Sequence[Message], at: int) -> bool:
    """Whether the candidate's words before this turn let the interview go on."""
    *_, asked, answer = ("", "", *(turn.content for turn in turns[:at]))
    return not answer or listen(answer, DEFAULT_LANGUAGE, asked) in _GOES_ON
