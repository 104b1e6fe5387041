"""The session: the whole interview as the client holds it and posts it, every time.

The four fields and their names on the wire are fixed by the desktop app in the field.
"""

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    StrictBool,
    StringConstraints,
)
from pydantic.alias_generators import to_camel
from pydantic_core import to_json

from statemachine.canonical import canonical_json
from statemachine.roles import Role as Role  # noqa: PLC0414 - sessions name it
from statemachine.storable import has_words, is_storable

MAX_QUESTIONS = 15
DEFAULT_QUESTIONS = 5
MAX_MESSAGE_CHARS = 10_000
MAX_MESSAGES = 160
MAX_REASON_CHARS = 500

_HASHED_WITH_LOCK = 2047  # bytes: HASHLIB_GIL_MINSIZE less one


class Value(BaseModel):
    """A frozen value with camelCase names on the wire; unknown fields are ignored."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _is_canonical_uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("must be an id that this gateway gave, a lower-case UUID")
    return text


Answer = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARS),
    AfterValidator(has_words),
]
"""A candidate's answer: 1 to 10,000 characters, not blank, kept word for word."""

Words = Annotated[str, StringConstraints(min_length=1), AfterValidator(has_words)]
"""An interviewer's words: any length, not blank."""

Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_REASON_CHARS),
    AfterValidator(has_words),
]
"""Why something was done to an interview, in the words of who did it: 1 to 500 characters."""

MAX_SUBJECT_CHARS = 255

Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_SUBJECT_CHARS),
    AfterValidator(has_words),
]
"""Who did something, as their token calls them (`sub`): 1 to 255 characters, as OpenID Connect has
it."""

Text = Annotated[str, AfterValidator(is_storable)]
InterviewId = Annotated[
    str, AfterValidator(_is_canonical_uuid), Field(json_schema_extra={"format": "uuid"})
]
ModelId = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(has_words)]
QuestionCount = Annotated[int, Field(strict=True, ge=1, le=MAX_QUESTIONS)]


class Config(Value):
    """The set-up of an interview."""

    role: Role
    model: ModelId | None = None
    total_questions: QuestionCount = DEFAULT_QUESTIONS


class Speaker(StrEnum):
    """A message's `role` on the wire."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Message(Value):
    """One thing said: by the prompt, the candidate or the interviewer."""

    role: Speaker
    content: Text


class Session(Value):
    """An interview as its client holds it.

    `current_question` is the number of the question that waits for an answer; it stays
    at the last one asked when the interview is complete.
    """

    config: Config
    # It fails at the first wrong message: to tell of all that a megabyte can hold took 11 s, in
    # which nobody else was answered.
    messages: Annotated[
        tuple[Message, ...], Field(min_length=1, max_length=MAX_MESSAGES), FailFast()
    ]
    current_question: QuestionCount = 1
    is_complete: StrictBool = False
    interview_id: InterviewId | None = None

    def to_json(self) -> str:
        """The session as JSON text, to the byte as the gateway gives it to its client."""
        return self.model_dump_json(by_alias=True, exclude_none=True)

    def fingerprint(self) -> bytes:
        """SHA-256 of the four fields in canonical form: what a session is known by when
        its client dropped `interviewId`."""
        return session_fingerprint(
            self.config, self.current_question, self.is_complete, self.messages
        )

    def move_fingerprint(self, answer: str) -> bytes:
        """SHA-256 of this session's fingerprint and `answer`: what a move is known by when
        it is posted again."""
        return move_fingerprint(self.fingerprint(), answer)


def session_fingerprint(
    config: Config, current_question: int, is_complete: bool, messages: Iterable[Message]
) -> bytes:
    """`Session.fingerprint` of the session that has these fields."""
    said = b",".join([message_json(m.role, m.content) for m in messages])
    hash = hashlib.sha256(_opening(config_text(config), current_question, is_complete))
    # For a longer piece, hashlib gives the interpreter's lock away, and has to get it back from the
    # log's writer: 4 % of the event loop's time in a move.
    for at in range(0, len(said), _HASHED_WITH_LOCK):
        hash.update(said[at : at + _HASHED_WITH_LOCK])
    hash.update(b"]}")
    return hash.digest()


def move_fingerprint(session: bytes, answer: str) -> bytes:
    """As `Session.move_fingerprint`, from the session's fingerprint."""
    return hashlib.sha256(session + answer.encode()).digest()


def message_json(role: Speaker, content: str) -> bytes:
    """A message's canonical JSON."""
    # pydantic writes a text as `json` does, in a fifth of the time.
    return b'{"content":%b,"role":"%b"}' % (to_json(content), role.encode())


@lru_cache
def config_text(config: Config) -> bytes:
    """A config's canonical JSON."""
    return canonical_json(config.model_dump(mode="json", by_alias=True))


def fingerprint_of(
    config: bytes, current_question: int, is_complete: bool, messages: bytes | bytearray
) -> bytes:
    """`Session.fingerprint` put together of its parts: the config's text, and those of the messages
    with commas between."""
    hash = hashlib.sha256(_opening(config, current_question, is_complete))
    hash.update(messages)
    hash.update(b"]}")
    return hash.digest()


def _opening(config: bytes, current_question: int, is_complete: bool) -> bytes:
    """What is hashed before the messages."""
    return b'{"config":%b,"currentQuestion":%d,"isComplete":%b,"messages":[' % (
        config,
        current_question,
        b"true" if is_complete else b"false",
    )
