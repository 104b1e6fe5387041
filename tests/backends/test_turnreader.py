"""What models write becomes one turn of the interviewer, however it is split into pieces."""

import sys
from contextlib import suppress
from dataclasses import replace
from string import ascii_lowercase

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backends.errors import BackendError
from backends.turn import End, Turn, TurnText
from backends.turnreader import SummaryReader, TurnReader
from statemachine.commands import OPENING_WORDS
from statemachine.events import Purpose
from statemachine.listening.deciding import Due, Move
from statemachine.listening.kinds import Said
from statemachine.roles import DATA_ANALYST
from statemachine.session import MAX_MESSAGE_CHARS, Config, Message, Session, Speaker
from tests.backends.interviews import turn
from tests.backends.reading import assert_any_split_is_read_alike, pieces_of, read, turn_of
from tests.depth import examples
from tests.fakes.words import CLOSING
from tests.growth import assert_in_proportion

CUT_OFF = End(is_cut_off=True)

PROMPT = (
    "You are OpenTalent Interviewer, conducting a professional interview for a Data Analyst "
    "position. Ask one question at a time and wait for the candidate's answer; acknowledge it in "
    "one short sentence before the next question. Never answer for the candidate."
)
ANSWER = (
    "I keep a list of checks that I run on every new table: how many rows it has, which columns "
    "are empty, whether keys are unique, and if the dates make sense at all, before I even begin."
)
ASKED_BEFORE = "Thank you. Question 1: What do you check first in a table that is new to you?"
DUE = Turn(
    Session(
        config=Config(role=DATA_ANALYST, total_questions=5),
        messages=(
            Message(role=Speaker.SYSTEM, content=PROMPT),
            Message(role=Speaker.USER, content=OPENING_WORDS),
            Message(role=Speaker.ASSISTANT, content=ASKED_BEFORE),
        ),
    ),
    ANSWER,
)
"""Question 2 of 5, with a prompt and an answer as long as real ones."""

LAST = turn(6)

OWN_LABELS = [
    "面试官：", "**面試官：**", "面接官：", "면접관:", "Entrevistador:", "Entrevistadora:",
    "Intervieweur :", "Recruteur\xa0:", "Intervistatore:", "Интервьюер:", "Interviewster:",
    "Osoba rekrutująca:", "Görüşmeci:", "المحاور:", "Q:", "Assistent:",
]  # fmt: skip
OTHERS = [
    "候选人：", "候選人：", "候補者：", "지원자:", "Candidato:", "Candidata (Ana):", "Candidat :",
    "Kandidat:", "Кандидат:", "Kandidaat:", "Kandydat:", "Aday:", "المرشح:", "用户：",
]  # fmt: skip

