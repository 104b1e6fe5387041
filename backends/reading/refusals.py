"""Refusals to interview at all: "I'm sorry, but I can't assist with that."

Only a reply that is nothing else is one. "I can't judge that without more detail. How did you test
it?" goes on, and so would a reply that refuses one thing and asks another.
"""

from enum import Enum, auto

from statemachine.languages import requests_elsewhere


class Stance(Enum):
    """What a sentence has to do with a refusal."""

    REFUSES = auto()
    GOES_WITH_ONE = auto()
    """An apology, or the offer to help with something else."""
    GOES_ON = auto()


MAX_BEGINNING = 24


class Refusal:
    """Whether the sentences of a text, heard one by one, do nothing but refuse."""

    def __init__(self) -> None:
        may_refuse("")  # so that the patterns are there before the first word is
        self._may_be = True
        self._has_refused = False

    @property
    def is_whole(self) -> bool:
        """Whether all that was heard refuses to go on."""
        return self._may_be and self._has_refused

    def may_be(self, text: str) -> bool:
        """Whether all the words so far, `text`, can belong to one."""
        if self._may_be and len(text) <= MAX_BEGINNING:
            self._may_be = may_refuse(text)
        return self._may_be

    def hear(self, sentence: str, *, asks: bool) -> None:
        """Take the next sentence. `asks`: it is a question, which refuses nothing."""
        if not self._may_be:
            return
        stance = stance_of(sentence, asks=asks)
        self._may_be = stance is not Stance.GOES_ON
        self._has_refused = self._has_refused or stance is Stance.REFUSES


def stance_of(sentence: str, *, asks: bool) -> Stance:
    """What a sentence has to do with a refusal. `asks`: it is a question, which refuses nothing."""
    from backends.reading import refusalwords as words

    plain = _plain(sentence)
    refused = None if asks else words.REFUSES.match(plain)
    if refused is not None:
        behind = plain[refused.end() :]
        goes_on = words.STILL_ASKS.search(behind) or requests_elsewhere(behind)
        return Stance.GOES_ON if goes_on else Stance.REFUSES
    return Stance.GOES_WITH_ONE if words.GOES_WITH_ONE.match(plain) else Stance.GOES_ON


def may_refuse(beginning: str) -> bool:
    """Whether words can be the beginning of a refusal."""
    # Its patterns take as long to compile as all others. A gateway that hears no model needs none.
    from backends.reading import refusalwords as words

    return bool(words.FIRST_WORDS.match(_plain(beginning)))


def _plain(text: str) -> str:
    words = " ".join(text.replace("’", "'").casefold().split())
    return words.lstrip("*_\"'“”«»「」>#-–— ")
