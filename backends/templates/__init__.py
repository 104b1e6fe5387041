"""The built-in interviewer, who always answers: an interview goes on when no service is up.

It asks the questions of the interview's kit, and says the words of the interview's language to all
else. Nothing here depends on chance: the same turn gets the same words.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from backends.kits.errors import BrokenKit, UnknownKit
from backends.kits.kit import Kit, KitQuestion
from backends.kits.library import Kits
from backends.kits.prompting import prompt_of
from backends.services import TEMPLATES
from backends.templates.choosing import chosen
from backends.templates.hinting import (
    MOST_MISSED,
    listened_for,
    missed_so_far,
    names_any,
    to_work_on,
    told,
)
from backends.templates.summing import sum_up
from backends.templates.words import Choice, Words, spoken, words_in
from backends.turn import Turn
from statemachine.brief import DEFAULT_LANGUAGE, Brief
from statemachine.commands import start_interview
from statemachine.events import InterviewStarted, Purpose
from statemachine.listening.deciding import Move
from statemachine.listening.kinds import Said
from statemachine.listening.stopping import STOP_QUESTIONS
from statemachine.session import Config, Role, Speaker
from statemachine.wording import question_in


class Templates:
    """Speaks from the kits."""

    name = TEMPLATES

    def __init__(self, kits: Kits | None = None) -> None:
        self._kits = Kits() if kits is None else kits

    def kit(self, role: Role, brief: Brief | None) -> Kit:
        """The kit that an interview for `role` is held with."""
        if brief is not None and brief.kit is not None:
            try:
                return self._kits.get(brief.kit).kit
            except (UnknownKit, BrokenKit):
                pass  # it was there when the interview began, which must not end with it
        found = self._kits.for_role(role, None if brief is None else brief.language)
        return found.kit if found is not None else self._kits.general().kit

    def begin(
        self, config: Config, brief: Brief | None = None, started_by: str | None = None
    ) -> InterviewStarted:
        """What an interview begins with: the prompt that a model is told, and the candidate's wish
        to start."""
        kit = self.kit(config.role, brief)
        wish = words_in(spoken(kit.language)).opening_words
        prompt = prompt_of(kit, kit.language if brief is None else brief.language)
        return start_interview(config, prompt, started_by, brief, wish)

    def reply(self, turn: Turn) -> str:
        """The words for this turn."""
        kit = self._kit_of(turn)
        words = words_in(spoken(kit.language))
        if turn.stays:
            return self._staying(turn, kit, words)
        hint = self.hint(turn)
        if turn.due.move is Move.STOP:
            return self.closed(turn, words.stopped_closing)
        if turn.is_last:
            return f"{hint}{self.closed(turn, _closing(kit, words, turn.due.said))}"
        before = kit.greeting if turn.is_opening else _acknowledgement(words, turn)
        return f"{hint}{before} {_asking(turn, kit, words)}"

    def hint(self, turn: Turn) -> str:
        """What the answer lacks, in a paragraph before other words; nothing where none is due, or
        where the question is none of the kit's."""
        if not turn.gets_hint:
            return ""
        kit = self._kit_of(turn)
        last = missed_so_far(kit, turn)[-1]
        if last is None:
            return ""
        code = spoken(kit.language)
        words, missing = words_in(code), told(last.missed[:MOST_MISSED], code)
        return f"{words.hint.format(missing=missing) if missing else words.hint_none}\n\n"

    def hints(self, turn: Turn, words: str) -> bool:
        """Whether a model's words name anything that the answer lacks before they ask the next
        question, or need not."""
        if not turn.gets_hint or turn.is_last:
            return True
        kit = self._kit_of(turn)
        last = missed_so_far(kit, turn)[-1]
        before = words.partition(question_in(words))[0]
        # Where all was mentioned, or nobody knows what was listened for, there is nothing to name.
        return last is None or not last.missed or names_any(last.missed, before, kit)

    def prepared(self, turn: Turn) -> Turn:
        """The turn with what a model is to ask about, and, in practice, with what the kit listens
        for. Where a kit has no more questions, the model finds its own."""
        kit = self._kit_of(turn)
        due = [question.text for question in _questions_due(turn, kit)]
        subjects = tuple("" if text in due[:at] else text for at, text in enumerate(due))
        listen_for = listened_for(kit, turn) if turn.is_practice else ()
        return replace(turn, subjects=subjects, listen_for=listen_for)

    def closed(self, turn: Turn, closing: str) -> str:
        """The closing; in practice, what to work on follows it."""
        if not turn.is_practice:
            return closing
        kit = self._kit_of(turn)
        words = words_in(spoken(kit.language))
        points = to_work_on(kit, missed_so_far(kit, turn))
        lines = "\n".join(
            f"- {name} – {told(missed, spoken(kit.language))}" for name, missed in points
        )
        after = words.work_on.format(points=lines) if points else words.work_on_none
        return f"{closing}\n\n{after}"

    def question(self, turn: Turn) -> str:
        """What is to be asked at this turn: the next question, labelled; or, where the interviewer
        stays at one, that question in other words."""
        kit = self._kit_of(turn)
        words = words_in(spoken(kit.language))
        if turn.stays:
            return self._staying(turn, kit, words)
        return _asking(turn, kit, words)

    def summary(self, turn: Turn, why: str) -> str:
        """What was asked and answered up to `turn`, and what is missing. `why` is the sentence that
        says why no model wrote it."""
        language = DEFAULT_LANGUAGE if turn.brief is None else turn.brief.language
        return sum_up(turn.session, why, language, {kept.at for kept in turn.kept})

    def _kit_of(self, turn: Turn) -> Kit:
        return self.kit(turn.session.config.role, turn.brief)

    def _staying(self, turn: Turn, kit: Kit, words: Words) -> str:
        asked = _waiting_question(turn)
        known = kit.question_asked_in(asked)
        question = question_in(asked)
        match turn.due.purpose:
            case Purpose.ASK_STOP:
                return STOP_QUESTIONS[spoken(kit.language)]
            case Purpose.FOLLOW_UP:
                return _follow_up(turn, known, words)
            case Purpose.EXPLAIN:
                simpler = known.simpler if known is not None else None
                return words.explain.format(question=simpler or question)
            case Purpose.PAUSE:
                return words.pause
            case Purpose.COMFORT:
                return words.comfort
            case Purpose.RESUME:
                # Nobody is welcomed back who was not away.
                was_away = turn.kept_for[-1:] == (Purpose.PAUSE,)
                return (words.resume if was_away else words.repeat).format(question=question)
            case Purpose.ASK_AGAIN:
                return words.ask_again.format(question=question)
            case Purpose.LANGUAGE:
                return words.language.format(language=words.name, question=question)
            case Purpose.REPEAT | None:
                return words.repeat.format(question=question)


