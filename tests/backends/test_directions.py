"""Stage directions are left out, and words in brackets stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import BackendError
from backends.turn import End, Turn
from tests.backends.interviews import turn
from tests.backends.reading import (
    CUTS,
    ENDS,
    assert_any_split_is_read_alike,
    summary_of,
    texts_of,
    turn_of,
)
from tests.depth import examples

DUE = turn(2)
LAST = turn(6)

DIRECTIONS = [
    "[Waits for answer]", "(waiting for your response)", "*pauses*", "[End of turn]", "[Pause]",
    "(Waits for the candidate to respond)", "*waits for the candidate's answer*", "_smiles_",
    "**[Waiting for response]**", "*[pauses briefly]*", "[Interviewer nods]", "[end of interview].",
    "[Your answer here]",
    "(The interviewer pauses and waits for an answer.)", "[Candidate responds]",
    "[Awaiting your reply...]", "(pause)", "(smiles warmly)", "[wait for response]", "[Stop]",
    "（等待回答）", "【等待候选人回答】", "[等待您的回答]", "（回答を待つ）",
    "（候補者の回答を待っています）",
    "[답변을 기다립니다]", "(espera respuesta)", "[Esperando tu respuesta]",
    "[Aguardando a sua resposta]", "(attend la réponse)", "[En attente de votre réponse]",
    "[In attesa della risposta]", "(wartet auf Ihre Antwort)", "*lächelt*",
    "(wacht op het antwoord)",
    "[czeka na odpowiedź]", "(cevabınız bekleniyor)", "[Ожидает ответа]", "(пауза)",
    "[في انتظار ردك]",
]  # fmt: skip

STAYS = [
    "(a short answer is fine)", "*please*", "(unit or integration)", "[optional]", "*pauses* in GC",
    "(wait for the lock first)", "(it listens on port 80)", "(listens on port 80)", "(pauses)",
    "[end of file]", "(end of the list)", "(the user waits for a response from the server)",
    "(no pause)", "[0]", "[Pause] button", "*take notes if you like*", "(的回答)", "(pauses).",
]  # fmt: skip


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Thanks. Tell me more. {}", "Thanks. Tell me more."),
        ("Thanks. Tell me more\n\n{}\n", "Thanks. Tell me more"),
        ("{}\n\nThanks. How do you test?", "Thanks. How do you test?"),
        ("Thanks.\n{}\nHow do you test?", "Thanks.\n\nHow do you test?"),
        ("Thanks. How do you test? {}", "Thanks. How do you test?"),
        ("Which of these fits?\n- a\n- b\n{}\nI choose", "Which of these fits?\n- a\n- b"),
        ("Thanks. Tell me more. {}\n\nCandidate: I", "Thanks. Tell me more."),
    ],
)
def test_a_direction_is_left_out(direction: str, size: int, words: str, text: str) -> None:
    asked = turn_of(words.format(direction), DUE, size=size)
    assert (asked.text, asked.lacks_question) == (text, False)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_direction_is_left_out_of_closings_and_summaries(direction: str) -> None:
    words = f"Thank you for taking part. Goodbye!\n{direction}"
    assert turn_of(words, LAST).text == "Thank you for taking part. Goodbye!"
    assert summary_of(f"She knows SQL. {direction}", DUE.session) == "She knows SQL."


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_direction_alone_says_nothing(direction: str) -> None:
    with pytest.raises(BackendError, match=r"^Said nothing$"):
        turn_of(direction, DUE)


@pytest.mark.parametrize("stays", STAYS)
@pytest.mark.parametrize("size", [1, 10_000])
def test_other_words_in_brackets_stay(stays: str, size: int) -> None:
    for words in (f"Thanks. Tell me about it {stays}", f"Why do you like {stays} so much?"):
        assert turn_of(words, DUE, size=size).text == words


def test_code_stays_as_it_is() -> None:
    words = "What does this code do?\n```\nx()  # [Waits for answer]\n*pauses*\n```"
    assert turn_of(words, DUE).text == words


texts = texts_of(
    [
        *DIRECTIONS,
        *STAYS,
        *("Thanks. ", "Tell me more. ", "Why?", "\n", " ", "*", "(", "[", "]", "**", "."),
        *("[Wait", "s for ", "answer", "Candidate: ", "```\n"),
    ],
)


@settings(max_examples=examples(200), deadline=None)
@given(
    texts,
    CUTS,
    st.sampled_from([DUE, LAST]),
    ENDS,
)
def test_any_split_of_directions_is_read_alike(
    text: str, cuts: list[int], due: Turn, end: End | None
) -> None:
    assert_any_split_is_read_alike(due, text, cuts, end)
