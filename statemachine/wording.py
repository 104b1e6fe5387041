"""How an interviewer's words are read: do they ask, do they close, how do they count.

Only the interviewer's words are ever read so. A candidate's change no state.
"""

import re

from statemachine.endings import closes_elsewhere
from statemachine.languages import requests_elsewhere
from statemachine.patterns import Pattern

# None of these may look at the same run of characters from each of its places: 10,000 line
# breaks took `asks` five seconds so. Hence a run after `_START` holds nothing that starts one.
_START = r"(?:^|[.!?:;\n–—])[^\w.!?:;\n–—]*"
_QUESTION = r"question\s+(?:no\.?\s*|number\s+|#\s*)?"
_LABEL_END = r"\**(?:\s*[:.)\-–—]|[^\S\n]*\n)"
_OF = r"[*\s(]*(?:(?:out\s+)?of|/)\s*"

# What an interviewer does in a closing too: "talk to you soon", "give us a few days".
_IN_A_CLOSING = r"\s+(?:(?:to\s+|with\s+)?you|soon|later|us\s+[\w ]{0,12}(?:days?|weeks?|time))\b"

# Of Latin, Chinese and Japanese, Arabic, Armenian and Ethiopic, and what is made of them. The Greek
# one is a semicolon everywhere else.
QUESTION_MARKS = "?\uff1f\ufe56\u061f\u055e\u1367\u2047\u2048\u2049\u203d"

# Of Chinese and Japanese, and the danda of Hindi and Bengali.
_WIDE_ENDS = "\u3002\uff01\uff61\u0964"

_LABEL_NUMBER = rf"{_QUESTION}\d+"
_YOU = r"(?:you|your|we|they|it|the|a|an|that|this|those|these)\b"
_POLITE = r"(?:please|now|next|then|so)\W+"
_TO_DESCRIBE = (
    r"(?:(?:describe|explain|discuss|outline|elaborate|compare|name|list|summari[sz]e)\b"
    rf"|(?:tell|walk|give|share|talk|show)\b(?!{_IN_A_CLOSING}))"
)
_TO_TELL_US = r"(?:describe|explain|(?:tell|walk|give)\s+(?:me|us))\b"
_TO_IMAGINE = r"(?:imagine|suppose|consider)\b"
# Behind a start, or at any word: with one of them before all, a text is looked through in a third
# of the time.
_REQUEST_AT_START = (
    rf"{_TO_DESCRIBE}"
    r"|(?:and\s+|so\s+|but\s+)?(?:how|what|why|which\s+\w+|where|when|who)\s+"
    rf"(?:do|did|does|would|could|should|can|have|are|were)\s+{_YOU}"
)
_REQUEST_AT_WORD = (
    rf"(?<!will\s)(?<!'ll\s){_POLITE}{_TO_DESCRIBE}"
    # In a list, "we will review your answers, discuss them and share the outcome" asks nothing.
    rf"|(?:and|but)\s+{_TO_TELL_US}"
    r"|(?:could|can|would|will)\s+you\s+(?:please\s+|also\s+|briefly\s+)?"
    r"(?:describe|explain|tell|walk|give\s+(?:me|us)|share|elaborate|outline|talk)\b"
    r"|i(?:'d|\s+would)\s+(?:like|love)\s+(?:you\s+)?to\s+(?:hear\b(?!\s+from)|know|understand"
    r"|learn|ask|tell|describe|explain)\b"
    r"|i(?:'m|\s+am)\s+(?:curious|interested)\s+(?:how|what|why|whether|about|which|to\s+hear)\b"
    r"|i\s+wonder\s+(?:how|what|why|whether|which|if)\b"
)
_LABEL_ALONE = rf"{_LABEL_NUMBER}{_LABEL_END}"
_SCENE_AT_WORD = (
    rf"{_POLITE}{_TO_IMAGINE}|{_LABEL_NUMBER}(?:\**\s*:|{_OF}\d+)|next\s+question\b"
    r"|before\s+(?:we|i)\s+(?:end|finish|close|complete|conclude|wrap)\b"
)

