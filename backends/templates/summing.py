"""A summary without a model: what was asked, the substance of each answer in its own words, and
what is missing. It judges nothing. It is plain text, and whoever shows it escapes it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from backends.templates.summarywords import SUMMARY_WORDS
from statemachine.interview import rebuild
from statemachine.listening.kinds import Said
from statemachine.listening.reading import listen
from statemachine.listening.spoken import spoken
from statemachine.listening.stopping import wants_to_stop
from statemachine.orders import gives_orders
from statemachine.patterns import Pattern
from statemachine.sentences import sentences_in
from statemachine.session import Session, Speaker
from statemachine.wording import question_in

MOST_WORDS = 40
LEAST_WORDS = 3
"""Fewer tell nothing: "Yes", "I would"."""
CHARS_PER_WORD = 2
"""In scripts that put no spaces between words."""

_UNSPACED = Pattern("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_FILLERS = re.compile(
    r"(?:thank(?:s| you)|that(?:'|’)?s (?:a |an )?\w+ question|good question|great question|sure|"
    r"okay|ok|well|let me think|hello|hi)\b[^.!?]{0,40}[.!?]*$",
    re.IGNORECASE,
)


@dataclass
class _Exchange:
    """A question, and what the candidate said to it: each with the interviewer's words before."""

    question: str
    said: list[tuple[str, str]] = field(default_factory=list)


def sum_up(
    session: Session, why: str, language: str = "en", kept: Collection[int] | None = None
) -> str:
    """The summary. `why` is the sentence that says in English why no model wrote it. `kept` are the
    indices of the messages that stayed at a question; without it, they are told by their words."""
    words = SUMMARY_WORDS.get(language.partition("-")[0].lower(), SUMMARY_WORDS["en"])
    if kept is None:
        kept = {kept.at for kept in rebuild(session).kept}
    exchanges = list(_exchanges(session, kept))
    lines: list[str] = []
    missing: dict[str, list[int]] = {
        words.skipped: [],
        words.too_short: [],
        words.unanswered: [],
    }
    for number, exchange in enumerate(exchanges, start=1):
        substance, lacks = _substance(exchange, language)
        kind = {
            Said.SKIP: words.skipped,
            Said.BRIEF: words.too_short,
            Said.NOISE: words.unanswered,
        }
        if lacks is not None:
            missing[kind[lacks]].append(number)
        lines.append(words.label.format(number=number, question=exchange.question))
        if substance:
            lines.append(substance)
    answered = len(exchanges) - sum(map(len, (missing[words.skipped], missing[words.unanswered])))
    total = session.config.total_questions
    opening = words.opening.format(
        role=session.config.role, asked=len(exchanges), total=total, answered=answered
    )
    parts = [
        part.format(numbers=", ".join(map(str, numbers)))
        for part, numbers in missing.items()
        if numbers
    ]
    end = [words.missing.format(parts="; ".join(parts))] if parts else []
    return "\n".join([f"{opening} {words.no_model or why}", *lines, *end])


def _exchanges(session: Session, kept: Collection[int]) -> Iterator[_Exchange]:
    """The questions in order. What the interviewer said to stay at one belongs to it."""
    current: _Exchange | None = None
    last = len(session.messages) - 1
    asked = ""
    for index, message in enumerate(session.messages):
        if message.role is Speaker.ASSISTANT:
            asked = message.content
            if index in kept or (session.is_complete and index == last):
                continue
            if current is not None:
                yield current
            current = _Exchange(_shortened(" ".join(question_in(asked).split())))
        elif message.role is Speaker.USER and current is not None:
            current.said.append((asked, message.content))
    if current is not None:
        yield current


def _substance(exchange: _Exchange, language: str) -> tuple[str, Said | None]:
    """What was answered, in its own words, and what it lacks: SKIP for a question that was skipped
    or not known, BRIEF for few words, NOISE for no answer."""
    kinds = [
        (_heard(text, language, asked), text)
        for asked, text in exchange.said
        if wants_to_stop(asked, text) is None
    ]
    # What somebody is going through is not for who decides on them.
    answers = [text for kind, text in kinds if kind in (Said.ANSWER, Said.FOREIGN)]
    told = answers or [text for kind, text in kinds if kind is Said.BRIEF]
    if not told:
        was_skipped = any(kind in (Said.SKIP, Said.UNKNOWN) for kind, _ in kinds)
        return "", Said.SKIP if was_skipped else Said.NOISE
    substance = _telling("\n".join(told))
    is_short = not answers or _words_in(" ".join(answers)) < LEAST_WORDS
    return substance, Said.BRIEF if is_short else None


def _heard(text: str, language: str, asked: str) -> Said:
    """What the words are; those of another language are listened to in that one."""
    said = listen(text, language, asked)
    own = spoken(text) if said is Said.FOREIGN else None
    return said if own is None else listen(text, own, asked)


def _telling(text: str) -> str:
    """The first sentences that tell something, up to 40 words, cut where one ends if that can be.
    Orders to whoever reads it are left out."""
    kept: list[str] = []
    room = MOST_WORDS
    sentences = [" ".join(text[a:b].split()) for a, b in sentences_in(text)]
    telling = [s for s in sentences if not gives_orders(s) and not _FILLERS.fullmatch(s)]
    for sentence in telling:
        length = _words_in(sentence)
        if length > room:
            if not kept:
                kept.append(_shortened(sentence))
            break
        kept.append(sentence)
        room -= length
    return " ".join(kept)


def _shortened(sentence: str) -> str:
    if _words_in(sentence) <= MOST_WORDS:
        return sentence
    if _UNSPACED.search(sentence):
        return f"{sentence[: MOST_WORDS * CHARS_PER_WORD]}…"
    return f"{' '.join(sentence.split()[:MOST_WORDS])[: MOST_WORDS * 20]}…"


def _words_in(text: str) -> int:
    unspaced = len(_UNSPACED.findall(text))
    # A "word" of hundreds of letters is none, and counts as several.
    return (
        sum(-(-len(w) // 20) for w in _UNSPACED.sub(" ", text).split()) + unspaced // CHARS_PER_WORD
    )
