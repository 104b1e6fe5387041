"""An interview as its events add up, kept small: what `statemachine.interview.evolve` and
`eventlog.readmodels.project` make of them, in the time that a million events leave for each.

A property test holds the two to each other.
"""

from typing import assert_never

from pydantic import TypeAdapter

from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Ending,
    Event,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    Origin,
    Purpose,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.interview import evolve
from statemachine.session import (
    Config,
    Message,
    Speaker,
    config_text,
    fingerprint_of,
    message_json,
    move_fingerprint,
)
from statemachine.states import State

_MESSAGES = TypeAdapter(tuple[Message, ...])

Fingerprint = tuple[bytes, int]
"""The fingerprint of a session or a move, and the version it was reached with."""


class CompactFold:
    """How an interview stands; `fingerprints` are all that it has left in the read model."""

    __slots__ = (
        "_config",
        "_said",
        "_session",
        "adopted",
        "answers_given",
        "candidate_name",
        "config",
        "fingerprints",
        "kit",
        "on_hold",
        "practice",
        "questions_asked",
        "sources",
        "started_by",
        "state",
        "stop_was_asked",
        "times_kept",
        "version",
    )

    def __init__(self, config: Config) -> None:
        self.config = config
        self.state = State.NEW
        self.version = 0
        self.questions_asked = 0
        self.answers_given = 0
        self.times_kept = 0
        self.stop_was_asked = False
        self.adopted = False
        self.on_hold = False
        self.sources: tuple[str, ...] = ()
        self.started_by: str | None = None
        self.candidate_name: str | None = None
        self.kit: str | None = None
        self.practice = False
        self.fingerprints: list[Fingerprint] = []
        self._config = config_text(config)
        self._said = bytearray()
        self._session: bytes | None = None

    @property
    def current_fingerprint(self) -> bytes | None:
        """The fingerprint of the session it stands at; None while it is the interviewer's turn."""
        return self._session

    @property
    def messages(self) -> tuple[Message, ...]:
        """What was said. It is taken apart for those who ask, and few events do."""
        return _MESSAGES.validate_json(b"[%b]" % bytes(self._said))

    def take(self, event: Event, state: State) -> None:
        """Count `event`, which the rules let lead to `state`."""
        self.state = state
        self.version += 1
        match event:
            case QuestionAsked():
                self.questions_asked += 1
                self.times_kept, self.stop_was_asked = 0, False
                self._interviewer_says(event.content, event.origin)
            case AnswerGiven():
                self.answers_given += 1
                assert self._session is not None, "a question waits for this answer"
                move = move_fingerprint(self._session, event.content)
                self.fingerprints.append((move, self.version))
                self._say(Speaker.USER, event.content)
                self._session = None
            case QuestionKept():
                self.answers_given -= 1
                self.times_kept += 1
                self.stop_was_asked = event.purpose is Purpose.ASK_STOP
                self._interviewer_says(event.content, event.origin)
            case InterviewCompleted():
                self.answers_given -= event.ending is Ending.STOPPED_BY_CANDIDATE
                self._interviewer_says(event.content, event.origin)
            case SummaryGiven():
                self._add_source(event.origin)
            case InterviewHeld() | InterviewReleased():
                self.on_hold = isinstance(event, InterviewHeld)
            case InterviewStarted():
                self._start(event)
            case SessionAdopted():
                self._adopt(event)
            case ReplyInterrupted() | SessionRefused() | InterviewExported() | ContentForgotten():
                pass
            case AssessmentGiven():
                pass  # they change nothing but the state and the version
            case _:
                assert_never(event)

    def _start(self, event: InterviewStarted) -> None:
        self.started_by = event.started_by
        if event.brief is not None:
            self.candidate_name = event.brief.candidate_name
            self.kit, self.practice = event.brief.kit, event.brief.practice
        for message in event.messages:
            self._say(message.role, message.content)

    def _adopt(self, event: SessionAdopted) -> None:
        adopted = evolve(None, event)
        self.adopted = True
        self.started_by = event.started_by
        self.questions_asked = adopted.questions_asked
        self.answers_given = adopted.answers_given
        self.times_kept = adopted.times_kept
        self.stop_was_asked = adopted.stop_was_asked
        for message in event.session.messages:
            self._say(message.role, message.content)
        self._hand_out_session()

    def _interviewer_says(self, words: str, origin: Origin | None) -> None:
        self._say(Speaker.ASSISTANT, words)
        self._add_source(origin)
        self._hand_out_session()

    def _say(self, speaker: Speaker, words: str) -> None:
        self._said += b"," * bool(self._said) + message_json(speaker, words)

    def _add_source(self, origin: Origin | None) -> None:
        for name in origin.speakers if origin is not None else ():
            if name not in self.sources:
                self.sources = (*self.sources, name)

    def _hand_out_session(self) -> None:
        """The client holds a session now."""
        question, is_complete = max(1, self.questions_asked), self.state is State.COMPLETE
        self._session = fingerprint_of(self._config, question, is_complete, self._said)
        self.fingerprints.append((self._session, self.version))
