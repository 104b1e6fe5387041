"""A reply that only refuses is passed over, and one that goes on stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import BackendError
from backends.turn import End, Turn
from backends.turnreader import TurnReader
from tests.backends.interviews import turn
from tests.backends.reading import (
    CUTS,
    ENDS,
    assert_any_split_is_read_alike,
    pieces_of,
    summary_of,
    texts_of,
    turn_of,
)
from tests.depth import examples

DUE = turn(2)
LAST = turn(6)

REFUSALS = [
    "I can't assist with that.",
    "I'm sorry, but I cannot continue this conversation.",
    "I’m sorry, but I can’t help with that request.",
    "**I cannot fulfill this request.** I am just an AI assistant, I cannot provide that.",
    "As an AI language model, I don't have personal experiences.",
    "I'm sorry, but I can't assist with that. Is there anything else I can help you with?",
    "Sorry. I am unable to continue.",
    "I apologize, but I am not able to conduct interviews. Thank you for understanding.",
    "I won't continue this interview.",
    "I must decline.",
    "抱歉，我无法继续这个对话。",
    "很抱歉，我不能协助您完成这个请求。",
    "作为一个人工智能语言模型，我没有个人经历。",
    "申し訳ありませんが、そのリクエストにはお答えできません。",
    "AI言語モデルとして、個人的な経験はありません。",
    "죄송하지만 도와드릴 수 없습니다.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Desculpe, mas não posso ajudar com isso.",
    "Je suis désolé, mais je ne peux pas continuer cette conversation.",
    "Il m'est impossible de poursuivre cette conversation.",
    "Je préfère ne pas continuer.",
    "Ich bin leider nicht in der Lage, das Gespräch fortzuführen.",
    "Es tut mir leid, aber ich darf diese Anfrage nicht erfüllen.",
    "Prefiero no continuar esta conversación.",
    "Lamento no poder ayudarle con eso.",
    "Infelizmente, não me é possível ajudar com isso.",
    "Prefiro não continuar.",
    "En tant qu'IA, je n'ai pas d'expérience.",
    "Mi dispiace, ma non posso aiutarti con questo.",
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Als KI-Sprachmodell habe ich keine Erfahrungen.",
    "Het spijt me, maar ik kan daar niet bij helpen.",
    "Przykro mi, ale nie mogę w tym pomóc.",
    "Üzgünüm, ancak bu konuda yardımcı olamam.",
    "Извините, но я не могу с этим помочь.",
    "عذرًا، لا أستطيع المساعدة في ذلك.",
    "I don't feel comfortable continuing this.",
    "I do not feel comfortable with that request.",
    "I'm sorry, but I'm not comfortable discussing this. I'd rather not continue.",
    "I would prefer not to answer.",
    "I refuse.",
    "I can't help with that, so please consult a professional.",
    "I can't assist with that, but please tell me if there is anything else.",
    "抱歉我无法继续这个对话。",
    "मुझे खेद है, लेकिन मैं इसमें आपकी मदद नहीं कर सकता।",
    "क्षमा करें, मैं इस अनुरोध को पूरा नहीं कर सकती।",
    "एक एआई भाषा मॉडल के रूप में मेरे पास व्यक्तिगत अनुभव नहीं हैं।",
    "Xin lỗi, nhưng tôi không thể giúp bạn với yêu cầu đó.",
    "Rất tiếc, tôi không thể tiếp tục cuộc trò chuyện này.",
    "Với tư cách là một mô hình ngôn ngữ, tôi không có kinh nghiệm cá nhân.",
    "Maaf, saya tidak bisa membantu dengan permintaan itu.",
    "Mohon maaf, tetapi saya tidak dapat melanjutkan percakapan ini.",
    "Sebagai model bahasa AI, saya tidak memiliki pengalaman pribadi.",
    "দুঃখিত, আমি এই বিষয়ে আপনাকে সাহায্য করতে পারছি না।",
    "ক্ষমা করবেন, কিন্তু আমি এই কথোপকথন চালিয়ে যেতে পারব না।",
    "একটি এআই ভাষা মডেল হিসেবে আমার ব্যক্তিগত অভিজ্ঞতা নেই।",
    "Вибачте, але я не можу допомогти з цим.",
    "На жаль, я не можу продовжити цю розмову.",
    "Як мовна модель, я не маю особистого досвіду.",
]

GOES_ON = [
    "I can't judge that without more detail. How did you test it?",
    "I can't help but notice how careful you are. Why is that?",
    "I can't tell you how impressed I am. How do you test?",
    "I can't answer that for you. What do you think?",
    "I'm sorry to hear that. How did you go on?",
    "I cannot continue without a number. How many rows were there?",
    "As an AI interviewer, I will ask five questions. Question 2: How?",
    "As an AI language model, I don't tire. Question 2: How?",
    "Sorry. Question 2: How?",
    "Unfortunately, we have little time. How do you test?",
    "Can't you help with that?",
    "抱歉。您如何测试代码？",
    "我无法回答这个问题。您如何测试代码？",
    "Es tut mir leid. Wie testen Sie?",
    "Il m'est facile de vous suivre. Comment testez-vous le code ?",
    "Ich kann das gut nachvollziehen. Wie testen Sie?",
    "Lamento oírlo. ¿Cómo prueba el código?",
    "Prefiro começar por aqui. Como testa o código?",
    "Je ne peux pas répondre à cela. Comment testez-vous ?",
    "I can't provide the dataset, so describe how you would explore it.",
    "I cannot provide the code, but tell me how you would test it.",
    "I can't go on without a number; please list the tables.",
    "Ich kann das nicht beantworten, bitte beschreiben Sie Ihre Tests.",
    "I'm not comfortable with SQL myself. Are you?",
    "I don't feel that we are done. How do you test?",
    "मुझे खेद है। आप कोड का परीक्षण कैसे करते हैं?",
    "দুঃখিত। আপনি কোড কীভাবে পরীক্ষা করেন?",
    "আমি শুনেছি। আপনি কোড কীভাবে পরীক্ষা করেন?",
    "Rất tốt! Bạn kiểm thử mã như thế nào?",
    "Xin lỗi. Bạn kiểm thử mã như thế nào?",
    "Maaf. Bagaimana Anda menguji kode?",
    "Saya ingin tahu. Bagaimana Anda menguji kode?",
    "На жаль, часу мало. Як ви тестуєте код?",
]

SAID = ["I'm sorry to hear that.", "I can't help noticing that.", "I am not judging you."]


@pytest.mark.parametrize("words", REFUSALS)
@pytest.mark.parametrize("due", [DUE, LAST])
@pytest.mark.parametrize("size", [1, 10_000])
def test_a_reply_that_only_refuses_is_passed_over(words: str, due: Turn, size: int) -> None:
    reader = TurnReader(due)
    for piece in pieces_of(words, size):
        reader.feed(piece)
        assert " " not in reader.shown or reader.is_whole
    with pytest.raises(BackendError, match=r"^Refused to go on$"):
        reader.finish(End())


@pytest.mark.parametrize("words", REFUSALS)
def test_a_summary_that_only_refuses_is_passed_over(words: str) -> None:
    with pytest.raises(BackendError, match=r"^Refused to go on$"):
        summary_of(words, DUE.session)


@pytest.mark.parametrize("words", GOES_ON)
@pytest.mark.parametrize("size", [1, 10_000])
def test_a_reply_that_goes_on_stays(words: str, size: int) -> None:
    asked = turn_of(words, DUE, size=size)
    assert (asked.text, asked.lacks_question) == (words, False)


@pytest.mark.parametrize("words", SAID)
def test_an_apology_alone_is_no_refusal(words: str) -> None:
    assert turn_of(words, DUE).text == words


texts = texts_of(
    [*REFUSALS, *GOES_ON, *SAID, "I ", "can't ", "Sorry", ". ", "How?", "我"],
    max_size=5,
    between=" ",
)


@settings(max_examples=examples(150), deadline=None)
@given(
    texts,
    CUTS,
    st.sampled_from([DUE, LAST]),
    ENDS,
)
def test_any_split_of_a_refusal_is_read_alike(
    text: str, cuts: list[int], due: Turn, end: End | None
) -> None:
    assert_any_split_is_read_alike(due, text, cuts, end)
