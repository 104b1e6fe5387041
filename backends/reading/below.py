"""What belongs to a question and stands below it: the code or data that it is about, the answers to
choose from."""

import re
from enum import Enum, auto

from backends.errors import BackendError
from backends.reading.fences import LEAST, MARKS
from backends.reading.wrapped import OPENS_JSON, OPENS_JSON_SO_FAR, Json
from statemachine.patterns import Pattern

_POINTS = re.compile(
    r"\b(?:code|snippet|function|query|output|program|below|following|these|options?|which\s+of)\b",
    re.IGNORECASE,
)
# A model may answer "How would you reverse a list?" in code by itself. Only a question that points
# at something has code of its own.
_POINTS_AT_CODE = Pattern(
    r"\b(?:this|here|prints?|printed|outputs?|returns?|bugs?|wrong|mistakes?|errors?"
    r"|(?:shorten|simplify|fix|mend|improve|refactor|rewrite|optimi[sz]e|debug|correct|explain|read"
    r"|run|parse)\w*\s+it|it\s+(?:do|does|print|return|mean|means|give|gives|work|fail)"
    # German, Dutch, Spanish, Portuguese, French, Italian, Polish, Turkish, Vietnamese, Indonesian
    r"|dies(?:e[rmns]?)?|hier|folgende[rmns]?|ausgegeben|(?:gibt|macht|tut)\s+das|dit|deze|volgende|est[eoa]s?|aquí|imprime"
    r"|siguientes?|ist[oa]|aqui|seguintes?|ceci|cela|cette?|ici|suivante?|affiche|quest[oaie]|qui"
    r"|seguente|stampa|tego|poniższ\w+|wypisze|bu|şu|aşağıdaki|này|dưới|ini|berikut"
    # Russian, Ukrainian
    r"|это\w*|следующ\w+|выведет|цей|ця|наступн\w+|виведе)\b"
    r"|这|這|以下|下面|输出|輸出|打印|この|これ|次の|出力|다음|아래|출력|هذ[اه]|التالي|يطبع|यह|इस|निम्न",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:[-*•]\s|\(?(?:[A-Ha-h]|\d{1,2})[.)]\s)")
_ITEM_SO_FAR = re.compile(r"\s*(?:[-*•]?|\(?(?:[A-Ha-h]?|\d{1,2})[.)]?)")
_LABELLED = re.compile(r"[\W\d]*question\s*\d", re.IGNORECASE)
MAX_BEFORE_LABEL = 40


class _Kind(Enum):
    NOTHING = auto()
    FENCE = auto()
    ITEMS = auto()
    DATA = auto()


def below_of(question: str, *, is_certain: bool) -> "Below | None":
    """What may stand below a question, where it speaks of such a thing.

    `is_certain`: nothing else can follow. "Tell me about a bug. What was wrong?" goes on.
    """
    has_items = bool(_POINTS.search(question))
    has_code = is_certain and _POINTS_AT_CODE.search(question)
    return Below(has_items=has_items) if has_items or has_code else None


class Below:
    """Reads what follows a question, one character at a time. `has_items`: the question may speak
    of answers to choose from."""

    def __init__(self, *, has_items: bool) -> None:
        self._has_items = has_items
        self._kind = _Kind.NOTHING
        self._at = 0
        self._is_below = False
        self._mark = ""
        self._length = 0
        self._run = 0
        self._is_first_line = True
        self._has_code = False
        self._line = ""
        self._is_item = False
        self._kept = 0
        self._begun = ""
        self._json: Json | None = None

    def push(self, character: str) -> int | None:
        """How many of the characters so far belong to the question, once that is certain."""
        self._at += 1
        if self._kind is _Kind.NOTHING:
            return self._begin(character)
        if self._kind is _Kind.FENCE:
            return self._read_fence(character)
        return (
            self._read_data(character) if self._kind is _Kind.DATA else self._read_line(character)
        )

    def natural_end(self) -> int:
        """The same, where no more comes of its own accord."""
        is_kept = self._kind is _Kind.ITEMS or (self._kind is _Kind.FENCE and self._has_code)
        return self._at if is_kept else 0

    def stopped_end(self) -> int:
        """The same, where more would have come: only what is whole counts."""
        return self._at if self._is_closed() else self._kept

    def _is_closed(self) -> bool:
        return self._has_code and self._run >= self._length

    def _begin(self, character: str) -> int | None:
        if character.isspace():
            self._is_below = self._is_below or character == "\n"
            return None
        if character in MARKS:
            self._kind, self._mark = _Kind.FENCE, character
            return self._read_fence(character)
        if character in "{[":
            self._kind, self._begun = _Kind.DATA, character
            return None
        if self._has_items and self._is_below:
            self._kind = _Kind.ITEMS
            return self._read_line(character)
        return 0

    def _read_fence(self, character: str) -> int | None:
        if not self._has_code:
            if character == self._mark:
                self._length += 1
                return None
            if self._length < LEAST:
                return 0
            self._has_code = True
        elif character == self._mark and (self._run or self._is_first_line or not self._line):
            self._run += 1
            return None
        elif self._is_closed():
            return self._at - 1
        self._run = 0
        if character == "\n":
            self._is_first_line, self._line = False, ""
        elif not character.isspace():
            self._line = character
        return None

    def _read_data(self, character: str) -> int | None:
        try:
            if self._json is not None:
                self._json.push(character)
                return self._at if self._json.is_closed else None
            self._begun += character
            if OPENS_JSON.fullmatch(self._begun):
                self._json = Json(self._begun, str, is_led=True, is_summary=False)
                return None
        except BackendError:
            return 0
        return None if OPENS_JSON_SO_FAR.fullmatch(self._begun) else 0

    def _read_line(self, character: str) -> int | None:
        self._line += character
        if not self._is_item and self._line.strip():
            self._is_item = bool(_ITEM.match(self._line))
            if not self._is_item and (character == "\n" or not _ITEM_SO_FAR.fullmatch(self._line)):
                return self._kept
        if len(self._line) < MAX_BEFORE_LABEL and _LABELLED.match(self._line):
            return self._kept
        if character == "\n":
            if self._is_item:
                self._kept = self._at - 1
            self._line, self._is_item = "", False
        return None
