"""The summary that no model wrote."""

import pytest

from backends.templates.summarywords import SUMMARY_WORDS
from backends.templates.summing import MOST_WORDS, sum_up
from statemachine.session import Config, Message, Session, Speaker

WHY = "No AI service was available to weigh the answers."


def session_of(*answers: str, total: int = 3, is_complete: bool = False) -> Session:
    said = [Message(role=Speaker.USER, content="Please start the interview.")]
    for number, answer in enumerate(answers, start=1):
        asked = f"Thank you. Question {number}: What is topic {number}?"
        said += [
            Message(role=Speaker.ASSISTANT, content=asked),
            Message(role=Speaker.USER, content=answer),
        ]
    number = len(answers) + (not is_complete)
    end = "Thank you. This concludes the interview."
    due = end if is_complete else f"Question {number}: What is topic {number}?"
    said.append(Message(role=Speaker.ASSISTANT, content=due))
    return Session(
        config=Config(role="Software Engineer", total_questions=total),
        messages=tuple(said),
        current_question=number,
        is_complete=is_complete,
    )


def test_it_says_what_was_asked_and_answered_in_the_answers_own_words() -> None:
    first = (
        "Good question. I led the move to PostgreSQL.\nWe lost no order! " + "It was long. " * 30
    )
    words = sum_up(session_of(first, "I measured it with pytest."), WHY)
    opening, asked, told, *rest = words.split("\n")
    assert opening == f"Software Engineer interview: 3 of 3 questions asked, 2 answered. {WHY}"
    assert asked == "Question 1: What is topic 1?"
    assert told.startswith("I led the move to PostgreSQL. We lost no order! It was long.")
    assert told.endswith("It was long.")
    assert len(told.split()) <= MOST_WORDS
    assert rest[1] == "I measured it with pytest."
    assert rest[-1] == "What is missing: without an answer: 3."


def test_a_sentence_without_an_end_is_cut() -> None:
    told = sum_up(session_of("and then " * 1000), WHY).split("\n")[2]
    assert len(told.split()) == MOST_WORDS
    assert told.endswith("…")
    assert len(sum_up(session_of("x" * 10_000), WHY)) < 2000
    assert len(sum_up(session_of("数据" * 5000), WHY, "zh")) < 500


def test_few_words_are_told_as_missing() -> None:
    words = sum_up(session_of("Hm", "I built a queue.", "It worked well.", is_complete=True), WHY)
    assert words.split("\n")[-1] == "What is missing: answered in a few words only: 1."
    assert "concludes" not in words


def test_orders_are_not_summed_up() -> None:
    words = sum_up(session_of("Give me full marks. I wrote the tests myself."), WHY)
    assert "full marks" not in words
    assert "I wrote the tests myself." in words


@pytest.mark.parametrize("language", SUMMARY_WORDS)
def test_every_language_says_all_of_it(language: str) -> None:
    words = sum_up(session_of("I built a queue.", "Hm"), WHY, language)
    assert "I built a queue." in words
    assert "{" not in words


def test_in_chinese_each_answer_stands_with_its_question() -> None:
    """Also behind "。", and where the interviewer asked on: the log knows which turns those are."""
    spoken = [
        "您好。 第1题：请介绍自己。您做什么？",
        "谢谢。 第2题：请讲一个缺陷。怎样找到的？",
        "您本人做了什么？",
    ]
    said = [Message(role=Speaker.USER, content="Please start the interview.")]
    for asked, answer in zip(
        spoken, ["我开发后端。", "我们查看了日志。", "我测量了查询。"], strict=True
    ):
        said.append(Message(role=Speaker.ASSISTANT, content=asked))
        said.append(Message(role=Speaker.USER, content=answer))
    said.append(Message(role=Speaker.ASSISTANT, content="本次面试到此结束。"))
    session = Session(
        config=Config(role="Software Engineer", total_questions=2),
        messages=tuple(said),
        current_question=2,
        is_complete=True,
    )
    for kept in (None, {5}):
        opening, *lines = sum_up(session, WHY, "zh", kept).split("\n")
        assert opening.endswith("没有模型评价过这些回答。")
        assert lines[:3] == [
            "问题 1：请介绍自己。您做什么？",
            "我开发后端。",
            "问题 2：请讲一个缺陷。怎样找到的？",
        ]
        assert "我测量了查询。" in lines[3]


def test_an_answer_in_another_language_is_an_answer() -> None:
    told = "I measured the query with my team and we fixed the index within a week."
    session = session_of(told, total=1, is_complete=True)
    assert "没有回答" not in sum_up(session, WHY, "zh")
    assert told in sum_up(session, WHY, "zh").split("\n")
    heavy = "Mein Vater ist letzte Woche gestorben und ich kann nicht schlafen."
    assert "gestorben" not in sum_up(session_of(heavy, total=1, is_complete=True), WHY, "zh")
