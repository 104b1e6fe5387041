"""What desktops ask of other services. The bodies are passed on as they came, with all fields that
the gateway does not know."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.usecases.forwarding import AGENT_INTERVIEW_ID
from statemachine.session import MAX_MESSAGE_CHARS

TAG = "other services"

_AUDIO = re.compile(rb'"audio_base64"[ \t\r\n]{0,100}:[ \t\r\n]{0,100}"')


def _has_words(text: str) -> str:
    if not text or text.isspace():
        raise ValueError("must not be blank")
    return text


Words = Annotated[str, AfterValidator(_has_words)]


class Forwarded(BaseModel):
    # Built when they are first needed, which in most gateways is never.
    model_config = ConfigDict(extra="allow", defer_build=True)


class SynthesizeRequest(Forwarded):
    text: Words
    voice: str | None = None


class TranscribeRequest(Forwarded):
    """One of the two. The gateway itself never fetches the URL."""

    audio_base64: str | None = None
    audio_url: str | None = None

    @model_validator(mode="after")
    def _has_audio(self) -> Self:
        if not (self.audio_base64 or self.audio_url):
            raise ValueError("must have audio_base64 or audio_url")
        return self


class SentimentRequest(Forwarded):
    text: Words
    context: Any = None


class TrustReportRequest(Forwarded):
    """Any object."""


class SearchRequest(Forwarded):
    query: Words


def _is_id(text: str) -> str:
    if not AGENT_INTERVIEW_ID.fullmatch(text):
        raise ValueError("must be an id of letters, digits and . _ ~ : - (at most 128)")
    return text


AgentInterviewId = Annotated[str, AfterValidator(_is_id)]


class ExecuteRequest(Forwarded):
    """`candidate_id` starts an interview. All other actions need its `interview_id`, and an answer
    its words."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    action: Literal["start", "answer", "status", "next_question"] = "start"
    candidate_id: Annotated[Words, Field(max_length=200)] | None = None
    interview_id: AgentInterviewId | None = None
    answer: Annotated[str, Field(max_length=MAX_MESSAGE_CHARS)] | None = Field(
        None, description="It goes into the URL: that is how agents take it."
    )


def without_audio(body: bytes) -> bytes:
    """The JSON with a long `audio_base64` cut to one letter: the rest is small and quick to read.

    A quotation mark ahead of the name can only begin a string, and a colon behind it makes the
    string a name. So what is cut is the whole value, if no backslash is in it; and the rest is JSON
    if the body is.
    """
    found = _AUDIO.search(body)
    if found is None:
        return body
    begin, end = found.end(), body.find(b'"', found.end())
    audio = body[begin:end]
    if end <= begin or b"\\" in audio or not audio.isascii():
        return body
    return body[:begin] + b"-" + body[end:]
