"""What is needed of a kit to assess by it, and which answers are for which criterion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from statemachine.assessment import HeardFor, RubricCriterion, answers_in
from statemachine.events import Purpose
from statemachine.interview import Kept
from statemachine.session import Message, Speaker


class RubricQuestion(Protocol):
    """A kit's question, and what to listen for in the answer."""

    @property
    def listen_for(self) -> Sequence[str]: ...
    @property
    def criteria(self) -> Sequence[str]: ...


class RubricKit(Protocol):
    """A kit."""

    @property
    def version(self) -> str: ...
    @property
    def rubric(self) -> Sequence[RubricCriterion]: ...
    def question_asked_in(self, words: str) -> RubricQuestion | None:
        """The question that the interviewer's words ask, if it is one of the kit."""
        ...


@dataclass(frozen=True)
class NamedKit:
    """A kit and its id."""

    id: str
    kit: RubricKit


@dataclass(frozen=True)
class Heard:
    """What an interview has for a criterion. `not_asked` is only true where all questions that were
    asked are known, and none is for this criterion."""

    answers: tuple[HeardFor, ...]
    not_asked: bool


def heard_for(
    messages: Sequence[Message], kit: RubricKit, kept: Iterable[Kept] = ()
) -> dict[str, Heard]:
    """What the interview has for each criterion, by its id.

    A question of the kit is known by its words in what the interviewer said. With the messages
    `kept` the interviewer stayed at the question before: what was said before one is no answer,
    unless the interviewer then asked for more of it.
    """
    purposes = {stayed.at: stayed.purpose for stayed in kept}
    answers: dict[str, list[HeardFor]] = {criterion.id: [] for criterion in kit.rubric}
    asked: set[str] = set()
    all_known = True
    current: RubricQuestion | None = None
    said_by_candidate = dict(answers_in(messages))
    for index, message in enumerate(messages):
        if message.role is Speaker.ASSISTANT:
            if index in purposes:
                continue  # words for more of an answer can be like those of another question
            current = kit.question_asked_in(message.content)
            if current is not None:
                asked |= set(current.criteria)
            else:
                all_known = all_known and not _is_asking(message.content)
        elif purposes.get(index + 1) not in (None, Purpose.FOLLOW_UP):
            pass  # the question was to be repeated, say, or something hard had happened
        elif index in said_by_candidate and current is not None:
            for id in current.criteria:
                answers.setdefault(id, []).append(
                    HeardFor(message=index, listen_for=tuple(current.listen_for))
                )
    return {
        criterion.id: Heard(tuple(answers[criterion.id]), all_known and criterion.id not in asked)
        for criterion in kit.rubric
    }


def _is_asking(words: str) -> bool:
    return any(mark in words for mark in "?？؟")
