"""What a candidate's words are, and what an answer lacks. Pure: the same words are always taken
for the same."""

import re
from collections.abc import Iterator, Sequence

from statemachine.listening.kinds import Part, Said
from statemachine.listening.noise import is_noise
from statemachine.listening.remembered import Remembered
from statemachine.listening.spoken import is_foreign, spoken
from statemachine.listening.table import (
    BRIEF,
    LANGUAGES,
    NO,
    PADDING,
    PERSONAL,
    READY,
    SAID,
    SKIP,
    STOP,
    YES,
    Table,
    primary,
    table,
)
from statemachine.listening.tokens import MARKS, tokens

ENGLISH = "en"

# A longer text is an answer: only a short one is made of nothing but patterns.
_MOST_CHARS = 400
_LAST_WORDS = 200  # characters
_MOST_MISTYPED = 20
_MOST_WORDS = 45
_LONG_STORY = 15
_MOST_WORDS_ASIDE = 30
_SHORTEST_WISH = 3
_FEWEST_WORDS = 5
_FEW_WORDS = 12
_FULL = 60
_FEWEST_OF_A_TEAM = 8

_BARE_QUESTION = re.compile(r"[\s.!?\uff1f\u061f]*[?\uff1f\u061f][\s.!?\uff1f\u061f]*")
# C, D and R are programming languages.
_BARE_LETTER = re.compile(r"[\s.!]*[abe-qs-zABE-QS-Z][\s.!]*")
_DIGIT = re.compile(r"\d")


_OTHERS_WORDS = re.compile(
    r"^\s*(?:human|user|candidate|assistant|system|interviewer)\s*:", re.IGNORECASE | re.MULTILINE
)
"""Somebody pastes a conversation, which wishes nothing."""


def listen(text: str, language: str, asked: str) -> Said:
    """What the candidate's `text` is, in an interview in `language` (BCP 47), after the
    interviewer's last words `asked`. Never raises; in doubt an answer."""
    if len(text) <= _MOST_CHARS and not _OTHERS_WORDS.search(text):
        if _BARE_QUESTION.fullmatch(text):
            return Said.REPEAT
        if _BARE_LETTER.fullmatch(text):
            return Said.BRIEF
        for each in _tables(language, asked):
            said = _said(text, each)
            if said is not None:
                return said
    if is_noise(text) and not (any(map(str.isdigit, text)) and _asks_for_a_number(language, asked)):
        return Said.NOISE
    return Said.FOREIGN if is_foreign(text, primary(language), asked) else Said.ANSWER


heard_as = Remembered(listen)
"""What `listen` hears. A prompt tells of all answers so far, and listens to none of them again."""


def missing(text: str, language: str) -> Part | None:
    """The part of an answer that a follow-up should ask for; None for a full answer, for one too
    short to tell, and in a language without a table. `en.toml` says what makes a part miss."""
    code = primary(language)
    if code not in LANGUAGES or len(text) > _FULL * 12:
        return None
    own = table(code)
    words = [word for word in own.normalised(text) if word not in MARKS]
    if not _FEWEST_WORDS <= len(words) < _FULL:
        return None
    spoken_words = f" {' '.join(words)} "

    def has(name: str) -> bool:
        return any(phrase in spoken_words for phrase in own.missing[name])

    if len(words) >= _FEWEST_OF_A_TEAM and has("team") and not has("own"):
        return Part.OWN_PART
    if len(words) >= _FEW_WORDS or _DIGIT.search(text):
        return None
    if has("claims") and not has("reasons"):
        return Part.EVIDENCE
    if has("own") and has("deeds") and not has("outcomes"):
        return Part.OUTCOME
    return None


def confirms(text: str, language: str) -> bool | None:
    """Whether the candidate says yes to "Would you like to end the interview here?": True, False,
    or None where it is neither. In doubt never True."""
    if len(text) > _MOST_CHARS or _OTHERS_WORDS.search(text):
        return None
    for each in _tables(language, ""):
        heard = _labels(text, each)
        if heard is None:
            continue
        goes_on = bool(heard & (NO | READY | SKIP))
        if goes_on and not heard & STOP:
            return False
        only = not heard & ~(PADDING | BRIEF | YES | STOP)
        return True if only and heard & (YES | STOP) else None
    return None