def _closing(kit: Kit, words: Words, said: Said) -> str:
    return f"{words.closing_personal} {kit.closing}" if said is Said.PERSONAL else kit.closing


def _follow_up(turn: Turn, known: KitQuestion | None, words: Words) -> str:
    if known is not None and turn.due.part is None:
        return known.follow_ups[0]
    return _in_turn(words.follow_up.for_part(turn.due.part), turn.number)


_ACKNOWLEDGED_APART = {
    Said.UNKNOWN: "acknowledge_unknown",
    Said.SKIP: "acknowledge_skip",
    Said.NOISE: "acknowledge_skip",
    Said.REPEAT: "acknowledge_skip",
    Said.EXPLAIN: "acknowledge_skip",
    Said.STOP: "acknowledge_wish_to_stop",
    Said.READY: "acknowledge_stop",
    Said.PAUSE: "acknowledge_stop",
    Said.PERSONAL: "acknowledge_personal",
}


def _acknowledgement(words: Words, turn: Turn) -> str:
    if turn.due.said is Said.ANSWER and Purpose.COMFORT in turn.kept_for:
        return words.acknowledgements[0]  # says nothing about what was answered
    said: str | Choice = getattr(words, _ACKNOWLEDGED_APART.get(turn.due.said, "acknowledgements"))
    return said if isinstance(said, str) else _in_turn(said, turn.number)


def _in_turn(choice: Choice, number: int) -> str:
    return choice[number % len(choice)]


def _waiting_question(turn: Turn) -> str:
    """The interviewer's message that asked the question which waits."""
    kept = {kept.at for kept in turn.kept}
    messages = turn.session.messages
    return next(
        messages[at].content
        for at in range(len(messages) - 1, -1, -1)
        if messages[at].role is Speaker.ASSISTANT and at not in kept
    )


def _asking(turn: Turn, kit: Kit, words: Words) -> str:
    """The next question, labelled."""
    label = words.question_label.format(number=turn.number)
    return f"{label}{_next_question(turn, kit).text}"


def _next_question(turn: Turn, kit: Kit) -> KitQuestion:
    """The question that is due."""
    spoken = (m.content for m in turn.session.messages if m.role is Speaker.ASSISTANT)
    return _unasked(kit, chosen(kit, turn.brief, turn.total)[turn.number - 1], "\n".join(spoken))


def _questions_due(turn: Turn, kit: Kit) -> Iterator[KitQuestion]:
    """The question that was due each time, up to the one that is due now."""
    places = iter(chosen(kit, turn.brief, turn.total))
    kept = {stayed.at for stayed in turn.kept}
    said = ""
    for at, message in enumerate(turn.session.messages):
        if message.role is Speaker.ASSISTANT:
            if at not in kept:
                yield from (_unasked(kit, place, said) for place in islice(places, 1))
            said += f"{message.content}\n"
    yield from (_unasked(kit, place, said) for place in islice(places, 1))


def _unasked(kit: Kit, due: int, said: str) -> KitQuestion:
    """The question at the place `due`, or the next one that is not in what the interviewer has
    `said`. None is asked twice as long as there are others."""
    in_order = (*kit.questions[due:], *kit.questions[:due])
    return next((q for q in in_order if q.text not in said), in_order[0])
