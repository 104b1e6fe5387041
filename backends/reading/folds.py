"""Thoughts in HTML's folded form: `<details><summary>Thinking</summary>…</details>`.

A fold is a thought by its heading or its type alone: a model may fold a hint as well.
"""

import re

from statemachine.patterns import Pattern

_OPENING = re.compile(r"<details(\s[^<>\n]{0,80})?>", re.IGNORECASE)
_OPENING_SO_FAR = re.compile(r"<details\s[^<>\n]{0,80}", re.IGNORECASE)
_TYPE = re.compile(r"=[\"']?(?:reasoning|thinking|thought)", re.IGNORECASE)
_HEADING = "<summary>"
_HEADING_END = "</summary>"
MAX_BLANKS = 10
MAX_HEADING = 60
_THOUGHT = Pattern(
    r"\W*(?:(?:show|view|see|click to \w+|my|the|model|model's|ai|internal|inner|hidden|full) )*"
    r"(?:thinking|thoughts?|reasoning|chain of thought|analysis|scratch ?pad|monologue|rationale"
    r"|plan|planning|reflection|deliberation)\b"
    r"|\W*(?:思考|思维|推理|推論|推论|分析|생각|추론|사고 과정)"
    r"|\W*(?:razonamiento|pensamiento|raciocínio|pensamento|raisonnement|réflexion|pensées"
    r"|ragionamento|pensier|gedank|überlegung|denkprozess|gedachte|redenering|rozumowanie|myśli"
    r"|düşün|akıl yürüt|размышлен|рассужден|мысл|ход мыслей|(?:ال)?تفكير)",
    re.IGNORECASE,
)


def opens_thought(text: str) -> bool | None:
    """Whether the text is the opening of a folded thought, or None while it may become one."""
    opening = _OPENING.match(text)
    if opening is None:
        may_be = "<details".startswith(text.lower()) or _OPENING_SO_FAR.fullmatch(text)
        return None if may_be else False
    if _TYPE.search(opening[0]):
        return True
    below = text[opening.end() :]
    heading = below.lstrip()
    if len(below) - len(heading) > MAX_BLANKS:
        return False
    if not heading.lower().startswith(_HEADING):
        return None if _HEADING.startswith(heading.lower()) else False
    words, mark, rest = heading[len(_HEADING) :].partition("<")
    if "\n" in words or len(words) > MAX_HEADING:
        return False
    end = (mark + rest).lower()
    if end == _HEADING_END:
        return bool(_THOUGHT.match(words))
    return None if _HEADING_END.startswith(end) else False