_ASKS = Pattern(
    rf"[{QUESTION_MARKS}]|{_START}(?:{_REQUEST_AT_START}|{_TO_IMAGINE}|{_LABEL_ALONE})"
    rf"|\b(?:{_REQUEST_AT_WORD}|{_SCENE_AT_WORD})|,\s*(?:{_TO_TELL_US}|{_LABEL_ALONE})",
    re.IGNORECASE,
)
_REQUESTS = Pattern(
    rf"{_START}(?:{_REQUEST_AT_START})|\b(?:{_REQUEST_AT_WORD})|,\s*{_TO_TELL_US}", re.IGNORECASE
)

_BEGIN = r"(?:begin|start|get\s+started|go|dive\s+in|proceed)"
_READINESS = Pattern(
    rf"\bready(?:\s+to\s+{_BEGIN})?(?:\s+(?:now|today))?\W*$"
    rf"|\bready\s+(?:to\s+{_BEGIN}\s+|for\s+)(?:the|this|our|your)\s+(?:\w+\s+)?"
    r"(?:interview|session|conversation)\W*$"
    rf"|\b(?:shall|can|may|should)\s+we\s+{_BEGIN}(?:\s+now)?\W*$"
    r"|\bhow\s+are\s+you(?:\s+(?:doing|feeling))?(?:\s+today)?\W*$"
    r"|\bcan\s+you\s+hear\s+me(?:\s+\w+)?\W*$",
    re.IGNORECASE,
)

_INTERVIEW = (
    r"(?:the|this|our|your|today'?s|my)\s+(?:(?!first|second|third|next)\w+\s+)?"
    r"(?:interview|session|conversation)\b"
    # "The interview's first half", "the interview question", "our conversation about testing".
    r"(?!'s|\s+(?:question|round|part|half|section|topic|segment|stage|phase|portion|exercise"
    r"|warm|about|on|regarding|around|so\s+far|with\s+(?:the|an?|your))\b)"
)
_BEING_OVER = (
    r"(?:over|completed?|finished|ended|closed|concluded|done|(?:come\s+)?to\s+(?:an|its)\s+end)\b"
)
_OF_THE_SPEAKER = (
    r"\b(?:we|i|let's|let\s+us|time\s+to)(?:'ll|'d| will| can| would like to)?\s+(?:now\s+)?"
)