# Input and what is asked, at question 2 of 5.
ASKED = [
    # Thoughts
    ("He seems weak.\n</think>\nThanks. Question 2: How?", "Thanks. Question 2: How?"),
    ("<think>He seems weak.</think>\n\nThanks. Question 2: How?", "Thanks. Question 2: How?"),
    ("<thinking>Ask? Why?</thinking>Thanks. Why Go?", "Thanks. Why Go?"),
    ("<THINK>Ask? Why?</THINK>Thanks. Why Go?", "Thanks. Why Go?"),
    ('<think effort="high">Ask? Why?</think >Thanks. Why Go?', "Thanks. Why Go?"),
    ("<think />Thanks. Why Go?", "Thanks. Why Go?"),
    ("[THINK]Ask? Why?[/THINK]Thanks. Why Go?", "Thanks. Why Go?"),
    ("◁think▷Ask? Why?◁/think▷Thanks. Why Go?", "Thanks. Why Go?"),
    ("<seed:think>Ask? Why?</seed:think>Thanks. Why Go?", "Thanks. Why Go?"),
    ("<reasoning>Ask?</reasoning><answer>Thanks. Why Go?</answer>", "Thanks. Why Go?"),
    ("<|START_THINKING|>Ask? Why?<|END_THINKING|>Thanks. Why Go?", "Thanks. Why Go?"),
    ("<think>a <think>b? c?</think> d? e?</think>Thanks. Why Go?", "Thanks. Why Go?"),
    ("Thanks. <think>Ask? Why?</think>Why Go?", "Thanks. Why Go?"),
    ("Why Go? <think>Good, that asks.", "Why Go?"),
    ("<think>One</think><think>Two?</think>Thanks. Why Go?", "Thanks. Why Go?"),
    (
        "Here is my thought process:\nHe is weak. Why?\n\nHere is my response:\nThanks. Why Go?",
        "Thanks. Why Go?",
    ),
    (
        "<|channel|>analysis<|message|>Hm? Why?<|end|><|start|>assistant<|channel|>final<|message|>"
        "Thanks. Why Go?<|return|>",
        "Thanks. Why Go?",
    ),
    (
        "<|begin_of_thought|>weak<|end_of_thought|><|begin_of_solution|>Thanks. Why Go?"
        "<|end_of_solution|>",
        "Thanks. Why Go?",
    ),
    ("He is weak.<|end_of_thought|>\n\n<|begin_of_solution|>Thanks. Why Go?", "Thanks. Why Go?"),
    ("<unused94>thought\nHe is weak. Why?<unused95>Thanks. Why Go?", "Thanks. Why Go?"),
    ("thought\nHe is weak.<unused95>Thanks. Why Go?", "Thanks. Why Go?"),
    ("Thought: he is weak.\n\n**Response:** Thanks. Why Go?", "Thanks. Why Go?"),
    # Tokens of templates
    ("<unused7>Thanks. Tell me more<unused12>I use pytest.", "Thanks. Tell me more"),
    ("Is <unused> or <unusedField> shorter?", None),
    ("Thanks. Question 2: How?<|im_end|>", "Thanks. Question 2: How?"),
    ("Thanks. Tell me more<|eot_id|>I use pytest.", "Thanks. Tell me more"),
    ("Thanks. Tell me more</s>I use pytest.", "Thanks. Tell me more"),
    ("Thanks. Tell me more<end_of_turn>\n<start_of_turn>user\nI", "Thanks. Tell me more"),
    ("Thanks. Tell me more<｜end▁of▁sentence｜>I", "Thanks. Tell me more"),
    ("Thanks. Tell me more<|user|>I use pytest.", "Thanks. Tell me more"),
    ("Thanks. Tell me more [/INST] I", "Thanks. Tell me more"),
    ("Thanks. Tell me more\n<</SYS>>", "Thanks. Tell me more"),
    (
        "Thanks. Tell me more<|end_of_text|><|start_of_role|>user<|end_of_role|>I",
        "Thanks. Tell me more",
    ),
    ("Thanks. Tell me more<|im_e", "Thanks. Tell me more"),
    ("<|im_start|>assistant\nThanks. Why Go?<|im_end|>", "Thanks. Why Go?"),
    ("<s>[INST] [/INST] Thanks. Why Go?</s>", "Thanks. Why Go?"),
    ("<|start_header_id|>assistant<|end_header_id|>\n\nThanks. Why Go?", "Thanks. Why Go?"),
    ("<|start_of_role|>assistant<|end_of_role|>Thanks. Why Go?", "Thanks. Why Go?"),
    ("<start_of_turn>model\nThanks. Why Go?", "Thanks. Why Go?"),
    ("<|assistant|>\nThanks. Why Go?", "Thanks. Why Go?"),
    ("### Response:\nThanks. Tell me more\n\n### Instruction:\nGo on.", "Thanks. Tell me more"),
    ("Is a List<String> with a[1] < b[2] slower than <b>one</b>?", None),
    ("How do you test GET /users/<user> and Promise<Response>?", None),
    # Labels of speakers
    ("Interviewer: Thanks. Question 2: How?", "Thanks. Question 2: How?"),
    ("**Interviewer:** Thanks. Why Go?", "Thanks. Why Go?"),
    ("**Interviewer**: Thanks. Why Go?", "Thanks. Why Go?"),
    ("**Interviewer: Thanks. Why Go?**", "**Thanks. Why Go?**"),
    ("OpenTalent Interviewer: Thanks. Why Go?", "Thanks. Why Go?"),
    ("AI: Thanks. Why Go?", "Thanks. Why Go?"),
    ("Assistant:\nInterviewer:\nThanks. Why Go?", "Thanks. Why Go?"),
    ("Interviewer (OpenTalent): Thanks. Why Go?", "Thanks. Why Go?"),
    ("Interviewer: *smiles* Thanks. Why Go?", "*smiles* Thanks. Why Go?"),
    ("Interviewer: ```\n1? 2\n``` Why is this?", "```\n1? 2\n``` Why is this?"),
    ("Thanks. Tell me more\nCandidate: I use pytest.", "Thanks. Tell me more"),
    ("Thanks. Tell me more\n**Candidate (Alice):** I use pytest.", "Thanks. Tell me more"),
    ("Thanks. Tell me more\n\nYou: I use pytest.", "Thanks. Tell me more"),
    ("Thanks. Tell me more\nUser: I", "Thanks. Tell me more"),
    ("Thanks. Tell me more\nHuman: I", "Thanks. Tell me more"),
    ("Thanks. Tell me more\n[Candidate]: I", "Thanks. Tell me more"),
    ("Thanks. Tell me more.\nInterviewer: Great. Question 3: Why?", "Thanks. Tell me more."),
    ("Thanks. Tell me more. Candidate: I use pytest.", "Thanks. Tell me more."),
    *((f"{label} Thanks. Why Go?", "Thanks. Why Go?") for label in OWN_LABELS),
    *((f"Thanks. Tell me more\n{label} I use it.", "Thanks. Tell me more") for label in OTHERS),
    *((f"Thanks. Tell me more.\n\n**{label}** I.", "Thanks. Tell me more.") for label in OTHERS),
    ("Thanks. Tell me more. Candidato: I use pytest.", "Thanks. Tell me more."),
    ("assistant\nThanks. Why Go?", "Thanks. Why Go?"),
    ("model\nThanks. Why Go?", "Thanks. Why Go?"),
    ("Model\nIs that one, too?", "Is that one, too?"),
    ("Models\nAre they good?", None),
    ("您好。候选人要做什么？", None),
    ("The User: who are they?", None),
    ("Thanks.\nNote: it is short. Why Go?", None),
    ("Thanks.\nCandidates like this one: why?", None),
    ("Your users: who are they?", None),
    ("Candidate: a word that many forms have. Where is it from?", None),
    ("Thanks. Interviewer: a person who asks. Why?", None),
    (
        "Look at “Candidate: a word that many misuse.” Is it right? I",
        "Look at “Candidate: a word that many misuse.” Is it right?",
    ),
    ("“Candidate: a word that many misuse.” is an entry. Is it right?", None),
    ("Thanks.\nUser: the one that pays. Who else is there?", None),
    ("Model: an object which mirrors a table. Why use one?", None),
    (
        "Interviewer: a word on your tests. How do you write them?",
        "a word on your tests. How do you write them?",
    ),
    ("Thanks. Tell me more.\nCandidate: a tool that I like is pytest.", "Thanks. Tell me more."),
    ("Thanks. Tell me more.\nCandidate: a lot of tests.", "Thanks. Tell me more."),
    ("Thanks. Tell me more.\nCandidate: the", "Thanks. Tell me more."),
    ("Thanks. Tell me more.\nCandidate:", "Thanks. Tell me more."),
    # One turn
    (
        "Thanks. Question 2: How?\n\nCandidate: I use pytest.\n\nInterviewer: Great. "
        "Question 3: Why?",
        "Thanks. Question 2: How?",
    ),
    ("Question 2: How?\nQuestion 3: Why?\nQuestion 4: Who?", "Question 2: How?"),
    ("How do you test? And why? I am curious.", "How do you test?"),
    ("How do you test?And why?", "How do you test?"),
    ("How do you test?! And why?", "How do you test?!"),
    ("How do you test?** And why?", "How do you test?**"),
    ("您好。您如何测试代码？谢谢。再见", "您好。您如何测试代码？"),
    ("مرحبا. كيف تختبر الكود؟ شكرا", "مرحبا. كيف تختبر الكود؟"),
    (
        "Question 2: your greatest weakness\nQuestion 3: your strength",
        "Question 2: your greatest weakness",
    ),
    ("Question 2: your strength. Question 3: your weakness.", "Question 2: your strength."),
    ("## Question 2\n\nQuestion 2: How do you test?", "Question 2: How do you test?"),
    ("Good.\n\n**Question 2**\n\n**Question 3:** How?", "Good.\n\n**Question 2:** How?"),
    ("Please describe how you test. I use pytest for it.", "Please describe how you test."),
    ("Please describe how you test.\nI use pytest.", "Please describe how you test."),
    ("Please describe how you test.\n\nWhy?", "Please describe how you test."),
    (
        "Tell me about a failure. What did you learn? And why?",
        "Tell me about a failure. What did you learn?",
    ),
    (
        "Question 2: Let's talk tests. How do you write them? I",
        "Question 2: Let's talk tests. How do you write them?",
    ),
    (
        "Question 2: Imagine an outage. The pager rings. What do you do? I",
        "Question 2: Imagine an outage. The pager rings. What do you do?",
    ),
    (
        "Which do you use:\n- pytest\n- unittest?\nOr none",
        "Which do you use:\n- pytest\n- unittest?",
    ),
    (
        "Which of these fits?\n\nA) one\nB) two\n\nI choose A",
        "Which of these fits?\n\nA) one\nB) two",
    ),
    (
        "What does this code do?\n```python\nwhy()  # ?\n```\nIt prints.",
        "What does this code do?\n```python\nwhy()  # ?\n```",
    ),
    ("What does this code do? It prints.", "What does this code do?"),
    # Requests in other languages
    ("Danke. Erzählen Sie mir, wie Sie testen. Ich", "Danke. Erzählen Sie mir, wie Sie testen."),
    ("谢谢。请介绍一下您的测试方法。我用", "谢谢。请介绍一下您的测试方法。"),
    (
        "そうですか。どのようにテストしますか。私は",
        "そうですか。どのようにテストしますか。",
    ),
    (
        "面接官：ありがとうございます。質問2：どのようにテストしますか。\n\n候補者：私は",
        "ありがとうございます。質問2：どのようにテストしますか。",
    ),
    ("Gracias. Cuénteme cómo prueba su código.", None),
    ("Ευχαριστώ. Πώς δοκιμάζετε τον κώδικα; Εγώ", "Ευχαριστώ. Πώς δοκιμάζετε τον κώδικα;"),
    # Where sentences do not end
    (
        "Do you use Node.js 3.5, e.g. with a linter, etc.? I do.",
        "Do you use Node.js 3.5, e.g. with a linter, etc.?",
    ),
    (
        "Do you use tests (unit? integration?) at all? I do.",
        "Do you use tests (unit? integration?) at all?",
    ),
    (
        'You asked "why?" yourself, good. How do you test? I',
        'You asked "why?" yourself, good. How do you test?',
    ),
    (
        'What if a customer asks "where is my order?" I would',
        'What if a customer asks "where is my order?"',
    ),
    ('"Thanks. Why Go?" I hope so', "Thanks. Why Go?"),
    (
        "Open https://a.example/?q=1 first. Then, why Go? I",
        "Open https://a.example/?q=1 first. Then, why Go?",
    ),
    ("Is `a ? b : c` clear to you? I", "Is `a ? b : c` clear to you?"),
    ("Fine :( and good (so far. Why Go? I", "Fine :( and good (so far. Why Go?"),
    # A question that is none, and the one that is asked in its place
    (
        "Good, isn't it? Question 2: How do you test it? I",
        "Good, isn't it? Question 2: How do you test it?",
    ),
    ("And it worked, right? Question 7: How? I", "And it worked, right? Question 2: How?"),
    ("Makes sense? OK. Question 2: How?\nQuestion 3: Why?", "Makes sense? OK. Question 2: How?"),
    ("Makes sense?\n\n## Question 2\n\nHow? I", "Makes sense?\n\n## Question 2\n\nHow?"),
    ("Sounds good? How do you test it? I", "Sounds good? How do you test it?"),
    (
        "You use pytest, right? I do. It is good. I like it. Question 2: Why?",
        "You use pytest, right?",
    ),
    ("You use pytest, don't you? Yes, I do.", "You use pytest, don't you?"),
    ("You use pytest, right?\nCandidate: I do. Question 2: Why?", "You use pytest, right?"),
    ("Makes sense? The user wants more.", "Makes sense?"),
    ("I must ask: how did you test it?", "I must ask: how did you test it?"),
    (
        'Thanks. "Why?" is a good thing to ask. Question 2: How do you test? I',
        'Thanks. "Why?" is a good thing to ask. Question 2: How do you test?',
    ),
    ('Thanks. "Why?" Good. Question 2: How do you test?', None),
    ("Question 2: It worked, right? I say yes.", "Question 2: It worked, right?"),
    # Numbers
    ("Thanks. Question 7 of 9: How?", "Thanks. Question 2 of 5: How?"),
    ("### Question 12\n\nHow?", "### Question 2\n\nHow?"),
    ("This is question 4 of 5. Why Go?", "This is question 2 of 5. Why Go?"),
    ("You said so in question 1. Why?", None),
    # Anything else stays
    ("Thanks for your time. I am curious how you test your code.", None),
    ("Thank you for your time explaining that. 您如何测试代码？", None),
    ("Good.\n\n* **One** thing\n* _another_\n\nWhy those?", None),
    ("\x1b[2JWhy\x00 \u202eyhw\u202c?", "[2JWhy \u202eyhw\u202c?"),
    ("First,\r\n\twhy?\r\n\n", "First,\n\twhy?"),
    ("\ufeff\u200bWhy Go?", "Why Go?"),
    ("Pourquoi\xa0? Parce que", "Pourquoi\xa0?"),
    ("???", None),
]

