"""Stage directions, such as `[Waits for your answer]`, `(pauses)` and `*smiles*`.

Models write them for nobody to say. Where nothing else follows on the line, they are left out.
"Describe a server (it waits for I/O)" is none: only what an interviewer does in a pause is, alone
in its brackets.
"""

import re

from statemachine.patterns import Pattern
from statemachine.wording import QUESTION_MARKS

MAX_DIRECTION = 100

OPENERS = "[(*_（【［"
_LEAD = re.compile(rf"[{re.escape(OPENERS)}]{{1,4}}")
_CLOSERS = "])*_）】］"
_TAIL = frozenset(f"{_CLOSERS}.…。 \t\xa0\u3000")

_AROUND = f"{OPENERS}{_CLOSERS}.…。:;,! \t\xa0\u3000"
_BEFORE = frozenset(f"\n.!…。！:：{QUESTION_MARKS}")

_WHO = r"(?:(?:the |ai |opentalent )?(?:interviewer|assistant|candidate|user|ai|model) )?"
_WHOSE = r"(?:(?:the|your|a|an|for|candidate|candidate's|user|user's|their|next|from|to) )*"
_ANSWER = r"(?:answer|response|reply|input|candidate|user|turn|you|speak|respond|continue|message)"
_WAITING = (
    rf"(?:(?:is|will) )?(?:wait|waits|waiting|await|awaits|awaiting|pauses?|paused|pausing)"
    rf"(?: (?:patiently|quietly|briefly|here|now|silently))*(?: (?:for|and waits for)?:? ?{_WHOSE}"
    rf"{_ANSWER}(?: (?:to )?(?:respond|answer|reply|before (?:continuing|proceeding|moving on)))?"
    r"| for (?:a|the) (?:few )?(?:moment|seconds?|while|answer|response|reply))?"
)
_GESTURE = (
    r"(?:smil|nodd?|laugh|chuckl|sigh|grinn?|listen)(?:s|es|ing)"
    r"(?: (?:and (?:nods|smiles)|warmly|politely|slightly|encouragingly|attentively|carefully"
    r"|thoughtfully|softly|approvingly|in agreement))*"
    r"|(?:clears? (?:his|her|their|my|your) |clearing )throat|takes? notes|taking notes"
    r"|makes? (?:a )?notes?|leans (?:forward|back|in)|looks (?:up|at (?:you|notes|the candidate))"
    r"|(?:long |short |brief )?(?:pause|silence)"
)
_END = (
    r"(?:the )?end of (?:the |my |this |your |interviewer's |interviewer )*"
    r"(?:turn|message|response|reply|question|interview|summary|conversation|session|transcript"
    r"|output)|end (?:turn|interview|session|summary)|stops?(?: here)?|stop generating"
)
_PLACE = (
    r"(?:insert |type |write |enter |provide )?(?:your|the candidate's|candidate's|candidate|user)"
    r" (?:answer|response|reply)(?: here| goes here)?"
    r"|(?:candidate|user) (?:responds|answers|replies|speaks|thinks)"
)
_ELSEWHERE = (
    # Chinese, Japanese, Korean
    r"(?:等待|等候|请等待|等您|等你)(?:候选人|候選人|应聘者|您的?|你的?|用户)*(?:的)?(?:回答|回复|回覆|答复|回应)?"
    r"|停顿|停頓|暂停|微笑|点头|對話結束|对话结束|面试结束|(?:本轮|回合)结束"
    r"|(?:候補者|応募者|あなた)?(?:の)?(?:回答|返答|返事|応答)を(?:待つ|待ちます|待っています|待機中?|お待ちします"
    r"|お待ちしています)|待機中?|一時停止|間を置く|微笑む|うなずく|頷く|面接終了"
    r"|(?:지원자(?:의)? |당신의 )?(?:답변|응답|대답)(?:을|를)? (?:기다림|기다립니다|기다리는 중"
    r"|대기(?: 중)?)|대기(?: 중)?"
    r"|잠시 멈춤|미소|면접 종료"
    # Spanish, Portuguese, French, Italian
    r"|(?:espera|esperando|a la espera de|en espera de|aguarda|aguardando|à espera d[ae])"
    r"(?: (?:la|su|tu|a|sua|o|uma|del?|da|do|candidat[oa]|candidato))* ?(?:respuesta|resposta)"
    r"(?: d(?:el|o|a) candidat[oa])?|pausa(?: breve)?|sonríe|asiente|sorri|fin de la entrevista"
    r"|fim da (?:entrevista|mensagem)"
    r"|(?:attend|attente|en attente|j'attends|dans l'attente)(?: d[eu])?(?: (?:la|votre|ta|une))?"
    r" réponse(?: du candidat)?|sourit|fin (?:de l'entretien|du tour)"
    r"|(?:attende|attendo|in attesa|aspetta)(?: d(?:ella|i))?(?: (?:la|sua|tua|una))* risposta"
    r"(?: del candidato)?|sorride|annuisce|fine (?:del colloquio|del turno)"
    # German, Dutch, Polish, Turkish
    r"|(?:wartet|warte|warten|wartend)(?: auf)?(?: (?:die|ihre|deine|eine|seine))? antwort"
    r"(?: des (?:kandidaten|bewerbers))?|(?:kurze )?pause|lächelt|nickt|ende des"
    r" (?:interviews|gesprächs)"
    r"|(?:wacht|wachten|wachtend)(?: op)?(?: (?:het|uw|je|een))? antwoord(?: van de kandidaat)?"
    r"|pauze|glimlacht|knikt|(?:czeka|czekam|oczekiwanie|oczekuje)(?: na)?(?: (?:twoją|pana|pani))?"
    r" odpowiedź(?: kandydata)?|pauza|uśmiecha się|koniec rozmowy"
    r"|(?:adayın |sizin )?(?:yanıt|cevab|cevap)\w* (?:bekleniyor|bekliyor|bekler)|duraklar|gülümser"
    # Russian, Arabic
    r"|(?:ожида(?:ет|ю|ние)|жд[её]т|жду|в ожидании)(?: (?:вашего|ваш|твоего))? ответа?"
    r"(?: кандидата)?|пауза|улыбается|кивает|конец (?:интервью|собеседования)"
    r"|(?:ينتظر|تنتظر|أنتظر|في انتظار|بانتظار) (?:الإجابة|إجابتك|الرد|ردك|إجابة المرشح|رد المرشح)"
    r"|صمت|يبتسم"
)
_DIRECTION = Pattern(
    rf"{_WHO}(?:{_WAITING}|{_GESTURE}|{_END})|{_PLACE}|{_ELSEWHERE}", re.IGNORECASE
)
_FIRST_WORDS = Pattern(
    r"the|ai|opentalent|interviewer|assistant|candidate|candidate's|user|model|is|will|wait\w*"
    r"|await\w*|paus\w+|smil\w+|nod\w*|laugh\w*|chuckl\w+|sigh\w*|grin\w*|listen\w*|clear\w*|take\w*"
    r"|taking|make\w*|leans|looks|long|short|brief|silence|end|stop\w*|insert|type|write|enter"
    r"|provide|your|espera\w*|a|à|en|aguarda\w*|sonríe|asiente|sorri\w*|fin|fim|fine|attend\w*"
    r"|attente|j'attends|dans|sourit|in|aspetta|annuisce|warte\w*|kurze|lächelt|nickt|ende|wacht\w*"
    r"|pauze|glimlacht|knikt|czeka\w*|oczek\w*|uśmiecha|koniec|adayın|sizin|yanıt\w*|cevab\w*"
    r"|cevap\w*|duraklar|gülümser|[Ѐ-ӿ]+|[؀-ۿ]+|[぀-ヿ㐀-鿿가-힯]+",
    re.IGNORECASE,
)


