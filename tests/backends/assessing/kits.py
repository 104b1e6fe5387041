"""A kit for the tests, with the questions that the built-in script asks first."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Criterion:
    id: str
    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    text: str
    criteria: tuple[str, ...]
    listen_for: tuple[str, ...] = ("a cause", "a check")
    simpler: str | None = None


@dataclass(frozen=True)
class Kit:
    version: str = "ab" * 32
    rubric: tuple[Criterion, ...] = (
        Criterion("debugging", "Debugging", ("Guesses.", "Finds.", "Proves.")),
        Criterion("design", "Design", ("None.", "Some.")),
    )
    questions: tuple[Question, ...] = field(
        default=(
            Question("What broke last?", ("debugging",)),
            Question("What did you build?", ("design",)),
        )
    )

    def question_asked_in(self, words: str) -> Question | None:
        asked = (each for each in self.questions if each.text and each.text in words)
        return next(asked, None)


KIT = Kit()
