"""What the interviewer says in a language, whatever the role: thanks, follow-ups, comfort.

One TOML file for each language stands in the folder `words`, and is read when the language is first
spoken.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from statemachine.brief import DEFAULT_LANGUAGE
from statemachine.listening.kinds import Part

_FOLDER = Path(__file__).parent / "words"

Choice = Annotated[tuple[str, ...], Field(min_length=2)]
"""Ways to say the same, taken in turn."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class FollowUps(_Said):
    """What asks for the missing part of an answer."""

    own_part: Choice
    evidence: Choice
    outcome: Choice
    more: Choice

    def for_part(self, part: Part | None) -> Choice:
        """Those that ask for `part`; None asks for anything more."""
        choice: Choice = getattr(self, "more" if part is None else part.name.lower())
        return choice


class Words(_Said):
    """The words of one language. What stands in braces is filled in."""

    name: str
    """The language's own name for itself."""
    acknowledgements: Choice
    acknowledge_unknown: Choice
    acknowledge_skip: Choice
    acknowledge_stop: str
    acknowledge_wish_to_stop: str
    """Where the next question must follow all the same."""
    acknowledge_personal: str
    closing_personal: str
    repeat: str
    explain: str
    pause: str
    resume: str
    comfort: str
    ask_again: str
    language: str
    stopped_closing: str
    hint: str
    """Of practice: what was not mentioned, `{missing}`."""
    hint_none: str
    work_on: str
    """`{points}`, each on a line of its own."""
    work_on_none: str
    question_label: str
    opening_words: str
    follow_up: FollowUps


def languages() -> list[str]:
    """The languages that there are words in, as their codes."""
    return sorted(file.stem for file in _FOLDER.glob("*.toml"))


def spoken(language: str) -> str:
    """The code of the language that is said for `language`, a BCP 47 tag: its own, else English."""
    primary = language.partition("-")[0].lower()
    return primary if primary in _known() else DEFAULT_LANGUAGE


@cache
def words_in(code: str) -> Words:
    """The words of the language with this code, one of `languages()`."""
    content: dict[str, Any] = tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    return Words.model_validate(content)


@cache
def _known() -> frozenset[str]:
    return frozenset(languages())
