"""Question marks that end no sentence: in code, in addresses, and before a particle.

"What does a ? b : c give?", "How do int? and string? differ?", "What is a What-if? analysis?",
"なぜですか？と聞かれたら". They are told from ends by what stands around them. In doubt it is an
end: a question that ends too early is whole for a person, and one that never ends is not asked.
"""

import re

MAX_AFTER = 60

_TYPES = (
    "int|long|short|byte|char|float|double|bool|decimal|string|object|str|var|Int|Long|Short|Byte"
    "|Char|Float|Double|Bool|Boolean|Decimal|String|Any|Object|DateTime|Guid|Number|[A-HJ-Z]"
)
_TYPE = re.compile(rf"(?:\b(?:{_TYPES})|\w[>\]])$")
_QUANTIFIER = re.compile(r"(?:[.\])}]|\\\w)[*+]$|\\\w$|\{\d*,?\d*\}$")
_OPERATOR = re.compile(r"(?:[=&|,(]|\s[<>]) *$")
_ADDRESS = re.compile(r"(?:://|\bwww\.|(?:^|\s)/)\S*$")
_OPERAND = re.compile(r"[a-z0-9\"'`(\[{~&*-]")
# "A What-if? analysis", "a who-is-who? page": such words with hyphens are names of things.
_NAME = re.compile(
    r"\w-(?:if|who|what|how|why|when|where|which|not|now|next|to|so|you|it|me|sure|ready)$", re.I
)
_GOES_ON = re.compile(r"(?!i\b)[a-z]\w*\W")
_GOES_ON_SO_FAR = re.compile(r"(?:[a-z]\w*)?")
_CASE = re.compile(r"\s+\w+(\s*:?)")
_PARTICLES = frozenset("をへっ")
_AFTER_TO = frozenset("聞言思質問尋訊考云呼感いき")


def is_mid_sentence(before: str, marks: str, after: str) -> bool | None:
    """Whether marks that ask are inside a sentence, or None while that is not certain.

    `before` is the sentence up to them, `after` is at least one character.
    """
    # In ".*?" the full stop is no end either.
    lead, mark, rest = marks.partition("?")
    before, marks = (before + lead, mark + rest) if mark else (before, marks)
    if "\n" in after or len(after) > MAX_AFTER:
        return False
    if _NAME.search(before) and marks.rstrip("*_") == "?" and after[0].isspace():
        rest = after.lstrip()
        return True if _GOES_ON.match(rest) else None if _GOES_ON_SO_FAR.fullmatch(rest) else False
    if marks.strip("?？."):
        return False
    first = after.lstrip()[:1]
    if not after[0].isspace():
        if after[0] == "と":
            return None if len(after) == 1 else after[1] in _AFTER_TO
        is_member = "?." in marks and after[0].isalpha()
        return is_member or after[0] in _PARTICLES or bool(_ADDRESS.search(before))
    if _OPERATOR.search(before):
        return True
    is_spaced = before.endswith(" ")
    if not is_spaced and not _TYPE.search(before) and not _QUANTIFIER.search(before):
        return False
    if not first or _OPERAND.match(first):
        return bool(first) or None
    case = _CASE.fullmatch(after) if is_spaced else None
    if case is None:
        return False
    # "x ? A : B" has a blank before its colon, "Why ? Because: …" has none.
    return True if re.match(r"\s+:", case[1]) else None
