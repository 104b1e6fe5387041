"""What is in a kit: the words of an interview for one role, what to listen for in the answers, and
the rubric that they are judged by.

Whoever writes a kit writes what candidates hear, models are told and hiring teams read. Hence no
text in it may hold what a screen, a terminal or a model could take for more than words.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError

from backends.kits.likeness import by_beginning, share, telling
from statemachine.brief import ID, MAX_ID_CHARS, Language
from statemachine.canonical import canonical_json
from statemachine.roles import Role
from statemachine.storable import has_words
from statemachine.wording import asks, closes

MAX_KIT_QUESTIONS = 50

_SAME_QUESTION = 0.5
"""Of a kit's question, so many of the telling words are in one that a model has asked instead."""
_FEWEST_ALIKE = 2
"""So many at least. "How do you test?" has one, which is in a hundred other questions."""

_MARKUP = re.compile(r"<[A-Za-z/!?|]|```|\]\(")
"""The beginnings of tags, of a model's own marks, of fences and of links."""

# They join letters, or say which way a word runs that has no letters of its own.
_JOINERS = "\u061c\u200c\u200d\u200e\u200f"


def is_kit_id(text: str) -> bool:
    """Whether `text` can be the id of a kit."""
    return len(text) <= MAX_ID_CHARS and ID.fullmatch(text) is not None


def _is_plain(text: str) -> str:
    for character in text if not text.isprintable() else "":
        if character == "\n" or character in _JOINERS:
            continue
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Zl", "Zp"):
            raise ValueError(f"must not contain U+{ord(character):04X}, which nobody sees")
    if found := _MARKUP.search(text):
        raise ValueError(f"must not contain markup, such as {found.group()}")
    return text


def _is_one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("must be one line")
    return text


def _plain(max_chars: int) -> object:
    return StringConstraints(max_length=max_chars, strip_whitespace=True)


_WORDS = AfterValidator(has_words), AfterValidator(_is_plain)
Line = Annotated[str, *_WORDS, AfterValidator(_is_one_line)]
"""Words in one line, without markup and marks that nobody sees."""

Sentence = Annotated[Line, _plain(1_000)]
Phrase = Annotated[Line, _plain(300)]
CriterionId = Annotated[str, StringConstraints(max_length=MAX_ID_CHARS, pattern=rf"^{ID.pattern}$")]


class _Part(BaseModel):
    """snake_case in TOML, camelCase in JSON. A field that is not known is a mistake in the kit."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        str_strip_whitespace=True,
    )


class Criterion(_Part):
    """What answers are judged by. `levels[0]` says what answers of level 1, the lowest, hold."""

    id: CriterionId
    name: Annotated[Line, _plain(100)]
    levels: Annotated[tuple[Sentence, ...], Field(min_length=2, max_length=5)]


class KitQuestion(_Part):
    """One question. `simpler` asks the same in simpler words, `listen_for` is what a good answer
    holds, `follow_ups` ask for what it lacks, and `criteria` are the ids of the rubric's that it is
    evidence for."""

    text: Sentence
    simpler: Sentence | None = None
    listen_for: Annotated[tuple[Phrase, ...], Field(min_length=2, max_length=5)]
    follow_ups: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=3)]
    criteria: Annotated[tuple[CriterionId, ...], Field(min_length=1, max_length=10)]


class Kit(_Part):
    """An interview kit. Questions go from easy to hard."""

    role: Annotated[Role, *_WORDS]
    seniority: Annotated[Line, _plain(60)] = "any"
    language: Language = "en"
    prompt: Annotated[str, _plain(10_000), *_WORDS] | None = None
    greeting: Sentence
    closing: Sentence
    questions: Annotated[tuple[KitQuestion, ...], Field(min_length=1, max_length=MAX_KIT_QUESTIONS)]
    rubric: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if found := [_error(place, words) for place, words in _misfits(self)]:
            # Pydantic takes the places over from an error of its own kind.
            raise ValidationError.from_exception_data("Kit", found)
        return self

    @cached_property
    def version(self) -> str:
        """SHA-256 of what is in the kit, in hexadecimal: the same for two files that say the
        same."""
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def question_asked_in(self, words: str) -> KitQuestion | None:
        """The question that the interviewer's words ask: as the kit has it, or in a model's
        words, which have half of its telling words or more."""
        exact = [question for question in self.questions if question.text in words]
        if exact:  # one may hold another one's words, and more
            return max(exact, key=lambda question: len(question.text))
        code, said = self.language.partition("-")[0].lower(), by_beginning(words)

        def likeness(question: KitQuestion) -> float:
            of_it = telling(question.text, code)
            found = share(of_it, said)
            return found if round(found * len(of_it)) >= _FEWEST_ALIKE else 0.0

        shares = [likeness(question) for question in self.questions]
        most = max(shares)
        return self.questions[shares.index(most)] if most >= _SAME_QUESTION else None

    def criterion(self, id: str) -> Criterion | None:
        """The rubric's criterion with this id."""
        return next((criterion for criterion in self.rubric if criterion.id == id), None)


Place = tuple[str | int, ...]


def _error(place: Place, words: str) -> InitErrorDetails:
    # A brace would be taken for the name of a value.
    kind = PydanticCustomError("kit", "{words}", {"words": words})
    wire = tuple(to_camel(part) if isinstance(part, str) else part for part in place)
    return InitErrorDetails(type=kind, loc=wire, input=None)


def _misfits(kit: Kit) -> Iterator[tuple[Place, str]]:
    """What no field can know by itself, and where it is."""
    ids = [criterion.id for criterion in kit.rubric]
    for index, id in enumerate(ids):
        if id in ids[:index]:
            yield ("rubric", index, "id"), f"must be another one than rubric[{ids.index(id)}].id"
    texts = [question.text for question in kit.questions]
    for index, question in enumerate(kit.questions):
        if question.text in texts[:index]:
            first = texts.index(question.text)
            yield ("questions", index, "text"), f"must be another one than questions[{first}].text"
        for at, id in enumerate(question.criteria):
            if id not in ids:
                yield (
                    ("questions", index, "criteria", at),
                    f"must be an id of the rubric: {', '.join(ids)}",
                )
    if kit.language.partition("-")[0].lower() == "en":
        yield from _misheard(kit)


def _misheard(kit: Kit) -> Iterator[tuple[Place, str]]:
    """English words that a candidate would take for something else."""
    if closes(kit.greeting):
        yield ("greeting",), "must not end the interview"
    if not closes(kit.closing):
        yield ("closing",), "must say that the interview ends: This concludes the interview."
    for index, question in enumerate(kit.questions):
        for name in ("text", "simpler"):
            words = getattr(question, name)
            if words and (closes(words) or not asks(words)):
                yield ("questions", index, name), "must ask something"
        for at, words in enumerate(question.follow_ups):
            if closes(words) or not asks(words):
                yield ("questions", index, "follow_ups", at), "must ask something"
