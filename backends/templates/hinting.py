"""What the answers of a practice interview lack against what the kit listens for.

It goes by words in common: a phrase counts as mentioned where half of its telling words are in the
answer, in any form with the same beginning. So it cannot tell a good answer from a poor one, and
says no more than what was not mentioned. In doubt a phrase counts as mentioned.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backends.kits.kit import Kit, KitQuestion
from backends.kits.likeness import by_beginning, share, telling
from backends.turn import Turn
from statemachine.session import Speaker
from statemachine.wording import asks

MOST_MISSED = 3
"""How many phrases a hint names, and how many each point to work on."""
FEWEST_POINTS, MOST_POINTS = 2, 4

_NAMED = 0.6
"""Of a phrase, so many of the telling words are in a hint that is about it. Half of them were in a
small model's "Your ENTIRE focus is on the care and the patients", which hints at nothing."""
_MENTIONED = 0.5
"""Of a phrase, so many of the telling words are in an answer that mentions it."""

_BETWEEN = {"zh": "\uff1b", "ar": "\u061b ", "fr": "\u00a0; "}
_TO_THE_CANDIDATE = {
    "en": ((re.compile(r"\bthe candidate's\b"), "your"), (re.compile(r"\bthe candidate\b"), "you"))
}


@dataclass(frozen=True)
class Asked:
    """A question that was asked, as the kit has it, and what of its `listen_for` was not mentioned
    in the answer."""

    question: KitQuestion
    missed: tuple[str, ...]


def listened_for(kit: Kit, turn: Turn) -> tuple[tuple[str, ...], ...]:
    """What is listened for in the answer to each question that was asked, in order; nothing for one
    that is no question of the kit."""
    return tuple(() if found is None else found.listen_for for found, _ in _questions(kit, turn))


def missed_so_far(kit: Kit, turn: Turn) -> list[Asked | None]:
    """What each answer lacks; None for questions that are none of the kit's."""
    code = kit.language.partition("-")[0].lower()
    return [
        None if question is None else Asked(question, _missed(question.listen_for, answer, code))
        for question, answer in _questions(kit, turn)
    ]


def to_work_on(kit: Kit, asked: Iterable[Asked | None]) -> list[tuple[str, tuple[str, ...]]]:
    """The criteria of the rubric whose answers lacked most of what was listened for, most first,
    and what they lacked."""
    known = [one for one in asked if one is not None]
    found = []
    for criterion in kit.rubric:
        of_it = [one for one in known if criterion.id in one.question.criteria]
        missed = [phrase for one in of_it for phrase in one.missed]
        if missed:
            of_all = len(missed) / sum(len(one.question.listen_for) for one in of_it)
            found.append((of_all, len(missed), criterion.name, tuple(missed)))
    found.sort(key=lambda point: point[:2], reverse=True)
    points = [(name, missed) for _, _, name, missed in found[:MOST_POINTS]]
    apart = list(_apart(points))
    return [
        (name, missed[:MOST_MISSED])
        for name, missed in (apart if len(apart) >= FEWEST_POINTS else points)
    ]


def _apart(points: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The points, each phrase in the first of those that it belongs to."""
    named: set[str] = set()
    for name, missed in points:
        new = tuple(phrase for phrase in missed if phrase not in named)
        named.update(new)
        if new:
            yield name, new


def names_any(phrases: Iterable[str], words: str, kit: Kit) -> bool:
    """Whether some words name one of the phrases of the kit, or part of it."""
    code = kit.language.partition("-")[0].lower()
    said = by_beginning(words)
    # As they are said: "the candidate" is in any words of an interviewer.
    return any(share(telling(told([each], code), code), said) >= _NAMED for each in phrases)


def told(phrases: Iterable[str], language: str) -> str:
    """Phrases of a kit as they are said to the candidate."""
    said = list(phrases)
    for pattern, words in _TO_THE_CANDIDATE.get(language, ()):
        said = [pattern.sub(words, phrase) for phrase in said]
    return _BETWEEN.get(language, "; ").join(said)


def _questions(kit: Kit, turn: Turn) -> Iterator[tuple[KitQuestion | None, str]]:
    """The questions that were asked, and all that the candidate has said to each."""
    kept = {stayed.at for stayed in turn.kept}
    asked: str | None = None
    answers: list[str] = []
    for at, message in enumerate(turn.session.messages):
        if message.role is Speaker.ASSISTANT and at not in kept:
            if asked is not None:
                yield kit.question_asked_in(asked), "\n".join(answers)
            asked, answers = message.content, []
        elif message.role is Speaker.USER:
            answers.append(message.content)
    if asked is not None:
        yield kit.question_asked_in(asked), "\n".join([*answers, turn.answer or ""])


def _missed(phrases: Iterable[str], answer: str, code: str) -> tuple[str, ...]:
    said = by_beginning(answer)
    # One that would be heard as a question is not said: nothing is to be asked by a hint.
    return tuple(
        phrase
        for phrase in phrases
        if (words := telling(phrase, code)) and share(words, said) < _MENTIONED and not asks(phrase)
    )