class DirectionReader:
    """Leaves directions out of characters that come one at a time."""

    def __init__(self) -> None:
        self.held = ""
        """What may be a direction, as far as it has come."""
        self._is_apart = True

    def push(self, character: str, before: str) -> str:
        """The text that is certain now. The first character that is held is one of OPENERS;
        `before` is the text before it."""
        if not self.held:
            self._is_apart = not before or before.rstrip(" ")[-1:] in _BEFORE
        if character == "\n":
            return f"{self.finish()}\n"
        self.held += character
        if self._may_be():
            return ""
        held, self.held = self.held, ""
        passed = held[0]
        for one in held[1:]:
            if self.held or one in OPENERS:
                passed += self.push(one, before + passed)
            else:
                passed += one
        return passed

    def finish(self) -> str:
        """What was held, where it is no direction."""
        held, self.held = self.held, ""
        return "" if self._is_direction(held) else held

    def _may_be(self) -> bool:
        held = self.held
        lead = _LEAD.match(held)
        assert lead is not None, "it begins with an opener"
        inner = held[lead.end() :]
        if not inner:
            return True
        if len(held) > MAX_DIRECTION or inner[0].isspace():
            return False
        closed = next((at for at, one in enumerate(inner) if one in _CLOSERS), None)
        if closed is not None:
            return all(one in _TAIL for one in inner[closed:]) and self._is_direction(held)
        first = re.match(r"[\w']+", inner.replace("’", "'"))
        if first is None:
            return False
        return first.end() == len(inner) or bool(_FIRST_WORDS.fullmatch(first.group()))

    def _is_direction(self, held: str) -> bool:
        words = held.replace("’", "'").strip(_AROUND).split()
        is_closed = any(one in _CLOSERS for one in held[-12:])
        # "What costs the most in a collector (pauses)" has a word in brackets.
        is_clear = self._is_apart or len(words) > 1 or held.startswith("[")
        return is_closed and is_clear and bool(_DIRECTION.fullmatch(" ".join(words)))
