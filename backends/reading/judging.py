"""Sentences with which a model judges an answer, or gives one away: "Great answer, that's correct."

An interviewer does neither, and small models do both, whatever their prompt says. Only plain cases
are found, and only in what stands before the question: "Is that correct?" asks, and a closing may
be friendly.
"""

import re

from statemachine.patterns import Pattern

_ANSWER = r"(?:answer|response|reply|explanation|point|solution|approach|example|job|work)"
_GOOD = (
    r"(?:good|great|excellent|perfect|brilliant|fantastic|wonderful|amazing|impressive|strong"
    r"|outstanding|superb|terrific|solid|thorough|thoughtful|insightful|comprehensive"
    r"|correct|right|wrong|incorrect|inaccurate|poor|bad|weak|incomplete)"
)
_SO = (
    r"(?:absolutely|exactly|perfectly|totally|completely|quite|very|really|so|not|partly|partially)"
)
_END = r"(?=\s*(?:[.!,;:–—…*。！，]|$))"
"""Of what judges. "A good answer takes time" does not, nor "That's right where it hurts"."""


def _then(*words: str) -> str:
    return rf"(?:{_END}|\s+(?:{'|'.join(words)})\b)"


# Behind "^\W*": where a sentence begins.
_AT_FIRST = (
    # "Great answer!", "That's a really excellent point."
    rf"(?:(?:that|this|it)(?:'s|\s+is|\s+was)\s+|what\s+)?(?:an?\s+|the\s+)?(?:{_SO}\s+)*"
    rf"{_GOOD}\s+{_ANSWER}s?"
    rf"(?:{_then('and', 'but', 'so', 'to', 'on', 'for', 'of', 'that', 'there', 'with')}|\s+\w+\s*!)"
    # "That's correct.", "You're absolutely right", "Correct!", "Well done."
    r"|(?:yes|no|well|ok(?:ay)?|unfortunately|actually)?\W*"
    r"(?:(?:that|this|it)(?:'s|\s+(?:is|was)(?:n't)?)|you(?:'re|\s+are))\s+"
    rf"(?:{_SO}\s+)*(?:correct|right|wrong|incorrect|inaccurate|mistaken|perfect|excellent"
    rf"|spot\s+on){_then('and', 'but', 'because', 'that')}"
    rf"|(?:(?:{_SO}\s+)*(?:correct|wrong|incorrect)|exactly(?:\s+right)?|(?:well|nicely)\s+"
    r"(?:done|said|answered)|(?:good|great|nice|excellent)\s+(?:one|job|work|stuff))\s*[!.,]"
    # Who talks of the interview from outside judges it: "The interviewer is not only acknowledging
    # the correct answer, but …"
    r"|th(?:e|is)\s+interviewer\b"
    r"|(?:das\s+ist\s+|eine?\s+)*(?:sehr\s+|ganz\s+|völlig\s+)*(?:gute|richtige|falsche"
    rf"|ausgezeichnete|hervorragende|tolle|perfekte)\s+antwort{_then('und', 'aber', 'auf')}"
    rf"|das\s+(?:ist|war)\s+(?:\w+\s+)?(?:richtig|falsch|korrekt){_then('und', 'aber')}"
    rf"|(?:genau\s+)?(?:richtig|falsch)\s*[!.]|das\s+stimmt\s+(?:leider\s+)?nicht{_END}"
    r"|(?:c'est\s+)?(?:une\s+)?(?:très\s+)?(?:bonne|excellente|mauvaise)\s+réponse"
    rf"{_then('et', 'mais')}|(?:c'est|ce\s+n'est\s+pas)\s+(?:\w+\s+)?(?:exact|correct|faux"
    rf"|juste){_then('et', 'mais')}"
    r"|(?:(?:es[at]a\s+)?es\s+)?(?:una\s+)?(?:muy\s+)?(?:buena|excelente|mala|gran)\s+respuesta"
    rf"{_then('y', 'pero')}|(?:eso\s+)?(?:no\s+)?(?:es|está)\s+(?:correcto|incorrecto|mal)"
    rf"{_then('y', 'pero')}|correcto\s*[!.]"
    r"|(?:(?:es[st]a\s+)?é\s+)?(?:uma\s+)?(?:muito\s+)?(?:boa|excelente|ótima|má)\s+resposta"
    rf"{_then('e', 'mas')}|(?:isso\s+(?:não\s+)?está\s+certo|(?:isso\s+)?(?:não\s+)?está\s+"
    rf"(?:correto|errado)){_then('e', 'mas')}"
    r"|(?:这是|這是)?(?:一个|一個)?(?:很|非常|太)?(?:好|棒|正确|正確)的?(?:回答|答案)(?!不)"
    r"|(?:你|您)?(?:回答|说|說)得(?:很|非常)?(?:好|对|對|正确|正確)"
    r"|(?:إجابة|جواب)\s+(?:ممتازة?|رائعة?|جيدة?|صحيحة?|خاطئة?)"
    r"|(?:यह\s+)?(?:एक\s+)?(?:बहुत\s+)?(?:अच्छा|शानदार|बढ़िया|सही|ग़लत|गलत)\s+(?:जवाब|उत्तर)"
    r"|(?:এটি\s+)?(?:একটি\s+)?(?:খুব\s+)?(?:ভালো|চমৎকার|দারুণ|সঠিক|ভুল)\s+উত্তর"
)
# Behind "\b", anywhere: with one boundary before all of them they are found in a fifth of the
# time that a boundary in each takes.
_AT_A_WORD = (
    rf"your\s+(?:\w+\s+)?{_ANSWER}s?\s+(?:is|was|are|were)\s+(?:an?\s+)?(?:{_SO}\s+)*{_GOOD}\b"
    r"|you(?:'ve|\s+have)?\s+(?:answered|got|did)\s+(?:it\s+|that\s+|this\s+)?"
    rf"(?:correctly|right|wrong|well){_then('and', 'but')}"
    # What gives an answer away.
    r"|(?:the|a)\s+(?:correct|right|ideal|best|model|better|good)\s+answer\s+(?:is|was|would)\b"
    r"(?!\s+(?:not|the\s+one|up|yours)\b)"
    r"|you\s+(?:should|could)\s+have\s+(?:said|mentioned|answered)\b"
    r"|die\s+richtige\s+antwort\s+(?:ist|wäre|lautet)\b"
    r"|la\s+bonne\s+réponse\s+(?:est|était)\b(?!\s+celle)"
    r"|la\s+respuesta\s+correcta\s+(?:es|era|sería)\b"
    r"|a\s+resposta\s+correta\s+(?:é|era|seria)\b"
)
_ANYWHERE = (
    r"正确(?:的)?答案(?:是|应该)|الإجابة\s+الصحيحة\s+هي|सही\s+(?:जवाब|उत्तर)\s+है|সঠিক\s+উত্তর\s+হলো"
)