# Somebody says outright that the interview ends here.
_ENDS = Pattern(
    rf"\bconclud(?:es?|ed|ing)\s+(?:(?:with\s+)?{_INTERVIEW}|(?:all|everything)\b"
    r"|(?:(?:of|my|our|the)\s+)*questions?\b(?!\s+(?:on|about|regarding)\b)"
    r"|our\s+time\s+together\b)"
    rf"|\b{_INTERVIEW}\s+(?:has\s+(?:now\s+)?concluded|(?:is\s+)?(?:now\s+)?concluded|concludes)\b"
    rf"|{_OF_THE_SPEAKER}conclude\s*(?:here|now|today|at this point|[.!]|$)"
    r"|\b(?:reached|brings?\s+us\s+to|(?:this|that)\s+(?:is|was|marks)|that's|come\s+to|at)\s+"
    rf"the\s+(?:very\s+)?(?:end|conclusion|close)\s+of\s+{_INTERVIEW}(?!\s+(?:we|i|you|there)\b)"
    rf"|\b{_INTERVIEW}\s+(?:is|has|comes)\s+(?:now\s+)?(?:been\s+)?{_BEING_OVER}"
    rf"|\b(?:end(?:s|ed|ing)?|finish(?:es|ed)?|close[sd]?|complet(?:e|es|ed|ing)"
    rf"|wraps?\s+up)\s+{_INTERVIEW}",
    re.IGNORECASE,
)
# Thanks for the whole of it. Thanks for time, for joining, and for anything more exact ("taking
# part in that exercise") come in mid-interview too.
_THANKS_FOR_ALL = Pattern(
    r"\bthank(?:s| you)\b[^.?!\n]{0,40}\bfor\s+(?:taking\s+part|participating|your\s+participation"
    rf"|interviewing(?:\s+with\s+us)?)(?:\s+(?:in|at)\s+{_INTERVIEW}|\s+today)?"
    r"(?=\s*(?:[.!\n]|$|,|\band\b|-))",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:before|when|whenever|once|if|until|till|after|unless|almost|nearly|near|nearing"
    r"|towards?|halfway|half|part|not|never|later|how|far\s+from|instead\s+of|rather\s+than)\b"
    r"|n't\b",
    re.IGNORECASE,
)
# What may stand in a closing besides its end.
_FAREWELL = Pattern(
    r"\b(?:thank(?:s|ed)?|wish(?:es)?|luck|good\s*bye|bye|farewell|touch|hear\s+(?:back\s+)?from"
    r"|contact|reach\s+out|get\s+back|e-?mail|next\s+(?:steps?|stages?)|feedback|team"
    r"|recruiters?|results?|outcome|review|pleasure|appreciate|(?:great|good|nice|wonderful"
    r"|lovely)\s+(?:rest|day|evening|afternoon|week|one)|take\s+care|all\s+the\s+best|see\s+you"
    r"|soon|decision|success|future|enjoyed|glad|well\s+done|great\s+job|safe)\b",
    re.IGNORECASE,
)
_GOES_ON = Pattern(
    r"\b(?:mov(?:e|ing)\s+(?:on|to|forward\s+to)|let(?:'s|\s+us)(?!\s+conclude)"
    r"|turn(?:ing)?\s+to|(?:continu|proceed)\w*|go\s+(?:on|ahead)|going\s+(?:on|forward)"
    r"|on\s+to|onto|next\s+(?:topic|part|section|area|question|up|is|we|comes?|half|round|one)"
    r"|now\s+(?:for|to|on|i|comes?|about)|curious|wonder|switch(?:ing)?|"
    r"(?:begin|start)(?:s|ning|ing)?\b(?!\s+(?:date|of\s+(?:next|the)))|follow(?:s|ing|ed)?\s+by"
    r"|another|one\s+(?:more|last|final)|coding|exercise|remaining|rest\s+of\s+the\s+interview"
    r"|so\s+far)\b",
    re.IGNORECASE,
)
# What nobody says who stays at a question.
_OTHER = r"(?:another|the\s+next|an?\s+(?:different|new)|something\s+(?:else|different))\b"
_CHANGES_SUBJECT = Pattern(
    rf"\b(?:turn|move|moving|switch|go|proceed|shift|get)(?:ing)?\s+(?:on\s+)?to\s+{_OTHER}"
    r"|\b(?:moving\s+on|let(?:'s|\s+us)\s+(?:move|go)\s+on)\b|\bnext\s+(?:question|topic)\b"
    rf"|\btalk\s+about\s+{_OTHER}|\bend\s+(?:the|this|our)\s+interview\b",
    re.IGNORECASE,
)
_GOODBYE = Pattern(
    r"\b(?:thank(?:s|\s+you|ed|ful)?\b|good\s*bye\b|bye\b|farewell\b|take\s+care\b"
    r"|all\s+the\s+best\b|(?:good|best\s+of)\s+luck\b|wish(?:es|ing)?\s+you\b"
    r"|be\s+in\s+touch\b|hear\s+from\s+us\b|end\s+of\s+(?:the|this|our)\b|conclud"
    r"|danke?\b|vielen\s+dank|merci\b|au\s+revoir|gracias|adi[oó]s|obrigad|grazie"
    r"|arrivederci|bedankt|tack\b|takk?\b|kiitos|dzi[eę]kuj|d[eě]kuj|teşekkür|спасибо|дякую)"
    r"|ευχαριστ|شكر|תודה|धन्यवाद|शुक्रिया|ধন্যবাদ|再见|再見|謝謝|谢谢|感谢|感謝|ありがとう|감사|ขอบคุณ|cảm\s+ơn",
    re.IGNORECASE,
)

_SENTENCE_ENDS = re.compile(rf"(?<=[.!\n{_WIDE_ENDS}{QUESTION_MARKS}])")
_WORDS = re.compile(r"\w")
_LABEL_OF_TOTAL = re.compile(rf"(\b{_QUESTION})\d+({_OF})\d+", re.IGNORECASE)
# As the built-in words have it (`backends/templates/words`), also behind "。" and "।".
_ANY_END = rf".!?:;\n–—{_WIDE_ENDS}{QUESTION_MARKS}"
_START_ELSEWHERE = rf"(?:^|[{_ANY_END}])[^\w{_ANY_END}]*"
_QUESTION_ELSEWHERE = r"(?:frage|pregunta|pergunta|السؤال|প্রশ্ন|प्रश्न)\s+|第\s*"
_LABELLED = Pattern(
    rf"(?:{_START_ELSEWHERE}|,\s*)(?:{_QUESTION}|{_QUESTION_ELSEWHERE})(\d{{1,4}})"
    rf"(?={_LABEL_END}|{_OF}\d|题：|\s*：)",
    re.IGNORECASE,
)
_LABEL = Pattern(rf"((?:{_START}|,\s*){_QUESTION})\d+(?={_LABEL_END})", re.IGNORECASE)


