"""Ollama: the full history, the answer last, and what is due at the end of the prompt."""

from typing import Any

import pytest

from backends.errors import BackendError
from backends.services import OLLAMA
from backends.turn import BackendReply, Turn
from statemachine.session import Session
from tests.backends.interviews import PROMPT, turn
from tests.backends.stage import staged
from tests.fakes import OllamaServer, ollama_model


def spoken(ollama: OllamaServer, due: Turn) -> BackendReply:
    return staged([ollama], lambda stage: stage.backends[OLLAMA].speak(due))


def summed_up(ollama: OllamaServer, session: Session) -> BackendReply:
    return staged([ollama], lambda stage: stage.backends[OLLAMA].sum_up(session))


def chat_of(ollama: OllamaServer) -> Any:
    """The body of the last request, which was a chat."""
    chat = ollama.requests[-1]
    assert (chat.method, chat.path) == ("POST", "/api/chat")
    return chat.body


def test_a_question_is_asked_for_with_the_full_history(ollama: OllamaServer) -> None:
    words = spoken(ollama, turn(3, model="granite3.3:2b"))
    assert words == BackendReply("Ollama question 3?", model="granite3.3:2b")
    chat = chat_of(ollama)
    system, *said = chat.pop("messages")
    assert chat == {"model": "granite3.3:2b", "stream": False}
    assert system["role"] == "system"
    assert said == [
        {"role": "user", "content": "Please start the interview."},
        {"role": "assistant", "content": "Topic 1?"},
        {"role": "user", "content": "Answer 1."},
        {"role": "assistant", "content": "Topic 2?"},
        {"role": "user", "content": "Answer 2."},
    ]


@pytest.mark.parametrize(
    ("number", "direction"),
    [
        (1, "ask question 1 of 5"),
        (2, "ask question 2 of 5"),
        (5, "ask question 5 of 5"),
        (6, "Ask nothing more: thank the candidate"),
    ],
)
def test_what_is_due_stands_at_the_end_of_the_prompt(
    ollama: OllamaServer, number: int, direction: str
) -> None:
    spoken(ollama, turn(number))
    prompt, _, due = chat_of(ollama)["messages"][0]["content"].partition("\n\n")
    assert prompt == PROMPT
    assert direction in due


def test_a_history_without_a_prompt_gets_one(ollama: OllamaServer) -> None:
    due = turn(2)
    promptless = due.session.model_copy(update={"messages": due.session.messages[1:]})
    spoken(ollama, Turn(promptless, due.answer))
    system, *said = chat_of(ollama)["messages"]
    assert system["role"] == "system"
    assert "question 2 of 5" in system["content"]
    assert [message["role"] for message in said] == ["user", "assistant", "user"]


def test_a_summary_is_wished_for_after_the_history(ollama: OllamaServer) -> None:
    session = turn(3).session
    ollama.script = ["They know their data."]
    assert summed_up(ollama, session) == BackendReply("They know their data.", model="llama3.2:1b")
    *history, wish = chat_of(ollama)["messages"]
    assert history == [message.model_dump(mode="json") for message in session.messages]
    assert wish["role"] == "user"
    assert "Sum up this interview" in wish["content"]


@pytest.mark.parametrize(
    ("wanted", "used"),
    [
        ("granite3.3:2b", "granite3.3:2b"),
        ("mistral", "mistral:latest"),
        ("a-model-it-has-not", "llama3.2:1b"),
        (None, "llama3.2:1b"),
    ],
)
def test_the_sessions_model_is_used_if_it_is_there_else_the_first(
    ollama: OllamaServer, wanted: str | None, used: str
) -> None:
    ollama.models.append(ollama_model("mistral:latest", "llama", "7.2B", 4_113_301_824))
    assert spoken(ollama, turn(1, model=wanted)).model == used
    assert chat_of(ollama)["model"] == used


def test_it_says_so_when_it_has_no_model(ollama: OllamaServer) -> None:
    ollama.models = []
    with pytest.raises(BackendError, match="Has no model installed"):
        spoken(ollama, turn(1))
    assert ollama.count("/api/chat") == 0


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<think>Easy first.</think>Why?", "Why?"),
        ("<THINK>\nEasy\nfirst.\n</THINK>\nWhy?", "\nWhy?"),
        ("<think>One.</think>Why<think>Two.</think>?", "Why?"),
        ("<think>I never come to the point", ""),
        ("I think <b>why</b>?", "I think <b>why</b>?"),
    ],
)
def test_thoughts_are_not_words(ollama: OllamaServer, content: str, text: str) -> None:
    ollama.script = [content]
    assert spoken(ollama, turn(1)).text == text