# Input and text: nothing is asked in it, so that the built-in question must follow.
NOTHING_ASKED = [
    ("Thank you, interesting.", None),
    ("That concludes the warm-up of our interview. Moving on to testing.", None),
    ("Thank you for your time explaining that.", None),
    ("Thanks. Let's move on to the next question.", None),
    ("You asked 'why?' yourself, good.", None),
    ("Are you ready for the next question?", None),
    ("Thanks for your answer to question 1. That was good.", None),
    ("Thanks. Candidate: I use pytest. Interviewer: Great. Question 3: Why?", "Thanks."),
    ("Thanks.<|im_end|>\n<|im_start|>user\nWhy Go?", "Thanks."),
    ("I see.\n\nUser: Why Go?", "I see."),
    ("谢谢。候选人：我用 pytest。", "谢谢。"),
    ("面接官：なるほど。\n\n候補者：私は", "なるほど。"),
    ("I see.\n\n**Question 3:**", "I see."),
    ("Makes sense? Yes.\n\n**Question 3:**", "Makes sense? Yes."),
]

REFUSED = [
    ("", "Said nothing"),
    (" \t\r\n\x00\x07\x1b\x7f\x85\xa0\u2028", "Said nothing"),
    ("\u200b", "Said nothing"),
    ("\ufeff", "Said nothing"),
    ("\u200f\u202e\u2060\u3164", "Said nothing"),
    ("...", "Said nothing"),
    ("<|im_end|>", "Said nothing"),
    ("Interviewer:", "Said nothing"),
    ("<think>He is weak. Why?</think>", "Said nothing but thoughts"),
    ("<think>He is weak. Why?", "Said nothing but thoughts"),
    ("He is weak.</think>", "Said nothing but thoughts"),
    ("Thought: he is weak.\nQuestion 2: How do you test?", "Said nothing but thoughts"),
    ("**Reasoning:** He is weak. Why?", "Said nothing but thoughts"),
    ("<unused94>thought\nHe is weak. Why?", "Said nothing but thoughts"),
    ("Candidate: I use pytest.\nInterviewer: Why?", "Spoke for the candidate"),
    ("<|user|>Why Go?", "Spoke for the candidate"),
    ("The user wants me to ask question 2. Should I? Yes", "Thought aloud instead of asking"),
    ("Okay, the candidate has answered. How about tests?", "Thought aloud instead of asking"),
    (PROMPT, "Said the prompt back"),
    (f"My instructions are: {PROMPT[60:].upper()}", "Said the prompt back"),
    (ANSWER, "Said the candidate's words"),
    (f"You said: {ANSWER}", "Said the candidate's words"),
    (ASKED_BEFORE, "Said again what it had said before"),
    (
        "Again. [Second question: What do you check first in a table that is new to you?]",
        "Asked again what it had asked before",
    ),
    ("Thanks " * 50, "Said the same again and again"),
    ("a" * (MAX_MESSAGE_CHARS + 1), "Said more than 10,000 characters"),
    ("Half a pair \ud800, and why?", "Said half a character"),
]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("words", "asked"), ASKED)
def test_what_a_model_writes_becomes_one_question(words: str, asked: str | None, size: int) -> None:
    assert turn_of(words, DUE, size=size) == TurnText(asked or words, False, False)


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("words", "text"), NOTHING_ASKED)
def test_where_nothing_is_asked_a_question_must_follow(
    words: str, text: str | None, size: int
) -> None:
    assert turn_of(words, DUE, size=size) == TurnText(text or words, False, True)


