"""What a sentence of the interviewer asks, and what the beginning of one already tells."""

import re
from enum import Enum, auto

from backends.reading.sentences import Sentence
from statemachine.languages import with_greek_marks
from statemachine.patterns import Pattern
from statemachine.wording import QUESTION_MARKS, asks, asks_for_more_than_readiness, requests


class Asking(Enum):
    """What a sentence asks for."""

    NOTHING = auto()
    SCENE = auto()
    """A question is on its way: "Question 2:", "Imagine that …". Where no more comes, it is one."""
    REQUEST = auto()
    """It is a question without a question mark."""
    QUESTION = auto()


class Opening(Enum):
    """How a sentence begins."""

    LABEL = auto()
    """With the label of a question."""
    INTERROGATIVE = auto()
    """With a word that asks, so that it belongs to the request before it."""
    OTHER = auto()


_MARKS = re.compile(rf"[{QUESTION_MARKS}]")
_QUOTED = re.compile(r"[\"“«「].{0,200}?[\"”»」]|(?<!\w)['‘].{0,200}?['’](?!\w)|\([^)]{0,200}\)")
_ASKING_WORDS = frozenset(
    [
        "how",
        "what",
        "why",
        "which",
        "where",
        "when",
        "who",
        "whom",
        "whose",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "would",
        "will",
        "should",
        "have",
        "has",
        "had",
        "if",
        "in",
    ]
)
_LINKS = frozenset(["and", "so", "but", "then", "also", "or"])
_LABEL = re.compile(r"question\s+(?:no\.?\s*|number\s+|#\s*)?\d", re.IGNORECASE)
_LABEL_SO_FAR = re.compile(r"question\s*(?:n(?:o|u(?:m(?:b(?:er?)?)?)?)?\.?|#)?\s*", re.IGNORECASE)
_MAX_SO_FAR = 40
_READY_TO_GO_ON = Pattern(
    r"\b(?:are\s+you|you're|if\s+you're|you\s+are)?\s*ready\s*(?:(?:to|for)\b[^.!]{0,40})?\W*$"
    r"|\b(?:shall|can|may|should)\s+we\s+(?:begin|start|go\s+on|continue|proceed|move\s+on"
    r"|get\s+started)\b[^.!]{0,30}$",
    re.IGNORECASE,
)
_OFFERS_HELP = re.compile(
    r"\b(?:how|what)\s+(?:can|may|could)\s+i\s+(?:(?:assist|help)(?:\s+you\b|\W*$)|do\s+for\s+you\b)[^.!?]{0,40}\W*$"
    r"|\b(?:wie|womit)\s+kann\s+ich\s+(?:ihnen|dir)\b[^.!?]{0,40}\W*$"
    r"|\bcomment\s+puis-je\s+(?:vous|t')\s*aider\b[^.!?]{0,40}\W*$"
    r"|\b(?:cómo|en\s+qué)\s+puedo\s+ayudar|\bcomo\s+posso\s+(?:te\s+)?ajud",
    re.IGNORECASE,
)
"""What an assistant asks who has forgotten that it interviews."""
_BEGINS_READY = re.compile(
    r"^\W*(?:so|ok(?:ay)?|and|now|are|you|shall|can|may|should|ready)\b", re.I
)
_MERELY_NEXT = re.compile(
    r"\bnext\s+question\b(?!\W*(?:is|concerns?|deals|about|on|relates)\b)", re.I
)
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|would|will|should|ca|wo)(?:n't)?"
)
_ASIDE = Pattern(
    r",\s*(?:right|correct|ok(?:ay)?|yes|no|yeah|huh|eh"
    rf"|{_AUXILIARY}\s+(?:it|that|this|they|you|we|he|she|there))\W*$"
    r"|^\W*(?:(?:does|did)\s+)?(?:(?:that|this|it|all)\s+)*(?:makes?|made|sounds?)\s+"
    r"(?:sense|good|fair|right|great|interesting|reasonable|ok(?:ay)?)\W*$"
    r"|^\W*(?:right|ok(?:ay)?|really|ready|clear|good|fair(?:\s+enough)?|got\s+it|you\s+know"
    r"|is\s+(?:that|this|it)\s+(?:ok(?:ay)?|clear|fair|right|correct))\W*$"
    r"|^\W*[\"“«「][^\"”»」]{0,200}[\"”»」]\s*$",
    re.IGNORECASE,
)


def asking_of(text: str, sentence: Sentence, *, is_opening: bool) -> Asking:
    """What `text`, the words of `sentence`, asks for."""
    plain = with_greek_marks(text.replace("’", "'"))
    if sentence.has_mark:
        is_ready = _asks_readiness(plain, is_opening=is_opening)
        return Asking.NOTHING if is_ready else Asking.QUESTION
    outer = _MARKS.sub(".", _QUOTED.sub(" ", plain) if sentence.is_quoted else plain)
    if sentence.is_quoted and opening_of(plain, is_whole=True) is Opening.INTERROGATIVE:
        return Asking.QUESTION
    if requests(outer):
        return Asking.REQUEST
    return Asking.SCENE if asks(_MERELY_NEXT.sub(" ", outer)) else Asking.NOTHING


def is_aside(question: str) -> bool:
    """Whether a question may be none: "It worked, right?", "Makes sense?", one in quotation
    marks. It is asked only where no other follows."""
    return bool(_ASIDE.search(question[-300:].replace("’", "'")))


def opening_of(text: str, *, is_whole: bool = False) -> Opening | None:
    """How a sentence begins, or None while it is not certain."""
    words = text.lstrip(' \t\r\n*_#>-“"(')
    if _LABEL.match(words):
        return Opening.LABEL
    so_far = words.lower()
    undecided = "question".startswith(so_far) or _LABEL_SO_FAR.fullmatch(words)
    if undecided and not is_whole and len(words) < _MAX_SO_FAR:
        return None
    found = re.findall(r"[^\W\d_]+", words)[:2]
    if not is_whole and len(words) < _MAX_SO_FAR:
        # The last one may still grow.
        ended = re.findall(r"[^\W\d_]+(?=[\W\d_])", words)[:2]
        if not ended or (ended[0].lower() in _LINKS and len(ended) == 1):
            return None
        found = ended
    first = [word.lower() for word in found if word.lower() not in _LINKS][:1]
    return Opening.INTERROGATIVE if first and first[0] in _ASKING_WORDS else Opening.OTHER


def _asks_readiness(text: str, *, is_opening: bool) -> bool:
    if _OFFERS_HELP.search(text[-120:]):
        return True
    if is_opening:
        return not asks_for_more_than_readiness(text)
    return bool(_BEGINS_READY.match(text) and _READY_TO_GO_ON.search(text[-80:]))
