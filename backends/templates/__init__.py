"""The built-in words, which always answer: an interview goes on when no service is up.

They stand in one TOML file per role beside this module, for people who write questions and
not Python. Nothing here depends on chance: the same turn gets the same words.
"""

import tomllib
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from backends.services import TEMPLATES
from backends.turn import Turn, answers_in
from statemachine.roles import FIELD_ROLES
from statemachine.session import MAX_QUESTIONS, Role, Session


class Script(BaseModel):
    """One role's words. `questions` go from easy to hard."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    role: Role
    prompt: str
    greeting: str
    questions: Annotated[tuple[str, ...], Field(min_length=MAX_QUESTIONS, max_length=MAX_QUESTIONS)]
    acknowledgements: Annotated[tuple[str, ...], Field(min_length=1)]
    closing: str
    themes: Annotated[tuple[str, ...], Field(min_length=2)]


def load_scripts() -> dict[Role, Script]:
    """Every role's script, from the package's own files."""
    found = (
        Script.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files(__package__).iterdir()
        if file.name.endswith(".toml")
    )
    scripts = {script.role: script for script in found}
    missing = set(FIELD_ROLES) - set(scripts)
    assert not missing, f"no script for {missing}"
    return scripts


class Templates:
    """Speaks from the scripts."""

    name = TEMPLATES

    def __init__(self) -> None:
        self._scripts = load_scripts()

    def prompt(self, role: Role) -> str:
        """The system prompt that an interview for `role` begins with."""
        return self._scripts[role].prompt

    def reply(self, turn: Turn) -> str:
        """The words for this turn: a question, or the closing."""
        script = self._scripts[turn.session.config.role]
        if turn.is_last:
            return script.closing
        before = script.greeting if turn.is_opening else _acknowledgement(script, turn)
        return f"{before} {self.question(turn)}"

    def summary(self, session: Session, why: str) -> str:
        """A summary of what can be counted. `why` is the sentence that says why no model wrote
        it."""
        script = self._scripts[session.config.role]
        answers = answers_in(session)
        return (
            f"{script.role} interview: {session.current_question} of "
            f"{session.config.total_questions} questions asked, {len(answers)} answered in "
            f"{sum(len(answer.split()) for answer in answers)} words. It set out to explore: "
            f"{'; '.join(script.themes)}. {why} The transcript holds the answers word for word."
        )

    def question(self, turn: Turn) -> str:
        """The question that is due, labelled. Fewer questions than a script has are spread
        over it, so that a short interview too goes from easy to hard."""
        questions = self._scripts[turn.session.config.role].questions
        said = "\n".join(message.content for message in turn.session.messages)
        due = _spread(turn.number, turn.total)
        in_order = (*questions[due:], *questions[:due])
        question = next((q for q in in_order if q not in said), in_order[0])
        return f"Question {turn.number}: {question}"


def _acknowledgement(script: Script, turn: Turn) -> str:
    return script.acknowledgements[turn.number % len(script.acknowledgements)]


def _spread(number: int, total: int) -> int:
    """Which of the script's questions is number `number` of `total`."""
    if total == 1:
        return MAX_QUESTIONS // 3
    return round((number - 1) * (MAX_QUESTIONS - 1) / (total - 1))