@pytest.mark.parametrize("size", [1, 3, 100_000])
@pytest.mark.parametrize(("words", "reason"), REFUSED)
def test_what_cannot_be_used_is_refused_with_its_reason(words: str, reason: str, size: int) -> None:
    with pytest.raises(BackendError, match=f"^{reason}$"):
        turn_of(words, DUE, size=size)


def test_a_question_that_stays_may_be_asked_again() -> None:
    question = "You were asked: what do you check first in a table that is new to you?"
    clarifies = Due(Move.KEEP, Said.EXPLAIN, Purpose.EXPLAIN)
    assert turn_of(question, replace(DUE, due=clarifies)).text == question
    with pytest.raises(BackendError, match="Asked again"):
        turn_of(question, DUE)


# Hanging up


@pytest.mark.parametrize(
    ("words", "used"),
    [
        ("Thanks. How do you test? I would say", "Thanks. How do you test? "),
        ("How?\n\nCandidate: I", "How?\n"),
        ("How?<|im_end|>\n<|im_start|>user", "How?<|im_end|>"),
        ("Please describe it. I would", "Please describe it. I "),
    ],
)
def test_the_backend_is_hung_up_on_after_the_first_question(words: str, used: str) -> None:
    assert read(TurnReader(DUE), words, End()).used == len(used)


def test_what_comes_after_the_whole_question_changes_nothing() -> None:
    reader = TurnReader(DUE)
    reader.feed("Thanks. Why Go? ")
    assert reader.is_whole
    reader.feed(f"</think> Candidate: {PROMPT}" + "x" * 1_000_000)
    assert reader.finish(None) == TurnText("Thanks. Why Go?", False, False)
    assert (reader.shown, reader.resets) == ("Thanks. Why Go?", 0)


