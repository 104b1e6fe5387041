"""Which sentences of a model judge an answer, and how soon the others are shown."""

import pytest

from backends.reading.judging import judges, may_judge_in

LONGEST_HELD = 48

INNOCENT = """
Thank you, that's helpful.
Great, thank you for that.
That's an interesting point about caching.
That makes sense, and it is a lot of experience.
Perfect, let's move on.
Right, so you began with the logs.
Exactly how it began is clear now.
It is right there in your CV that you worked with Go.
You are right to take your time.
It's absolutely okay not to know.
That's completely understandable.
Good to know that you solved it with an index.
Solid work goes unnoticed at times.
A good answer takes time, so take yours.
The best answer is the one from your own work.
Correct me if I'm wrong, but you lead a team of four.
Good job title, by the way.
Great work environments are rare, as you say.
Strong response times matter, as you said.
You got it right after three attempts, you said.
You did well to ask.
Gut, danke für Ihre Antwort.
Richtig, Sie hatten das Team erwähnt.
Das ist richtig viel Arbeit gewesen.
Eine gute Antwort braucht Zeit.
C'est noté, merci pour cette réponse.
C'est juste une question de temps.
La bonne réponse est celle de votre expérience.
Está bien, sigamos.
Es correcto que lo pregunte.
Está mal visto en muchos equipos, como dice.
Está certo, vamos em frente.
Está certo que o prazo era curto.
谢谢您的回答。
这是很好的例子。
您说得很清楚，谢谢。
正确的答案不止一个。
شكرًا على إجابتك.
धन्यवाद, यह समझ में आया।
अच्छा, धन्यवाद।
ধন্যবাদ, বুঝতে পেরেছি।
""".strip().split("\n")

JUDGING = """
Great answer Anna!
That's a great answer, and it shows depth.
That was a very thorough answer.
That isn't correct.
Unfortunately, that's incorrect.
You're spot on.
Your answers are excellent.
So the correct answer is B.
Hervorragende Antwort!
Das ist leider falsch.
Das stimmt nicht.
Genau richtig!
Mauvaise réponse.
Ce n'est pas correct.
¡Excelente respuesta!
Eso no es correcto.
Essa é uma ótima resposta.
Isso está correto.
这是一个很好的回答。
إجابة رائعة!
बहुत अच्छा जवाब!
খুব ভালো উত্তর!
""".strip().split("\n")


@pytest.mark.parametrize("sentence", INNOCENT)
def test_an_acknowledgement_stays_and_is_shown_soon(sentence: str) -> None:
    assert not judges(sentence)
    assert not may_judge_in(f"{sentence[:-1]}{' and so on' * 5}"[: LONGEST_HELD + 1])


@pytest.mark.parametrize("sentence", JUDGING)
def test_a_judgement_is_known_before_any_of_it_is_shown(sentence: str) -> None:
    assert judges(sentence)
    assert all(may_judge_in(sentence[:end]) for end in range(len(sentence)))


@pytest.mark.parametrize("sentence", ["谢谢您的回答", "شكرًا على", "धन्यवाद", "ধন্যবাদ", "Merci"])
def test_thanks_are_shown_at_once(sentence: str) -> None:
    assert not may_judge_in(f"{sentence} ")