def _tables(language: str, asked: str) -> Iterator[Table]:
    """The tables to look into, in this order: the interview's, that of the language that the
    interviewer has come to speak, and English, bits of which are said everywhere."""
    seen: set[str] = set()
    code = primary(language)
    if code in LANGUAGES:
        seen.add(code)
        yield table(code)
    other = _spoken_lately(asked[-_LAST_WORDS:]) if asked else None
    for also in (other, ENGLISH):
        if also is not None and also in LANGUAGES and also not in seen:
            seen.add(also)
            yield table(also)


_spoken_lately = Remembered(spoken)
"""Interviewers ask the same questions again and again, and each is looked at twice in a move."""


def _labels(text: str, own: Table) -> int | None:
    """The labels of the patterns that the text is made of; None where it says anything else."""
    if text.count(" ") > _MOST_WORDS:
        return None
    heard = own.patterns.labels(own.read(text))
    if heard is None and text.count(" ") <= _MOST_MISTYPED:
        words = own.normalised(text)
        forgiven = own.forgiving(words)
        heard = own.patterns.labels(forgiven) if forgiven != words else None
        # "Tests" is no slip of the finger for "test".
        if heard is not None and heard > PADDING | BRIEF:
            return heard
        return _last_words(forgiven, own)
    return heard


def _last_words(words: Sequence[str], own: Table) -> int | None:
    """A few words of one's own may come before a wish to stop, and before bad news: "This is all
    too much, I want to stop." """
    ends = [at for at, word in enumerate(words[:-1]) if word in MARKS]
    if not ends or len(words) > _LONG_STORY or len(words) - ends[-1] <= _SHORTEST_WISH:
        return None
    if not own.reported or not own.reported.isdisjoint(words[: ends[-1]]):
        return None
    heard = own.patterns.labels(words[ends[-1] + 1 :])
    return heard if heard is not None and heard & (STOP | PERSONAL) else None


def _said(text: str, own: Table) -> Said | None:
    heard = _labels(text, own)
    if heard is None:
        return Said.PERSONAL if _has_something_heavy(text, own) else None
    if heard & PERSONAL and _is_a_story(text, own):
        return Said.ANSWER
    for label in sorted(SAID, reverse=True):
        if heard & label:
            return SAID[label]
    # Nothing but padding, bare signs excepted: those are not words.
    return Said.BRIEF if heard & BRIEF or any(t not in MARKS for t in tokens(text)) else None


def _has_something_heavy(text: str, own: Table) -> bool:
    """Whether a short text that is about no work tells of something heavy among other words: "It
    has been hard, we buried my father." Thanks for a clearer picture would hurt then."""
    if text.count(" ") > _MOST_WORDS_ASIDE:
        return False
    words = own.normalised(text)
    told = f" {' '.join(words)} "
    if any(word in told for word in (*own.story_words, *own.story_phrases)):
        return False
    before = [told.partition(phrase)[0].split() for phrase in own.heavy if phrase in told]
    for at, word in enumerate(words):
        if word in MARKS and (own.patterns.labels(words[at + 1 :]) or 0) & PERSONAL:
            before.append(list(words[:at]))
    return any(own.reported.isdisjoint(said) for said in before)


def _is_a_story(text: str, own: Table) -> bool:
    words = [word for word in own.normalised(text) if word not in MARKS]
    told = f" {' '.join(words)} "
    return any(phrase in told for phrase in own.story_phrases) or (
        len(words) > _LONG_STORY and any(word in told for word in own.story_words)
    )


def _asks_for_a_number(language: str, asked: str) -> bool:
    return any(
        phrase in f" {' '.join(each.normalised(asked[-_LAST_WORDS:]))} "
        for each in _tables(language, asked)
        for phrase in each.numbers
    )