def test_a_late_end_of_thoughts_withdraws_what_was_shown() -> None:
    reader = TurnReader(DUE)
    reader.feed("He seems weak today")
    assert reader.shown == "He seems weak"
    reader.feed(".\n</think>")
    assert (reader.shown, reader.resets) == ("", 1)
    reader.feed("Thanks. Why Go")
    assert reader.shown == "Thanks. Why"


def test_an_ordinary_text_is_shown_as_it_comes() -> None:
    text = (
        "Thank you, that is a clear account of how you check a table. I like that you look at the "
        "keys first, because most people forget them.\n\n**Question 2:** When two teams report "
        "different figures for the same metric, where do you begin to look, and whom do you ask?"
    )
    reader = TurnReader(DUE)
    for at, character in enumerate(text, 1):
        reader.feed(character)
        assert at - len(reader.shown) <= 40


# Stopped


@pytest.mark.parametrize("end", [CUT_OFF, None])
@pytest.mark.parametrize(
    ("words", "text", "lacks_question"),
    [
        ("Great. Imagine that your team has to move a", "Great.", True),
        ("Great. I like that. So how would", "Great. I like that.", True),
        ("Great. Question 2: Imagine an outage. What do", "Great.", True),
        ("Makes sense? Great. Question 2: What do", "Makes sense? Great.", True),
        ("Makes sense? Great. So", "Makes sense?", False),
        ("Great. How do you test?", "Great. How do you test?", False),
        ("Great. How do you test", "Great.", True),
        ("Great. Tell me about a failure. What did you", "Great. Tell me about a failure.", False),
        ("This concludes the interview. Before you", "This concludes the interview.", True),
    ],
)
def test_words_that_were_cut_off_end_with_their_last_whole_sentence(
    words: str, text: str, lacks_question: bool, end: End | None
) -> None:
    assert turn_of(words, DUE, end) == TurnText(text, False, lacks_question)


@pytest.mark.parametrize("end", [CUT_OFF, None])
@pytest.mark.parametrize("words", ["Imagine that your team", "Question 2: Your team is big. How"])
def test_half_a_sentence_alone_is_refused(words: str, end: End | None) -> None:
    with pytest.raises(BackendError, match=r"^Was cut off before it asked$"):
        turn_of(words, DUE, end)


@pytest.mark.parametrize(
    ("words", "due", "expected"),
    [
        ("Great. How do you test?", DUE, True),
        ("Great. How do you", DUE, False),
        ("Great. Tell me more.", DUE, True),
        ("Great. Question 2: Imagine an outage.", DUE, False),
        ("Great.", DUE, False),
        ("", DUE, False),
        ("Thank you for taking part. This", LAST, True),
        ("That was", LAST, False),
        ("Hello! Are you ready?", turn(1), False),
    ],
)
def test_it_is_known_in_between_whether_a_whole_question_is_there(
    words: str, due: Turn, expected: bool
) -> None:
    reader = TurnReader(due)
    reader.feed(words)
    assert reader.asks_whole_question() == expected
    reader.feed(" More")
    with suppress(BackendError):
        reader.finish(None)


# Openings


@pytest.mark.parametrize(
    "words",
    [
        "Hello! Welcome to your technical interview. I'm here to learn about your background and "
        "experience.",
        "Let me know when you are ready.",
        "Hello! Are you ready to begin?",
        "Hi there, how are you today? Shall we get started?",
        "Bonjour et bienvenue.",
        "Thank you for joining us today.",
    ],
)
def test_an_opening_that_only_greets_lacks_its_question(words: str) -> None:
    assert turn_of(words, turn(1)) == TurnText(words, False, True)


def test_an_opening_may_ask_for_readiness_before_its_question() -> None:
    words = "Hello! How are you today? Question 1: What did you build last?"
    assert turn_of(f"{words} I", turn(1)) == TurnText(words, False, False)


def test_an_opening_may_not_close() -> None:
    with pytest.raises(BackendError, match=r"^Closed the interview before its first question$"):
        turn_of(CLOSING, turn(1))


# Closings

THANKS = [
    "Thank you for your time explaining that.",
    "Thanks for taking the time to explain that.",
    "Thank you for taking the time to walk me through it.",
    "Thanks for your time so far.",
    "Thank you for joining us today.",
    "Thanks for taking part in that exercise.",
    "Thank you for participating. Let's move on to databases.",
    "Thank you for taking part. Moving on to testing.",
    "That concludes the first part of our interview.",
    "This concludes our conversation about testing.",
    "This concludes the interview. Moving on to testing.",
    "We are nearing the end of the interview.",
    "Once the interview is over, you will hear from us.",
]


@pytest.mark.parametrize("words", THANKS)
@pytest.mark.parametrize(
    "question", ["", " How do you test?", " 您如何测试代码？", " Tell me more."]
)
def test_thanks_in_mid_interview_close_nothing(words: str, question: str) -> None:
    assert turn_of(words + question, DUE) == TurnText(words + question, False, not question)


@pytest.mark.parametrize("words", [CLOSING, "This concludes the interview. We will be in touch."])
def test_an_outright_end_closes_in_mid_interview(words: str) -> None:
    assert turn_of(words, DUE) == TurnText(words, True, False)


def test_a_conclusion_that_asks_nothing_closes() -> None:
    words = "You will hear from us."
    assert turn_of(words, DUE, End(concludes=True)) == TurnText(words, True, False)
    assert turn_of(words, LAST, End(concludes=True)) == TurnText(words, True, False)
    assert not turn_of("And then?", DUE, End(concludes=True)).closes