_BEGINS = Pattern(rf"\W*(?:{_AT_FIRST})", re.IGNORECASE)
_HOLDS = Pattern(rf"\b(?:{_AT_A_WORD})|{_ANYWHERE}", re.IGNORECASE)

_TELLS_WITHIN = 48
"""Within so many characters a sentence begins to judge that does. Only so long it is waited for,
if its first word allows: a candidate sees the words of a slow model as they come."""
_READ = 200
"""How many characters of a sentence are looked at."""
_FIRST_WORDS = frozenset(
    {
        *("that", "that's", "this", "it", "it's", "you", "you're", "your", "yes", "no", "well"),
        *("ok", "okay", "what", "a", "an", "the", "good", "great", "excellent", "perfect", "nice"),
        *("brilliant", "fantastic", "wonderful", "amazing", "impressive", "strong", "solid"),
        *("outstanding", "superb", "terrific", "correct", "right", "wrong", "incorrect", "quite"),
        *("absolutely", "exactly", "perfectly", "totally", "completely", "very", "really"),
        *("so", "not", "partly", "partially", "unfortunately", "actually", "nicely", "poor", "bad"),
        *("weak", "incomplete", "thorough", "thoughtful", "insightful", "comprehensive"),
        *("das", "die", "eine", "gute", "sehr", "richtig", "richtige", "falsch", "tolle", "genau"),
        *("ganz", "völlig", "falsche", "ausgezeichnete", "hervorragende", "perfekte"),
        *("c'est", "ce", "une", "bonne", "excellente", "mauvaise", "très", "la", "es", "esa"),
        *("esta", "está", "eso", "una", "muy", "buena", "mala", "excelente", "correcto", "gran"),
        *("é", "essa", "isso", "não", "uma", "muito", "boa", "ótima", "má"),
    }
)
_BEGINNINGS = frozenset(word[:end] for word in _FIRST_WORDS for end in range(1, len(word) + 1))
_FIRST_LETTERS = frozenset("这這一很非太好棒正你您回说說").union("إجا", "यएबअशसग", "এখভচদস")
"""The same in Chinese, Arabic, Hindi and Bengali."""
_WORD = re.compile(r"[\w']+")


def may_judge_in(beginning: str) -> bool:
    """Whether a sentence with this beginning may turn out to judge."""
    found = _WORD.search(beginning[:_READ].replace("’", "'"))
    if found is None:
        return len(beginning) <= _TELLS_WITHIN
    if len(beginning) > _TELLS_WITHIN:
        return judges(beginning)
    word = found[0].casefold()
    if word[0] > "\u024f":
        return word[0] in _FIRST_LETTERS
    is_whole = found.end() < len(beginning)
    return word in (_FIRST_WORDS if is_whole else _BEGINNINGS)


def judges(sentence: str) -> bool:
    """Whether a sentence of the interviewer judges an answer or gives one away."""
    words = sentence[:_READ].replace("’", "'")
    return bool(_BEGINS.match(words) or _HOLDS.search(words))
