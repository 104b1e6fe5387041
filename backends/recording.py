"""A recorded interviewer: says again what was said in a recorded interview, for as long as the
candidate says again what the recorded one said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backends.errors import BackendError
from backends.pace import Pace
from backends.reading.characters import CONTROL
from backends.services import RECORDING
from backends.turn import Turn, TurnText, answers_in
from statemachine.listening.deciding import Due
from statemachine.session import MAX_MESSAGE_CHARS, Role, Session
from statemachine.wording import asks, closes, renumber, says_goodbye


@dataclass(frozen=True)
class Line:
    """One line of the recorded interviewer, and how long it took to get.

    `closes`: it ended the interview. `due` is the move that was made with it; None where that is
    not known, as of an adopted session.
    """

    text: str
    closes: bool = False
    due: Due | None = None
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


@dataclass(frozen=True)
class Recorded:
    """What today's rules make of a recorded line, and the seconds that are to pass before it is
    said."""

    text: TurnText
    model: str | None
    pause: float


class RecordedInterviewer:
    """Speaks from a recording, and raises BackendError at once where it cannot."""

    name = RECORDING

    def __init__(self, recording: Recording, pace: Pace) -> None:
        self._recording = recording
        self._pace = pace

    def reply(self, turn: Turn) -> Recorded:
        """What the recorded interviewer said at this turn. A candidate has heard these very words
        before, so no more is taken from them than what no text of an interview may hold."""
        answers = answers_in(turn.session)
        if turn.answer is not None:
            answers.append(turn.answer)
        self._check_path(turn.session, answers)
        lines = self._recording.lines
        if len(answers) >= len(lines):
            raise BackendError(f"The recording ends after question {len(lines)}")
        line = lines[len(answers)]
        return self._recorded(line, _judged(turn, line))

    def summary(self, session: Session) -> Recorded:
        """How the recorded interview was summed up here."""
        answers = answers_in(session)
        self._check_path(session, answers)
        line = self._recording.summaries.get(len(answers))
        if line is None:
            raise BackendError("The recording holds no summary of this")
        text = TurnText(_clean(line.text), closes=False, lacks_question=False)
        return self._recorded(line, text)

    def _recorded(self, line: Line, text: TurnText) -> Recorded:
        pause = line.elapsed_ms / 1000 if self._pace is Pace.RECORDED else 0
        return Recorded(text, line.model, pause)

    def _check_path(self, session: Session, answers: Sequence[str]) -> None:
        """Raises BackendError where the interview is another one than the recorded."""
        asked = session.config
        recorded = self._recording
        if (asked.role, asked.total_questions) != (recorded.role, recorded.total_questions):
            raise BackendError(f"The recording is of another interview ({recorded})")
        for number, (said, once) in enumerate(zip(answers, recorded.answers, strict=False), 1):
            if _heard(said) != _heard(once):
                raise BackendError(f"The candidate has left the recording at answer {number}")


def _judged(turn: Turn, line: Line) -> TurnText:
    """The line as the turn that is due, or that was when it was recorded: an earlier release may
    have heard the candidate otherwise. Raises BackendError where it cannot be said there."""
    if line.due is not None:
        turn = replace(turn, due=line.due)
    text = _clean(renumber(line.text, turn.number, turn.total))
    is_closing = line.closes or closes(text)
    if turn.is_last:
        if not (is_closing or says_goodbye(text)) or asks(text):
            raise BackendError("Went on asking after the last answer")
        is_closing = True
    elif turn.is_opening and is_closing:
        raise BackendError("Closed the interview before its first question")
    return TurnText(text, is_closing, lacks_question=False, due=line.due)


def _clean(words: str) -> str:
    text = CONTROL.sub("", words).strip()
    if not text:
        raise BackendError("Said nothing")
    if len(text) > MAX_MESSAGE_CHARS:
        raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
    return text


def _heard(answer: str) -> str:
    """An answer without what nobody hears: white space and capital letters."""
    return " ".join(answer.split()).casefold()