def test_a_remark_that_asks_nothing_lacks_its_question() -> None:
    assert turn_of("Well put.", DUE, End(is_remark=True)) == TurnText("Well put.", False, True)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (CLOSING, CLOSING),
        (f"{CLOSING} Have you any questions for us?", CLOSING),
        (f"Interviewer: {CLOSING}\n\nCandidate: Thanks!", CLOSING),
        ("Thank you. Question 6: Why Go?", "Thank you."),
        ("Vielen Dank und alles Gute!", "Vielen Dank und alles Gute!"),
        ("感谢您参加面试。", "感谢您参加面试。"),
    ],
)
def test_after_the_last_answer_it_closes_and_what_asks_is_cut(words: str, text: str) -> None:
    assert turn_of(words, LAST) == TurnText(text, True, False)


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("Question 6 of 5: and one more thing?", End()),
        ("That was very interesting.", End()),
        ("Anything else?", End(concludes=True)),
    ],
)
def test_after_the_last_answer_it_may_not_go_on(words: str, end: End) -> None:
    with pytest.raises(BackendError, match=r"^Went on asking after the last answer$"):
        turn_of(words, LAST, end)


def test_a_long_farewell_is_not_listened_to_for_ever() -> None:
    words = CLOSING + " You did well in part {} of it." * 200
    words = "".join(
        part + (str(at) if at < 200 else "") for at, part in enumerate(words.split("{}"))
    )
    result = read(TurnReader(LAST), words, None)
    assert 600 < result.used < 700
    assert result.turn.closes


# Echoes and loops


def test_the_interviewers_name_and_role_may_be_said() -> None:
    words = (
        "Hello, I am OpenTalent Interviewer, conducting a professional interview for a Data "
        "Analyst role. What do you do?"
    )
    assert turn_of(words, DUE).text == words


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        (PROMPT, "You are OpenTalent Interviewer, conducting"),
        # "Ş" in small letters is "ş", and "İ" and "ß" become two letters each.
        (
            "İlk önce kısa bir soru sor ve adayın cevabını bekle. Sonra yeni bir soru sor.",
            "İlk önce kısa bir soru",
        ),
        (
            "Außerdem fragst du immer nur nach einer Sache und wartest dann die Antwort ab.",
            "Außerdem fragst du immer nur",
        ),
        # Signs that are no letters stand between the characters, each of which is a word.
        ("ถามทีละหนึ่งคำถามและรอคำตอบของผู้สมัคร", "ถามทีล"),
        ("データ・アナリストの面接です。質問は一度に一つです。", "データ・アナ"),
    ],
)
def test_little_of_the_prompt_is_shown_before_it_is_known(prompt: str, shown: str) -> None:
    messages = (Message(role=Speaker.SYSTEM, content=prompt),)
    reader = TurnReader(Turn(DUE.session.model_copy(update={"messages": messages}), ANSWER))
    with suppress(BackendError):
        for character in prompt:
            reader.feed(character)
    assert shown.startswith(reader.shown)
    with pytest.raises(BackendError, match=r"^Said the prompt back$"):
        reader.finish(End())


def test_nothing_of_an_interviews_prompt_is_kept() -> None:
    message = Message(role=Speaker.SYSTEM, content=f"You interview {'Anna. ' * 10}")
    session = DUE.session.model_copy(update={"messages": (message,)})
    counts = [sys.getrefcount(message.content)]
    turn_of("Thanks, Anna. Why Go?", Turn(session, ANSWER))
    counts.append(sys.getrefcount(message.content))
    assert counts[0] == counts[1]


def test_a_direction_is_not_said_back() -> None:
    told = "Acknowledge the answer in one short sentence, then ask question 2 of 5, only that one."
    with pytest.raises(BackendError, match=r"^Said the prompt back$"):
        TurnReader(DUE, told=[told]).feed(f"Sure: {told} Yes")


def test_an_answer_may_be_quoted_in_part() -> None:
    words = f'You said "{ANSWER[:80]}", good. Why is that first?'
    assert turn_of(words, DUE).text == words


def test_a_short_message_may_be_said_again() -> None:
    due = turn(3, said=["Can you elaborate?", "Go on?"])
    assert turn_of("Can you elaborate?", due).text == "Can you elaborate?"


def test_a_refused_reader_stays_refused() -> None:
    reader = TurnReader(DUE)
    with pytest.raises(BackendError):
        reader.feed(PROMPT)
    for again in (lambda: reader.feed("Why?"), lambda: reader.finish(End())):
        with pytest.raises(BackendError, match=r"^Said the prompt back$"):
            again()
    assert not reader.asks_whole_question()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Good. " + "I like how you test your code. " * 5, "Good. I like how you test your code."),
        ("Good. I see. " + "And so on and on again we go " * 10, "Good. I see."),
    ],
)
def test_a_loop_is_cut_before_it_repeats(words: str, text: str) -> None:
    result = read(TurnReader(DUE), words, End())
    assert result.turn == TurnText(text, False, True)
    assert result.used < len(words)


@pytest.mark.parametrize(
    ("words", "text"),
    [("Question 2\n", "Question 2\nWhy Go?"), ("Great answer. ", "Why Go?")],
)
def test_a_loop_of_what_is_left_out_says_nothing(words: str, text: str) -> None:
    assert turn_of(f"{words * 9}Why Go?", DUE).text == text
    with pytest.raises(BackendError, match=r"^Said the same again and again$"):
        turn_of(words * 60, DUE)


# What small models really write

RAMBLING = """\
**Interviewer:** Thank you for sharing that with me. It's great to hear that you have experience \
with SQL. Now, let's move on to the next question.

**Question 3:** Can you tell me about a time when you had to work with a dataset that had gaps?

**Candidate:** Yes, I worked on a project where we had to analyze customer data.

**Interviewer:** That's great. Question 4: How did you handle it?"""

