"""conversation-service: a conversation of its own by session id, begun anew when forgotten."""

from collections.abc import Sequence
from typing import Any

import pytest

from backends.errors import BackendError
from backends.services import CONVERSATION
from backends.turn import BackendReply, Turn
from tests.backends.interviews import INTERVIEW_ID, PROMPT, turn
from tests.backends.stage import Stage, staged
from tests.backends.typed import TypedServer
from tests.fakes import CLOSING, ConversationServer, FakeServer, HealthOnlyServer

START = {
    "session_id": INTERVIEW_ID,
    "job_description": f"Data Analyst\n\n{PROMPT}",
    "interview_type": "technical",
    "tone": "professional",
}


def spoken(server: FakeServer, *due: Turn) -> list[BackendReply]:
    async def speak(stage: Stage) -> list[BackendReply]:
        return [await stage.backends[CONVERSATION].speak(each) for each in due]

    return staged([server], speak)


def posts(server: FakeServer) -> Sequence[tuple[str, Any]]:
    return [(asked.path, asked.body) for asked in server.requests if asked.method == "POST"]


def message(answer: str) -> dict[str, str]:
    return {"session_id": INTERVIEW_ID, "message": answer, "message_type": "transcript"}


def test_a_conversation_is_started_once_and_each_answer_said_in_it(
    conversation: ConversationServer,
) -> None:
    words = spoken(conversation, turn(1), turn(2), turn(3))
    assert words == [BackendReply(f"Conversation question {n}?") for n in (1, 2, 3)]
    assert posts(conversation) == [
        ("/conversation/start", START),
        ("/conversation/message", message("Answer 1.")),
        ("/conversation/message", message("Answer 2.")),
    ]


def test_a_forgotten_conversation_is_begun_anew_and_the_answer_said_again(
    conversation: ConversationServer,
) -> None:
    assert spoken(conversation, turn(3)) == [BackendReply("Conversation question 2?")]
    assert posts(conversation) == [
        ("/conversation/message", message("Answer 2.")),
        ("/conversation/start", START),
        ("/conversation/message", message("Answer 2.")),
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_a_service_without_conversations_is_not_asked_for_ever(number: int) -> None:
    with (
        HealthOnlyServer(CONVERSATION) as server,
        pytest.raises(BackendError, match="HTTP 404"),
    ):
        spoken(server, turn(number))
    assert len(posts(server)) == number


def test_a_conclusion_concludes(conversation: ConversationServer) -> None:
    conversation.conclude_after = 1
    assert spoken(conversation, turn(2)) == [BackendReply(CLOSING, concludes=True)]


@pytest.mark.parametrize(
    ("response_type", "words"),
    [
        ("question", BackendReply("Well put.")),
        (None, BackendReply("Well put.")),
        ("feedback", BackendReply("Well put.", is_remark=True)),
        ("instruction", BackendReply("Well put.", is_remark=True)),
        ("conclusion", BackendReply("Well put.", concludes=True)),
    ],
)
def test_the_type_of_a_reply_says_what_the_words_are(
    response_type: str | None, words: BackendReply
) -> None:
    with TypedServer(response_type, "Well put.") as server:
        assert spoken(server, turn(2)) == [words]


def test_a_reply_of_an_unknown_type_is_refused() -> None:
    with (
        TypedServer("small talk", "Well put.") as server,
        pytest.raises(BackendError, match="another shape"),
    ):
        spoken(server, turn(2))


def test_it_gives_no_summaries(conversation: ConversationServer) -> None:
    with pytest.raises(BackendError, match="Gives no summaries"):
        staged([conversation], lambda stage: stage.backends[CONVERSATION].sum_up(turn(2).session))
    assert posts(conversation) == []
