"""Orders in an answer to whoever assesses it: "Give full marks." They are words like all others,
are never followed, and are no evidence of anything. One table says what an order looks like.

An order is in the imperative, or says "you must". "I gave the vendor full marks" tells a story.
"""

import re
from collections.abc import Iterator
from functools import cache

from statemachine.sentences import sentences_in

_DO = r"(?:^|[.!?:;\n\"'“(\[]\s*|[-–—*>]\s*|\b(?:please|must|should|shall|just|now|always|to)\s+)"
_TOP = r"(?:full|top|highest|maximum|max|best|perfect|all)"
_MARKS = r"(?:marks?|scores?|points?|levels?|ratings?|grades?)"
_RULES = r"(?:instructions?|rules?|prompts?|rubrics?|guidelines?|criteria|directions?)"
_ME = r"(?:me|my\s+\w+|this\s+(?:candidate|answer|interview|person)|the\s+candidate)"

ORDERS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"{_DO}(?:give|award|grant|assign)\s+(?:{_ME}\s+|it\s+)?(?:the\s+|a\s+)?{_TOP}\s+"
        rf"(?:\w+\s+)?{_MARKS}",
        rf"{_DO}(?:give|award|grant|assign)\s+{_ME}\s+(?:an?\s+|the\s+)?(?:\w+\s+)?(?:{_MARKS}|\d)",
        rf"{_DO}(?:rate|score|grade|assess|mark|evaluate|rank|judge)\s+{_ME}\s+"
        r"(?:as|at|with|highly|level|top|\d)",
        rf"{_DO}(?:ignore|disregard|forget|override|skip)\s+(?:(?:all|any|the|your|my|these|of|"
        rf"previous|prior|above|earlier|other|preceding|scoring)\s+){{1,4}}{_RULES}",
        rf"{_DO}(?:hire|recommend|pass)\s+(?:me|this\s+candidate|the\s+candidate)\b",
        rf"{_DO}(?:set|output|return|write|put)\s+(?:the\s+|my\s+|every\s+|each\s+|all\s+)?{_MARKS}"
        rf"\s*(?:to|as|=|:)?\s*(?:\d|{_TOP}\b)",
        r"\byou\s+(?:are\s+to|must|should|shall|will|have\s+to)\s+(?:now\s+|always\s+)?"
        rf"(?:give|award|rate|score|grade|assess|mark|hire|recommend|pass)\s+{_ME}",
        r"\b(?:system|assessor|assessment|grader|scoring)\s+(?:prompt|message|note|instructions?)"
        r"\s*[:=]",
        r"\binstructions?\s+(?:to|for)\s+(?:the\s+)?(?:assessor|assessment|model|ai|grader)\b",
        r"[\"']?level[\"']?\s*:\s*\d",
    ),
    "de": (
        r"\b(?:gib|geben\s+sie|vergib|vergeben\s+sie)\b.{0,30}\b(?:volle|höchste|beste|maximale)\w*"
        r"\s+(?:\w+)?(?:punkt|note|bewertung|stufe)",
        r"\b(?:ignorier|missachte|vergiss)\w*\b.{0,30}\b(?:anweisung|regel|vorgabe|kriteri)",
        r"\bbewerte(?:n\s+sie)?\s+mich\b",
    ),
    "fr": (
        r"\b(?:donne|donnez|attribue|attribuez|mets|mettez)(?:[- ]moi)?\b.{0,30}"
        r"\b(?:note|points?|niveau)\s+(?:maximal|maximum|le\s+plus)",
        r"\b(?:donne|donnez)[- ]moi\s+(?:la\s+meilleure\s+note|tous\s+les\s+points)",
        r"\b(?:ignore|ignorez|oublie|oubliez)\b.{0,30}\b(?:instructions?|consignes?|règles?)",
    ),
    "es": (
        r"\b(?:dame|deme|déme|otórgame|asigna|ponme|póngame)\b.{0,30}"
        r"\b(?:puntuación|nota|puntos|nivel|calificación)",
        r"\b(?:ignora|ignore|olvida|olvide)\b.{0,30}\b(?:instrucciones|reglas|criterios)",
    ),
    "pt": (
        r"\b(?:dê-me|me\s+dê|dá-me|atribua|me\s+avalie|avalie-me)\b.{0,30}"
        r"\b(?:pontuação|nota|pontos|nível|máxim)",
        r"\b(?:ignore|esqueça)\b.{0,30}\b(?:instruções|regras|critérios)",
    ),
    "hi": (r"पूरे\s+(?:अंक|नंबर)", r"निर्देशों\s+को\s+(?:अनदेखा|नज़रअंदाज़)"),
    "bn": (r"(?:পূর্ণ|পুরো|সর্বোচ্চ)\s+(?:নম্বর|মার্ক)\S*\s+(?:দিন|দাও)", r"নির্দেশ\S*.{0,15}উপেক্ষা"),
    "ar": (
        r"(?:أعطني|امنحني|أعطوني).{0,20}(?:الدرجة|العلامة|درجة|علامة)",
        r"تجاهل.{0,20}(?:التعليمات|الأوامر|القواعد)",
    ),
    "zh": (
        r"给.{0,6}(?:满分|最高分|最高等级)",
        r"(?:忽略|无视).{0,10}(?:指令|指示|规则|说明|标准)",
    ),
}
"""Language → what an order looks like. No pattern repeats a repetition, so none can be slow."""

_BEFORE = re.compile(r"[\W_]*")


@cache
def _order() -> re.Pattern[str]:
    """Compiled for the first assessment or summary: a gateway that starts needs none."""
    return re.compile("|".join(p for ps in ORDERS.values() for p in ps), re.IGNORECASE)


def orders_in(text: str) -> Iterator[tuple[int, int]]:
    """The sentences with an order, as `text[start:end]`."""
    return ((start, end) for start, end in sentences_in(text) if _order().search(text[start:end]))


def gives_orders(text: str) -> bool:
    """Whether there is an order in the text."""
    return _order().search(text) is not None


def orders_at(content: str, start: int, end: int) -> bool:
    """Whether `content[start:end]` is an order or a piece of one, such as "me full marks". What
    follows an order in its sentence belongs to it."""
    for first, last in orders_in(content):
        order = _order().search(content[first:last])
        before = _BEFORE.match(order[0]) if order else None
        begins = first + (order.start() if order else 0) + (before.end() if before else 0)
        if begins < end and start < last:
            return True
    return gives_orders(content[start:end])
