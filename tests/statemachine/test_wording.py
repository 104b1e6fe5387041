"""How the interviewer's words are read: do they ask, do they close, how do they count."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statemachine.session import MAX_MESSAGE_CHARS
from statemachine.wording import (
    asks,
    asks_for_more_than_readiness,
    closes,
    label_of,
    renumber,
    requests,
    says_goodbye,
)
from tests.fakes import CLOSING
from tests.growth import assert_in_proportion
from tests.statemachine.strategies import words

CLOSINGS_ELSEWHERE = sorted(Path(__file__).parent.glob("closings_*.toml"))

CLOSINGS = [
    CLOSING,
    "Thank you for taking part.",
    "THANK YOU FOR TAKING PART.",
    "Thanks for participating!",
    "Thank you for your participation. We will review your answers and share the outcome.",
    "Thank you for interviewing with us. Someone will reach out to tell you about next steps.",
    "Thank you for completing the interview. Good luck!",
    "Thank you for taking part. Talk soon!",
    "Thank you for taking part. I would love to hear from you again.",
    "**Thank you for your time.**\n\nThis is the end of the interview.",
    "That concludes our interview.",
    "That concludes all of my questions.",
    "This concludes our conversation for today.",
    "This concludes our interview. Please give us a few days to get back to you.",
    "This concludes the interview, and our team will discuss your answers.",
    "The interview has concluded.",
    "I would like to conclude our interview.",
    "We'll conclude here.",
    "We’ll conclude here.",
    "Let’s conclude here.",
    "It's time to conclude.",
    "We have reached the end of the interview.",
    "That brings us to the end of today's interview.",
    "That brings us to the end of today’s interview.",
    "This is the conclusion of our final interview.",
    "With that, our interview comes to an end.",
    "This interview has come to an end.",
    "The interview is now complete.",
    "Your interview is over.",
    "This session is now closed.",
    "The interview has been completed.",
    "You have completed the interview.",
    "We'll end the interview here. Goodbye.",
    "That wraps up our interview.",
]

# Enough when a closing is due. In mid-interview they close nothing.
GOODBYES = [
    "Thank you so much, Alice, for joining us.",
    "Thank you for your time today, and best of luck!",
    "Thank you very much for taking the time to speak with us today.",
    "Thanks for your time, talk to you soon!",
    "Thank you for your time. We will now discuss your answers, compare notes and be in touch.",
    "It was a pleasure. All the best!",
    "Vielen Dank für das Gespräch.",
    "Merci d'avoir pris part à cet entretien.",
    "感谢您参加面试。",
]

THANKS_IN_MID_INTERVIEW = [
    "Thank you for your time explaining that.",
    "Thanks for taking the time to explain that.",
    "Thank you for taking the time to walk me through it.",
    "Thank you for your time on that one.",
    "Thanks for your time so far.",
    "Thank you for taking part so far.",
    "Thank you for joining us today.",
    "Thanks for taking part in that exercise.",
    "Thank you for participating in this part of the interview.",
    "Thank you for your participation in the warm-up.",
    "Thank you for taking part in this interview so far.",
    "Thank you for participating. Let's move on to databases.",
    "Thank you for taking part. Moving on to testing.",
    "Thanks for participating! Now on to your projects.",
    "That concludes the warm-up of our interview. Moving on to testing.",
    "That concludes the first part of our interview.",
    "This concludes the technical part of the interview.",
    "This concludes our conversation about testing.",
    "That concludes our questions on Python.",
    "That concludes my questions about your last project.",
    "We have reached the end of the first half of the interview.",
    "We are nearing the end of the interview.",
    "We are almost at the end of the interview.",
    "This does not conclude the interview.",
    "The interview is not over.",
    "Before the interview is over, I will say more about the team.",
    "When the interview is over, you will hear from us.",
    "At the end of the interview we will talk about pay.",
    "You have completed the first interview question.",
    "This concludes the interview. Moving on to testing.",
    "That concludes our interview. The coding exercise follows.",
    "That brings us to the end of our interview, so let's continue with a case.",
    "You finished the conversation with the customer well.",
    "Once we end the interview, the team will review your answers.",
]

QUESTIONS = [
    "Thanks for taking the time to explain that. I am curious how you test your code.",
    "Thank you for your time explaining that. 您如何测试代码？",
    "Thank you for taking part. I wonder what you would do differently.",
    "Thanks for your time. How do you test your code.",
    "Thanks for your time. Could you walk me through your last project.",
    "Thank you for your answer. Question 2: Explain recursion",
    "Thank you for taking the time to explain that. Question 3 of 5 - your strengths.",
    "Thanks for your time on that one.\n\n## Question 4\nYour greatest weakness",
    "Thank you for taking part so far. Question number 4: your greatest weakness",
    "Thank you for taking the time. My next question is about testing.",
    "Thank you for taking the time to answer. Please describe a recent failure.",
    "Thank you for your time so far. Now, tell me about your last project.",
    "Thank you for your time so far. I’d like to hear about a conflict you resolved.",
    "Thank you for your time so far.\n\n- Compare lists and tuples.",
    "Thank you for your time. Imagine you are on call.",
    "Thank you for your time. Take a moment, and then walk me through it.",
    "Thank you for joining. Sit back and tell me who you are.",
    "How would you conclude the session with a difficult stakeholder?",
    "Describe how you close the conversation with an unhappy customer.",
    "Explain how your API would end the session of an idle user.",
    "Tell me about a time when you had to end the interview of a candidate early.",
    "Before we end the interview, one last topic: your notice period.",
    "That concludes the technical interview. What would you like to talk about next?",
    "This concludes our interview. Do you have any questions for me?",
    "Give me an example of a project that ended badly. Thank you for your time.",
]

REMARKS = [
    "Thank you for your answer.",
    "Thank you, I have written that down.",
    "I will close the ticket at the end of the day.",
    "In conclusion, that was a strong answer.",
    "That concludes the first part of the interview.",
    "This concludes our first part.",
    "We have finished the warm-up.",
    "This interview is completely confidential.",
    "Our interview has a clear structure.",
]


@pytest.mark.parametrize("text", CLOSINGS)
def test_a_closing_closes_and_asks_nothing(text: str) -> None:
    assert closes(text)
    assert not asks(text)


@pytest.mark.parametrize("text", THANKS_IN_MID_INTERVIEW)
def test_thanks_and_ends_of_parts_end_no_interview(text: str) -> None:
    assert not closes(text)
    assert not closes(f"{text} That was interesting.")


@pytest.mark.parametrize("file", CLOSINGS_ELSEWHERE, ids=lambda file: file.stem)
def test_a_closing_closes_in_other_languages(file: Path) -> None:
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    wrong = [text for text in said["ends"] if not closes(text)]
    wrong += [text for text in said["goes_on"] if closes(text)]
    assert not wrong


@pytest.mark.parametrize("text", GOODBYES)
def test_a_goodbye_is_enough_only_when_a_closing_is_due(text: str) -> None:
    assert says_goodbye(text)
    assert not closes(text)
    assert not says_goodbye(f"{text} What is your name?")


@pytest.mark.parametrize("text", CLOSINGS)
def test_a_closing_is_a_goodbye(text: str) -> None:
    assert says_goodbye(text)


@pytest.mark.parametrize("text", ["That was very interesting.", "I have noted that."])
def test_a_remark_is_no_goodbye(text: str) -> None:
    assert not says_goodbye(text)


@pytest.mark.parametrize(
    ("text", "is_request"),
    [
        ("Please describe your role.", True),
        ("I'd like to hear about it.", True),
        ("Question 2: your strengths.", False),
        ("Thanks for question 1. That was good.", False),
        ("Thank you.", False),
    ],
)
def test_a_request_asks_without_a_question_mark(text: str, is_request: bool) -> None:
    assert requests(text) == is_request


ELSEWHERE = [
    "Erzählen Sie mir, wie Sie testen.", "Bitte beschreiben Sie Ihre Rolle.",
    "Beschreibe bitte deine Rolle.", "Ich würde gern wissen, wie Sie testen.",
    "请介绍一下您的测试方法。", "請您簡單說明一下。", "谢谢，请详细描述您的项目。",
    "どのようにテストしますか。", "その理由を教えてください。", "ご説明いただけますでしょうか。",
    "테스트 방법을 설명해 주세요.", "어떻게 테스트합니까.", "경험을 말씀해 주시겠어요",
    "Cuénteme cómo prueba su código.", "Por favor, describa su papel.", "Explique la diferencia.",
    "Me gustaría saber cómo prueba.", "Conte-me sobre o seu projeto.", "Fale sobre você.",
    "Por favor, descreva seu papel.", "Parlez-moi de votre projet.", "Décrivez votre rôle.",
    "Merci de décrire votre rôle.", "J’aimerais savoir comment vous testez.",
    "Mi parli del suo progetto.", "Descriva il suo ruolo.", "Vorrei sapere come lavora.",
    "Расскажите о вашем проекте.", "Пожалуйста, опишите вашу роль.", "Vertel eens hoe u test.",
    "Beschrijf uw rol.", "Proszę opisać swoją rolę.", "Opowiedz o swoim projekcie.",
    "Projenizi anlatın.", "Rolünüzü açıklar mısınız.", "اشرح كيف تختبر الكود.",
    "أخبرني عن مشروعك.", "الرجاء وصف دورك في المشروع.", "أود أن أعرف كيف تختبر.", "صفي دورك.",
    "कृपया अपनी भूमिका के बारे में बताइए।", "अपने काम का वर्णन कीजिए।", "एक उदाहरण दीजिए।",
    "अनुग्रह करके अपना अनुभव साझा करें।", "আপনার প্রকল্প সম্পর্কে বলুন।", "আপনার ভূমিকা ব্যাখ্যা করুন।",
    "একটি উদাহরণ দিন।", "আপনি কীভাবে টেস্ট করেন, তা জানতে চাই।",
    "Denken Sie an ein Projekt.", "Stellen Sie sich vor, ein Dienst fällt aus.",
    "Könnten Sie mir Ihr letztes Projekt beschreiben.", "Begründen Sie bitte Ihre Wahl.",
    "Pensez à un incident récent.", "Imaginez que le service tombe en panne.",
    "Piense en un proyecto reciente.", "¿Podría contarme cómo trabaja", "Imagine que falla.",
    "Pense num projeto recente.", "Poderia contar um caso.", "Gostaria que me contasse um caso.",
    "Πώς δοκιμάζετε τον κώδικα;", "Πώς δοκιμάζετε\u037e",
]  # fmt: skip


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_request_asks_in_other_languages(text: str) -> None:
    assert requests(text)


@pytest.mark.parametrize(
    "text",
    [
        "Vielen Dank, das erklären Sie gut.",
        "谢谢您的介绍。",
        "请稍等。",
        "そうですか。",
        "ありがとうございます。",
        "少々お待ちください。",
        "감사합니다.",
        "Gracias por explicarlo.",
        "Obrigado por compartilhar.",
        "Merci pour votre explication.",
        "Grazie per la spiegazione.",
        "Спасибо за рассказ.",
        "Bedankt voor uw antwoord.",
        "Dziękuję za odpowiedź.",
        "Cevabınız için teşekkürler.",
        "شكرا على إجابتك.",
        "बताने के लिए धन्यवाद।",
        "अपना अनुभव साझा करने के लिए शुक्रिया।",
        "জানানোর জন্য ধন্যবাদ।",
        "আপনি যা বলেছেন তা শুনেছি।",
        "Ich denke, Sie haben das gut beschrieben.",
        "Danke, so kann ich mir das besser vorstellen.",
        "Merci, je pense à votre exemple.",
        "Gracias, pienso en lo que me contó.",
        "Agradeço por contar um caso concreto.",
        "Good; I see.",
        "Alpha is α, beta is β.",
    ],
)
def test_a_remark_in_another_language_asks_nothing(text: str) -> None:
    assert not requests(text)
    assert not asks(text)


@pytest.mark.parametrize(
    "piece",
    [" ", "\n", ",", ", ", "请", "请，", "か", "α;", "por favor ", "bitte ", "a ", "me ", "설명"],
)
def test_requests_are_looked_for_in_little_time(piece: str) -> None:
    assert_in_proportion(lambda count: requests((piece * count)[:count] + "b"), MAX_MESSAGE_CHARS)


def test_a_number_in_mid_sentence_asks_nothing() -> None:
    assert not asks("Thanks for your answer to question 1. That was good.")


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_closes_nothing_whatever_words_it_has(text: str) -> None:
    assert asks(text)
    assert not closes(text)


@pytest.mark.parametrize("text", REMARKS)
def test_a_remark_neither_asks_nor_closes(text: str) -> None:
    assert not asks(text)
    assert not closes(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Question 6 of 5: Why?", "Question 3 of 5: Why?"),
        ("Question 6 of 9: Why?", "Question 3 of 5: Why?"),
        ("Question 6/5. Why?", "Question 3/5. Why?"),
        ("Question 6 out of 7: Why?", "Question 3 out of 5: Why?"),
        ("Question 6 (of 7): Why?", "Question 3 (of 5): Why?"),
        ("This is question 2 of 4.", "This is question 3 of 5."),
        ("Question 6: Why?", "Question 3: Why?"),
        ("QUESTION 6 - Why?", "QUESTION 3 - Why?"),
        ("Question 12) Why?", "Question 3) Why?"),
        ("Question #6: Why?", "Question #3: Why?"),
        ("Question no. 6: Why?", "Question no. 3: Why?"),
        ("Question number 6 of 5: Why?", "Question number 3 of 5: Why?"),
        ("Thank you. Question 1: Why?", "Thank you. Question 3: Why?"),
        ("Great, question 1: Why?", "Great, question 3: Why?"),
        ("Great — question 1: Why?", "Great — question 3: Why?"),
        ("**Question 6:** Why?", "**Question 3:** Why?"),
        ("**Question 6**: Why?", "**Question 3**: Why?"),
        ("**Question 6** of 5: Why?", "**Question 3** of 5: Why?"),
        ("Good.\n\n### Question 6\n\nWhy?", "Good.\n\n### Question 3\n\nWhy?"),
        ("- Question 6: Why?", "- Question 3: Why?"),
        ("> **Question 6.** Why?", "> **Question 3.** Why?"),
    ],
)
def test_a_label_gets_the_gateways_own_count(written: str, read: str) -> None:
    assert renumber(written, 3, 5) == read


@pytest.mark.parametrize(
    "text",
    [
        "You said so in question 2. Why?",
        "As in question 1, why?",
        "Is that the question 42 answers?",
        "Version 6: why?",
        "Questions 1-2: why?",
    ],
)
def test_a_number_that_is_no_label_stays(text: str) -> None:
    assert renumber(text, 3, 5) == text


label_pieces = ["Question ", "no. ", "#", "6", "12", " of ", "/", ":", ".", ",", "**", "\n", " "]
labelled = st.lists(st.sampled_from(label_pieces) | words).map("".join)
counts = st.integers(1, 15)


@given(labelled, counts, counts)
def test_renumbering_twice_is_renumbering_once(text: str, number: int, total: int) -> None:
    once = renumber(text, number, total)
    assert renumber(once, number, total) == once


@given(labelled, counts)
def test_renumbering_changes_nothing_but_numbers(text: str, number: int) -> None:
    def without_digits(text: str) -> str:
        return "".join(character for character in text if not character.isdecimal())

    assert without_digits(renumber(text, number, 15)) == without_digits(text)


@given(st.lists(st.sampled_from([*CLOSINGS, *QUESTIONS, *REMARKS]) | words, max_size=4))
def test_a_text_that_asks_never_closes(texts: list[str]) -> None:
    text = " ".join(texts)
    assert not (asks(text) and closes(text))


@given(st.sampled_from(CLOSINGS), st.sampled_from(QUESTIONS))
def test_a_question_after_a_closing_keeps_the_interview_open(closing: str, question: str) -> None:
    assert not closes(f"{closing}\n\n{question}")


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " ",
        "*",
        "#",
        "-",
        ".",
        ". ",
        "1",
        "question ",
        "question 1",
        "now ",
        "so,",
        "the ",
        "thank you ",
        "conclude ",
        "the interview ",
        "end of ",
        "面试",
        "面试就",
        "面试到此",
        "साक्षात्कार ",
        "साक्षात्कार अब ",
        "সাক্ষাৎকার আজ ",
        "وصلنا إلى ",
        "ist das Interview ",
        "nächste",
        "l'entretien est ",
        "termina la entrevista ",
        "a entrevista ",
        "könnten Sie mir ",
        "hören ",
    ],
)
def test_the_longest_text_is_read_at_once(piece: str) -> None:
    # A pattern that looks at a run from each of its places took 5 s for 10,000 line breaks,
    # all of the reply's time.
    def read(count: int) -> None:
        text = "a" + piece * (count // len(piece)) + "b"
        closes(text)
        says_goodbye(text)
        renumber(text, 3, 5)

    assert_in_proportion(read, MAX_MESSAGE_CHARS)


@pytest.mark.parametrize(
    "text",
    [
        "Are you ready?",
        "Are you ready to begin the interview?",
        "Ready to start?",
        "Welcome! How are you doing today? Can you hear me well?",
        "Hello. Shall we begin?",
    ],
)
def test_readiness_is_nothing_to_answer_an_interview_with(text: str) -> None:
    assert asks(text)
    assert not asks_for_more_than_readiness(text)


@pytest.mark.parametrize(
    "text",
    [
        "Are you ready? Then tell me about yourself.",
        "How are you testing your code?",
        "When is a design ready to be reviewed?",
        "Is your team ready for change?",
    ],
)
def test_a_question_with_such_words_in_it_is_one(text: str) -> None:
    assert asks_for_more_than_readiness(text)


@pytest.mark.parametrize("mark", "?？؟՞፧⁉‽")
def test_the_question_marks_of_other_scripts_ask(mark: str) -> None:
    assert asks(f"您好{mark}")
    assert not closes(f"{CLOSING} 您好{mark}")


@pytest.mark.parametrize("piece", ["ready ", "ready", "how are you ", "shall we go ", "? ", "\n"])
def test_readiness_is_looked_for_in_little_time(piece: str) -> None:
    assert_in_proportion(
        lambda count: asks_for_more_than_readiness((piece * count)[:count]), MAX_MESSAGE_CHARS
    )


@pytest.mark.parametrize("before", ["", "Thanks. ", "谢谢。 ", "धन्यवाद। ", "शुक्रिया।", "شكرًا؟ "])
@pytest.mark.parametrize("label", ["第3题：", "प्रश्न 3: ", "السؤال 3: ", "Question 3: "])
def test_a_label_is_found_behind_any_script(before: str, label: str) -> None:
    assert label_of(f"{before}{label}How?") == 3