TRANSCRIPTS = [
    (RAMBLING, RAMBLING[17:].partition("\n\n**Candidate")[0].replace("3", "2")),
    (
        "Great answer! I'm glad you keep a list. Here's the next question:\n\nQuestion 2 of 5: "
        "What is the difference between a list and a tuple in Python?\n\nAnswer: A list is mut",
        "I'm glad you keep a list. Here's the next question:\n\nQuestion 2 of 5: "
        "What is the difference between a list and a tuple in Python?",
    ),
    (
        "Thank you for your answer.\n\n1. What have you done with data?\n2. How do you use it?",
        "Thank you for your answer.\n\n1. What have you done with data?",
    ),
    (
        "Sure, I'd be happy to help!\n\n[Question 2]\nCould you describe your favourite dashboard\n"
        "\n[Candidate's Answer]\nMy favourite dashboard is",
        "Sure, I'd be happy to help!\n\n[Question 2]\nCould you describe your favourite dashboard",
    ),
]


@pytest.mark.parametrize(("words", "text"), TRANSCRIPTS)
def test_a_rambling_model_is_heard_up_to_its_first_question(words: str, text: str) -> None:
    result = read(TurnReader(DUE), words, End())
    assert result.turn == TurnText(text, False, False)
    assert (result.resets, result.used < len(words)) == (0, True)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Correct! Question 2: How do you test?", "Question 2: How do you test?"),
        ("Thanks. That's absolutely right. Why Go?", "Thanks. Why Go?"),
        ("Your answer is not quite right. Why Go?", "Why Go?"),
        ("I see. The correct answer is an index. Why Go?", "I see. Why Go?"),
        ("The interviewer is pleased with the candidate. Why Go?", "Why Go?"),
        ("This interviewer is looking to hear about a detail. Why Go?", "Why Go?"),
        ("Sehr gute Antwort! Frage 2: Wie testen Sie?", "Frage 2: Wie testen Sie?"),
        ("回答得很好！问题2：您如何测试？", "问题2：您如何测试？"),
    ],
)
def test_a_model_that_judges_the_answer_is_not_heard_to(words: str, text: str) -> None:
    assert turn_of(words, DUE).text == text
    assert_any_split_is_read_alike(DUE, words, [3, 9, 20], End())


@pytest.mark.parametrize(
    "words",
    [
        "That's right where it hurts. Why Go?",
        "Is that correct, or did you measure it?",
        "It is right to ask. What would you do?",
        "You were right behind the release, you said. What did you do?",
        "Right, you said that you test first. How?",
        "Good, thank you. Why Go?",
        "You were asked by the interviewer twice. What did you say?",
    ],
)
def test_what_only_sounds_like_a_judgement_is_kept(words: str) -> None:
    assert turn_of(words, DUE).text == words


def test_an_offer_to_help_is_no_question() -> None:
    assert turn_of("I'm glad to meet you! How can I assist you today?", DUE).lacks_question
    assert not turn_of("Thanks. How can I help my team to test more?", DUE).lacks_question


def test_a_model_that_talks_on_is_not_waited_for() -> None:
    reader = TurnReader(DUE)
    with pytest.raises(BackendError, match="Talked on instead of asking"):
        read(reader, (f"She nursed patient {n} with care. " for n in range(60)), None)


# Summaries


def test_a_summary_of_another_interview_is_none() -> None:
    said = (*DUE.session.messages, Message(role=Speaker.USER, content=ANSWER))
    session = DUE.session.model_copy(update={"messages": said})
    made_up = "The interview ended on a positive note, and the team was very happy with it."
    with pytest.raises(BackendError, match="nothing of what was answered"):
        read(SummaryReader(session), made_up, End())
    about = "The candidate checks rows, empty columns and unique keys in each new table."
    assert read(SummaryReader(session), about, End()).turn.text == about


def summary_of(words: str, end: End | None = End(), size: int = 1) -> str:  # noqa: B008
    return read(SummaryReader(DUE.session), pieces_of(words, size), end).turn.text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("<think>Hm.</think>He knows SQL. Is he good? Yes.", "He knows SQL. Is he good? Yes."),
        ("He seems weak.\n</think>\nHe knows SQL.", "He knows SQL."),
        ("Assistant: He knows SQL.<|im_end|>\nuser", "He knows SQL."),
        ("The candidate has answered all. So I would hire her.", None),
        ("The user stories were weak, I should think.", None),
        ("**Reasoning:** strong\n**Thought:** clear", None),
        ("Candidate: Alice\nOutput: good\n\nQuestion 1: fine.", None),
        ("Asked was: why? Please describe it better. Then more.", None),
    ],
)
def test_a_summary_is_cleaned_and_not_cut_at_questions(words: str, text: str | None) -> None:
    assert summary_of(words) == (text or words)


@pytest.mark.parametrize("end", [CUT_OFF, None])
def test_a_summary_that_was_cut_off_ends_with_its_last_whole_sentence(end: End | None) -> None:
    whole = f"He knows {', '.join(f'tool {n}' for n in range(30))}."
    assert summary_of(f"{whole} He is", end) == whole
    with pytest.raises(BackendError, match=r"^Was cut off in its first sentence$"):
        summary_of("He knows", end)


def test_a_summary_that_had_only_begun_is_none() -> None:
    with pytest.raises(BackendError, match=r"^Had only begun its summary$"):
        summary_of("He knows SQL. He is", None)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("<think>He</think>", "Said nothing but thoughts"),
        (
            "Okay, let me think about what the user wants. I need to write a summary.\n\nHe knows.",
            "Thought aloud instead of summing up",
        ),
        ("I need to summarize the interview.\n\nHe knows.", "Thought aloud instead of summing up"),
        ("\u200b", "Said nothing"),
        (PROMPT, "Said the prompt back"),
        ("Well " * 100, "Said the same again and again"),
        ("a" * (MAX_MESSAGE_CHARS + 1), "Said more than 10,000 characters"),
    ],
)
def test_a_summary_that_cannot_be_used_is_refused(words: str, reason: str) -> None:
    with pytest.raises(BackendError, match=f"^{reason}$"):
        summary_of(words)


