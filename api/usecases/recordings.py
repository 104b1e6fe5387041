"""Recordings: exported interviews, read from a file so that their interviewer can speak again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from pydantic import ValidationError

from api.environment import InvalidSettings
from api.transcript.escaping import escape_line
from backends.recording import Line, Recording
from backends.turn import answers_in
from eventlog.bundle import records_of
from eventlog.errors import EventLogError
from eventlog.records import Record, interview_of
from eventlog.story import story_of
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Ending,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.listening.deciding import Due, Move
from statemachine.session import Session, Speaker
from statemachine.states import State


class BadRecording(Exception):
    """A file that is not an exported interview, or whose words were erased."""


def read_records(file: Path) -> tuple[Record, ...]:
    """The records of the exported interview in `file`. They are not checked against their
    hashes, but do make an interview. Raises BadRecording."""
    try:
        records = records_of(file.read_text(encoding="utf-8"))
        interview = story_of(records).interview
        if interview.state is not State.FORGOTTEN:
            _ = interview.session
    except OSError as error:
        raise BadRecording(f"{file} cannot be read: {error.strerror}") from error
    except EventLogError as error:
        raise BadRecording(f"{file} is no exported interview: {escape_line(str(error))}") from error
    except ValueError as error:  # no UTF-8, no session
        raise BadRecording(f"{file} is no exported interview: {_reason(error)}") from error
    return records


def recording_of(records: Sequence[Record]) -> Recording:
    """The recorded interviewer of these records: each line, and the answers before it. An adopted
    interview's lines include those before its adoption. Raises BadRecording if the words were
    erased."""
    interview = interview_of(records)
    if interview.is_forgotten:
        raise BadRecording(f"the words of interview {interview.id} were erased")
    lines: list[Line] = []
    summaries: dict[int, Line] = {}
    for record in records:
        match record.event:
            case SessionAdopted(session=session):
                lines += _lines_of(session)
            case QuestionAsked() | QuestionKept() | InterviewCompleted() as said:
                lines.append(_line(said))
            case SummaryGiven() as summary:
                summaries[len(lines) - 1] = _line(summary)
            case InterviewStarted() | AnswerGiven() | SessionRefused() | ContentForgotten():
                pass  # not the interviewer's words
            case InterviewHeld() | InterviewReleased() | InterviewExported() | ReplyInterrupted():
                pass
            case AssessmentGiven():
                pass
            case _:
                assert_never(record.event)
    return Recording(
        role=interview.config.role,
        total_questions=interview.config.total_questions,
        answers=tuple(answers_in(interview.session_at(len(interview.messages)))),
        lines=tuple(lines),
        summaries=summaries,
    )


def recording_at(file: Path) -> Recording:
    """The recording in the file that RECORDING names. Raises InvalidSettings."""
    try:
        recording = recording_of(read_records(file.expanduser()))
        if not recording.lines:
            raise BadRecording(f"{file} holds no words of an interviewer")
        return recording
    except (BadRecording, RuntimeError) as error:  # RuntimeError: there is no such user
        raise InvalidSettings(f"RECORDING: {error}") from error


def _lines_of(session: Session) -> list[Line]:
    """The interviewer's lines in an adopted session."""
    lines = [Line(m.content) for m in session.messages if m.role is Speaker.ASSISTANT]
    if session.is_complete:
        lines[-1] = replace(lines[-1], closes=True)
    return lines


def _line(said: QuestionAsked | QuestionKept | InterviewCompleted | SummaryGiven) -> Line:
    return Line(
        said.content,
        closes=isinstance(said, InterviewCompleted),
        due=_due(said),
        model=said.origin.model if said.origin else None,
        elapsed_ms=said.origin.elapsed_ms if said.origin else 0,
    )


def _due(said: QuestionAsked | QuestionKept | InterviewCompleted | SummaryGiven) -> Due:
    """The move that was made with these words."""
    match said:
        case QuestionKept():
            return Due(Move.KEEP, purpose=said.purpose)
        case InterviewCompleted(ending=Ending.STOPPED_BY_CANDIDATE):
            return Due(Move.STOP)
        case InterviewCompleted(ending=Ending.ALL_ANSWERED):
            return Due(Move.CLOSE)
        case QuestionAsked() | InterviewCompleted() | SummaryGiven():
            return Due(Move.ASK)
        case _:
            assert_never(said)


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg'].removeprefix('Value error, ')}"
    return str(error)
