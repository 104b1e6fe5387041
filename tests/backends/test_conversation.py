"""conversation-service: a conversation of its own by session id, begun anew when forgotten."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from backends.address import Address
from backends.conversation import ConversationBackend
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.services import CONVERSATION
from backends.turn import End, Phase, Status, Turn, Words
from statemachine.brief import Brief
from tests.backends.interviews import INTERVIEW_ID, PROMPT, turn
from tests.backends.pieces import Said, all_of, said_through
from tests.backends.typed import TypedServer
from tests.fakes import CLOSING, ConversationServer, FakeServer, HealthOnlyServer

START = {
    "session_id": INTERVIEW_ID,
    "job_description": f"Data Analyst\n\n{PROMPT}",
    "interview_type": "technical",
    "tone": "professional",
}


def spoken(server: FakeServer, *due: Turn) -> list[Said]:
    async def play() -> list[Said]:
        async with aclosing(Connections()) as connections:
            backend = ConversationBackend(Service(connections, Address(server.url)))
            return [await all_of(backend.speak(each)) for each in due]

    return asyncio.run(play())


def said(server: FakeServer, due: Turn) -> tuple[str, End]:
    (said,) = spoken(server, due)
    return said.text, said.end


def posts(server: FakeServer) -> Sequence[tuple[str, Any]]:
    return [(asked.path, asked.body) for asked in server.requests if asked.method == "POST"]


def message(answer: str) -> dict[str, str]:
    return {"session_id": INTERVIEW_ID, "message": answer, "message_type": "transcript"}


def test_it_is_told_of_the_job_and_the_candidate(conversation: ConversationServer) -> None:
    brief = Brief(job_description="Night shifts.", cv="Nurse since 2019.")
    spoken(conversation, replace(turn(1), brief=brief))
    ((_, body),) = posts(conversation)
    assert body["job_description"].startswith(f"Data Analyst\n\n{PROMPT}")
    assert "«Night shifts.»" in body["job_description"]
    assert "«Nurse since 2019.»" in body["job_description"]


def test_a_conversation_is_started_once_and_each_answer_said_in_it(
    conversation: ConversationServer,
) -> None:
    words = spoken(conversation, turn(1), turn(2), turn(3))
    assert [each.pieces for each in words] == [
        (Status(Phase.READING), Words(f"Conversation question {n}?"), End()) for n in (1, 2, 3)
    ]
    assert posts(conversation) == [
        ("/conversation/start", START),
        ("/conversation/message", message("Answer 1.")),
        ("/conversation/message", message("Answer 2.")),
    ]


def test_a_forgotten_conversation_is_begun_anew_and_the_answer_said_again(
    conversation: ConversationServer,
) -> None:
    assert said(conversation, turn(3)) == ("Conversation question 2?", End())
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
    assert said(conversation, turn(2)) == (CLOSING, End(concludes=True))


@pytest.mark.parametrize(
    ("response_type", "end"),
    [
        ("question", End()),
        (None, End()),
        ("feedback", End(is_remark=True)),
        ("instruction", End(is_remark=True)),
        ("conclusion", End(concludes=True)),
    ],
)
def test_the_type_of_a_reply_says_what_the_words_are(response_type: str | None, end: End) -> None:
    with TypedServer(response_type, "Well put.") as server:
        assert said(server, turn(2)) == ("Well put.", end)


def test_a_reply_of_an_unknown_type_is_refused() -> None:
    with (
        TypedServer("small talk", "Well put.") as server,
        pytest.raises(BackendError, match="another shape"),
    ):
        spoken(server, turn(2))


def test_it_gives_no_summaries(conversation: ConversationServer) -> None:
    with pytest.raises(BackendError, match="Gives no summaries"):
        said_through(conversation, lambda service: ConversationBackend(service).sum_up(turn(2)))
    assert posts(conversation) == []