def asks(text: str) -> bool:
    """True when the words ask something: a question mark, a "Question 3:", a request."""
    return bool(_ASKS.search(_plain(text)))


def asks_for_more_than_readiness(text: str) -> bool:
    """True when the words ask something besides "Are you ready?", "Shall we begin?" or "How are
    you?", which every opening may ask and no interview is about."""
    sentences = _SENTENCE_ENDS.split(text)
    return asks(" ".join(s for s in sentences if not _READINESS.search(_plain(s))))


def requests(text: str) -> bool:
    """True when the words ask for something without a question mark: "Please describe …", in
    other languages too."""
    plain = _plain(text)
    return bool(_REQUESTS.search(plain)) or requests_elsewhere(plain)


def closes(text: str) -> bool:
    """True when the words end the interview, and nothing in them asks or goes on.

    "Thank you for your answer. Question 2: …" closes nothing, and neither does "That concludes the
    warm-up of our interview. Moving on to testing." In doubt the interview goes on: behind the
    end, only what belongs to a farewell may follow.
    """
    if asks(text):
        return False
    sentences = [s for s in _SENTENCE_ENDS.split(_plain(text)) if _WORDS.search(s)]
    if closes_elsewhere(sentences):
        return True
    ends = [at for at, sentence in enumerate(sentences) if _ends_interview(sentence)]
    if ends:
        following = sentences[ends[-1] :]
        return all(
            not _GOES_ON.search(sentence) and (at == 0 or _is_farewell(sentence))
            for at, sentence in enumerate(following)
        )
    thanked = any(_THANKS_FOR_ALL.search(sentence) for sentence in sentences)
    return thanked and all(
        _is_farewell(sentence) and not _GOES_ON.search(sentence) for sentence in sentences
    )


def says_goodbye(text: str) -> bool:
    """True when the words ask nothing and take leave, if only by thanks. It is enough for a closing
    that is due; in mid-interview such words are said as well."""
    return not asks(text) and (closes(text) or bool(_GOODBYE.search(_plain(text))))


def _ends_interview(sentence: str) -> bool:
    end = _ENDS.search(sentence)
    return end is not None and not _HEDGES.search(sentence[: end.start()])


def _is_farewell(sentence: str) -> bool:
    return bool(_FAREWELL.search(sentence) or _ends_interview(sentence))


def changes_subject(text: str) -> bool:
    """True when the words leave a question for something else, or offer to end the interview: "I'd
    like to turn to another topic." """
    return bool(_CHANGES_SUBJECT.search(_plain(text)))


def label_of(text: str) -> int | None:
    """The number in the first question label of the words: 3 in "Thanks. Question 3: How?"."""
    label = _LABELLED.search(text)
    return None if label is None else int(label[1])


def question_in(text: str) -> str:
    """What the interviewer's words ask, without the label and what is said before it."""
    label = _LABELLED.search(text)
    if label is not None:
        return text[label.end() :].lstrip(" .:：)-–—*\n\u00a0题").strip() or text
    sentences = [s for s in _SENTENCE_ENDS.split(text) if s.strip()]
    first = next((at for at, s in enumerate(sentences) if asks(s) or requests(s)), 0)
    return "".join(sentences[first:]).strip()


def renumber(text: str, number: int, total: int) -> str:
    """The text with its question labels set to the gateway's own count: a model that
    writes "Question 6 of 5" has miscounted, not asked a sixth question."""
    text = _LABEL_OF_TOTAL.sub(rf"\g<1>{number}\g<2>{total}", text)
    return _LABEL.sub(rf"\g<1>{number}", text)


def _plain(text: str) -> str:
    return text.replace("’", "'")
