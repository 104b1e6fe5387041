"""Which questions of a kit are asked, where fewer are asked than it has.

Without a brief they are spread over the kit, so that a short interview too goes from easy to hard.
With a job description or a CV, a question counts more the more of its words stand there too, and a
word counts more the fewer questions have it. So one about what the job is about takes the place of
one beside it; the order stays, and so does the spread where nothing speaks for another question.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from operator import add

from backends.kits.kit import Kit
from statemachine.brief import Brief
from statemachine.listening.spoken import small_words
from statemachine.listening.tokens import plain
from statemachine.patterns import Pattern

# Signs of vowels belong to their word, which \w does not know.
_WORD = re.compile(r"[\w\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0dff]+")
_UNSPACED = Pattern(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
"""Scripts without spaces between words, in which two neighbouring characters stand for one."""

_STEM_CHARS = 6
"""Words that begin alike are forms of one: engineer, engineers, engineering."""

_LEAST_CHARS = 3
"""Shorter words are mostly those that no sentence does without."""

_READ_CHARS = 10_000
"""Of a job description, and of a CV: more than most have."""

_PULL = 0.5
"""How much of the best question's worth one loses that is a whole kit away from its place."""


def chosen(kit: Kit, brief: Brief | None, total: int) -> tuple[int, ...]:
    """The places in `kit.questions` of the `total` questions to ask, in order. More than a kit has
    begin anew at its first."""
    count = len(kit.questions)
    places = tuple(spread(number, total, count) for number in range(1, total + 1))
    told = () if brief is None else tuple(filter(None, (brief.job_description, brief.cv)))
    if not told or total >= count:
        return places
    worth = _worth(kit, Counter(stems_in("\n".join(text[:_READ_CHARS] for text in told))))
    return places if not any(worth) else _best(worth, places)


def spread(number: int, total: int, questions: int) -> int:
    """Which of so many questions is number `number` of `total`."""
    if total == 1:
        return questions // 3
    # A session that a client brought may have more questions than the kit.
    return round((number - 1) * (questions - 1) / (total - 1)) % questions


def _worth(kit: Kit, told: Counter[str]) -> list[float]:
    """How much of each question, from 0 to 1, is in what was told. The best one has 1, unless all
    have 0."""
    names = {criterion.id: criterion.name for criterion in kit.rubric}
    stems = [
        set(
            stems_in(
                " ".join((each.text, *each.listen_for, *map(names.__getitem__, each.criteria)))
            )
        )
        for each in kit.questions
    ]
    having = Counter(stem for each in stems for stem in each)
    weight = {stem: log(len(stems) / many) for stem, many in having.items()}
    for stem in weight:
        if plain(stem) in small_words():
            weight[stem] = 0.0
    shares = []
    for each in stems:
        # Sorted: a set's order is another one in each process, and sums of floats depend on it.
        found = sum(weight[stem] * (1 + log(told[stem])) for stem in sorted(each & told.keys()))
        shares.append(found / sqrt(1 + sum(weight[stem] for stem in sorted(each))))
    best = max(shares)
    return [share / best for share in shares] if best else shares


def _best(worth: Sequence[float], places: Sequence[int]) -> tuple[int, ...]:
    """Places in ascending order whose questions are worth most together, each less what it costs to
    be away from its own one of `places`."""
    count, pull = len(worth), _PULL / len(worth)
    # For each place, the most that can be had from those before it, and with which of them.
    so_far: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (count + 1)
    for due in places:
        best: tuple[float, tuple[int, ...]] = (float("-inf"), ())
        following = [best]
        for place in range(count):
            before, path = so_far[place]
            value = before + worth[place] - pull * abs(place - due)
            if value > best[0]:
                best = (value, (*path, place))
            following.append(best)
        so_far = following
    return so_far[count][1]


def stems_in(text: str) -> list[str]:
    """What words are compared by, as often as they stand in the text."""
    words = _WORD.findall(text.casefold())
    if not _UNSPACED.search(text):
        return [word[:_STEM_CHARS] for word in words if len(word) >= _LEAST_CHARS]
    stems: list[str] = []
    for word in words:
        if _UNSPACED.match(word):
            stems += map(add, word, word[1:])
        elif len(word) >= _LEAST_CHARS:
            stems.append(word[:_STEM_CHARS])
    return stems