# Any split

FRAGMENTS = [
    *(words for words, _ in ASKED),
    *(words for words, _ in NOTHING_ASKED),
    *(words for words, _ in TRANSCRIPTS),
    "Candidate: a word ", "that ", "many ", "What-if? ", "analysis ",
    "Makes sense?", "It worked, right? ", '"Why?" ', "assistant\n", "面接官：", "候补", "候補者：",
    "。", "Candidat ", "ますか。", "请介绍", "Πώς;", ";", "<unused94>", "<unused95>",
    "<unused", "<|begin_of_thought|>",
    "<|end_of_thought|>", "Thought:",
    "<think>", "</think>", "<|im_end|>", "<|im_start|>", "user", "assistant", "[THINK]", "</s>",
    "Interviewer:", "Candidate:", "**", "\n", "\n\n", " ", "Question ", "7", " of 9", ":", "?", ".",
    "```", "```\n", "\n```\n", '{"question": "', '", "message": "', '"}', "[{", "\\", "json\n",
    "`", "(", ")", '"', "'", "e.g.", "How", "why", "Thanks", "Tell me more", "Imagine this",
    CLOSING, PROMPT, ANSWER, ASKED_BEFORE, "\u200b", "\x1b", "您", "？", "- a", "# ", "<", "🙂",
    "\ud83d", "\ude42",
]  # fmt: skip
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=8).map("".join)
ends = st.sampled_from([End(), CUT_OFF, None, End(concludes=True)])
dues = st.sampled_from([DUE, LAST, turn(1)])


@settings(max_examples=examples(200), deadline=None)
@given(texts, st.lists(st.integers(0, 300), max_size=6), dues, ends)
@example("Half \ud83d\ude42 why?", [6], DUE, End())
@example("Why Go? \ud83d", [], DUE, End())
@example("Why Go? \ud83d and so", [], DUE, End())
@example('{"question": "Why Go?"}\n\ud83d\ude42', [25], DUE, End())
def test_any_split_of_a_text_is_read_alike(
    text: str, cuts: list[int], due: Turn, end: End | None
) -> None:
    assert_any_split_is_read_alike(due, text, cuts, end)


_MANY_WORDS = " ".join(f"{one}{two}ome" for one in "bcdfghklmnprstvw" for two in "aeiou")


@pytest.mark.parametrize(
    "words",
    [
        "b" * 40,
        f"Imagine a team. We {' '.join(_MANY_WORDS.replace('m', one) for one in ascii_lowercase)}",
        f'I say "{_MANY_WORDS}? Why Go?',
        "Thoughts:\nHe seems weak. Ask him why.\nFinal answer: Why Go?",
        "Thanks. " + "Well it. " * 30,
        "**Interviewer: Thanks. Why Go?**",
        "Candidate: a word that many forms have. Where is it from?",
        "Tell me more ```x\nCandidate: I use it.",
        "Call ```x\nWhy Go?",
        "Interviewer: ```python\n1? 2\n``` Why is this?",
        "Describe it\n\nWhat I mean is a test. So",
        "Πώς πάει ; Why Go? And",
        "Is it 'why? not' that you ask? Yes",
        "Is it Go's? Why not",
        'Sure\nthis is: {"question": "Why Go?"}',
        'json\n{"question": "Why Go?"}',
    ],
    ids=range(16),
)
def test_a_word_is_read_as_its_letters_are(words: str) -> None:
    """Each of them needs something else of the way in which words are taken at once."""
    assert_any_split_is_read_alike(DUE, words, [], End())


@settings(max_examples=examples(100), deadline=None)
@given(texts)
def test_no_turn_holds_two_labels_alike(text: str) -> None:
    with suppress(BackendError):
        asked = turn_of(text, DUE, size=10_000).text
        assert len([line for line in asked.splitlines() if line.startswith("Question 2:")]) <= 1


# Time


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", "a ", "<think>", "</think>", "a.</think>", "[", '"', "(a ", "Question 1",
     "``` ", "-\n", "Interviewer", "a\n\n", "the ", "您", "Imagine. ", "# "],
)  # fmt: skip
@pytest.mark.parametrize("due", [DUE, LAST])
def test_single_characters_without_end_are_read_in_little_time(piece: str, due: Turn) -> None:
    def read_characters(count: int) -> None:
        reader = TurnReader(due)
        with suppress(BackendError):
            for character in (piece * count)[:count]:
                reader.feed(character)
                assert reader.shown is not None
                if reader.is_whole:
                    break
            reader.finish(End())

    assert_in_proportion(read_characters, 40_000)


def test_a_megabyte_after_the_question_is_passed_over_in_little_time() -> None:
    def read_on(pieces: int) -> None:
        reader = TurnReader(DUE)
        reader.feed("Why Go? ")
        for _ in range(pieces):
            reader.feed("aaaa")

    assert_in_proportion(read_on, 250_000)


def test_the_longest_prompt_is_compared_in_little_time() -> None:
    def compare(words: int) -> None:
        message = Message(role=Speaker.SYSTEM, content="the " * words)
        session = DUE.session.model_copy(update={"messages": (message,)})
        reader = TurnReader(Turn(session, ANSWER))
        reader.feed("the table and the key are what the team looks at. " * (words // 1_600))

    assert_in_proportion(compare, 250_000)


def test_thoughts_are_read_past_up_to_a_limit() -> None:
    thoughts = "Hm, why? " * 22_000
    assert turn_of(f"<think>{thoughts}</think>Why Go?", DUE, size=1000).text == "Why Go?"
    with pytest.raises(BackendError, match=r"^Thought for more than 200,000 characters$"):
        turn_of(f"<think>{thoughts * 2}</think>Why Go?", DUE, size=1000)
