"""A recorded interviewer: says again what was said in a recorded interview, for as long as the
candidate says again what the recorded one said."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from backends.errors import BackendError
from backends.services import RECORDING
from backends.turn import End, Phase, Piece, Status, Turn, Words, answers_in
from statemachine.session import Role, Session


class Pace(StrEnum):
    """When the recorded words are said: after the time they once took, or at once."""

    RECORDED = "recorded"
    INSTANT = "instant"


@dataclass(frozen=True)
class Line:
    """One line of the recorded interviewer, and how long it took to get.

    `closes`: it ended the interview.
    """

    text: str
    closes: bool = False
    model: str | None = None
    elapsed_ms: int = 0


@dataclass(frozen=True)
class Recording:
    """A recorded interview as its interviewer needs it.

    `lines[n]` was said after the first n of `answers`, `summaries[n]` when the interview was
    summed up there.
    """

    role: Role
    total_questions: int
    answers: tuple[str, ...]
    lines: tuple[Line, ...]
    summaries: Mapping[int, Line]

    def __str__(self) -> str:
        plural = "" if self.total_questions == 1 else "s"
        return f"{self.total_questions} question{plural}, {self.role}"


class RecordingBackend:
    """Speaks from a recording, and raises BackendError at once where it cannot."""

    name = RECORDING

    def __init__(self, recording: Recording, pace: Pace) -> None:
        self._recording = recording
        self._pace = pace

    def speak(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        return self._say(partial(self._line_of, turn))

    def sum_up(self, session: Session) -> AsyncGenerator[Piece, None]:
        return self._say(partial(self._summary_of, session))

    def _line_of(self, turn: Turn) -> Line:
        answers = answers_in(turn.session)
        if turn.answer is not None:
            answers.append(turn.answer)
        self._check_path(turn.session, answers)
        lines = self._recording.lines
        if len(answers) >= len(lines):
            raise BackendError(f"The recording ends after question {len(lines)}")
        return lines[len(answers)]

    def _summary_of(self, session: Session) -> Line:
        answers = answers_in(session)
        self._check_path(session, answers)
        line = self._recording.summaries.get(len(answers))
        if line is None:
            raise BackendError("The recording holds no summary of this")
        return line

    def _check_path(self, session: Session, answers: Sequence[str]) -> None:
        """Raises BackendError where the interview is another one than the recorded."""
        asked = session.config
        recorded = self._recording
        if (asked.role, asked.total_questions) != (recorded.role, recorded.total_questions):
            raise BackendError(f"The recording is of another interview ({recorded})")
        for number, (said, once) in enumerate(zip(answers, recorded.answers, strict=False), 1):
            if _heard(said) != _heard(once):
                raise BackendError(f"The candidate has left the recording at answer {number}")

    async def _say(self, find_line: Callable[[], Line]) -> AsyncGenerator[Piece, None]:
        line = find_line()
        yield Status(Phase.READING, line.model)
        if self._pace is Pace.RECORDED:
            await asyncio.sleep(line.elapsed_ms / 1000)
        yield Words(line.text)
        yield End(concludes=line.closes, was_said=True)


def _heard(answer: str) -> str:
    """An answer without what nobody hears: white space and capital letters."""
    return " ".join(answer.split()).casefold()
