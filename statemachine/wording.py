"""What an interviewer's words amount to: do they ask, do they close, how do they count.

Only the interviewer's words are ever read so. A candidate's change no state.
"""

import re

_QUESTION_LABEL = r"\bquestion\s+(?:no\.?\s*|number\s+|#\s*)?\d+"

_ASKS = re.compile(
    rf"\?|{_QUESTION_LABEL}\s*[:.)\-–—]|{_QUESTION_LABEL}\s*(?:of|/)\s*\d+"
    r"|(?:^|[.!:,;\n]\s*|\b(?:please|now|next|then|so|and)\W+)"
    r"(?:tell|describe|explain|walk|give|share|talk|imagine|suppose|consider|discuss"
    r"|outline|elaborate|compare|name|list)\b(?!\s+(?:you|us)\s+(?:soon|later))",
    re.IGNORECASE,
)

_INTERVIEW = r"(?:the|this|our|your|today'?s)\s+(?:\w+\s+)?(?:interview|session|conversation)"

_CLOSES = re.compile(
    r"\bthank(?:s| you)\b[^.?!\n]{0,40}\b(?:for\s+(?:taking\s+part|taking\s+the\s+time|"
    r"participating|your\s+participation|your\s+time|joining|interviewing)\b)"
    rf"|\bconclud\w*\b[^.?!\n]{{0,30}}\b{_INTERVIEW}"
    rf"|\b{_INTERVIEW}\b[^.?!\n]{{0,30}}\bconclud\w*"
    r"|\b(?:we|i)(?:'ll|'d| will| can| would like to)?\s+(?:now\s+)?conclude\s*"
    r"(?:here|now|today|at this point|[.!]|$)"
    r"|\b(?:this|that)\s+concludes\s+(?:our|the|this|my|your|all|everything)\b(?!\s+\w+\s+part)"
    rf"|\b(?:end|conclusion|close)\s+of\s+{_INTERVIEW}"
    rf"|\b{_INTERVIEW}\s+(?:is|has)\s+(?:now\s+)?(?:over|complete|completed|finished|ended|"
    r"come to an end)"
    rf"|\b(?:end|finish|close)s?\s+{_INTERVIEW}",
    re.IGNORECASE,
)

_LABEL_OF_TOTAL = re.compile(r"(\bquestion\s+)\d+(\s*(?:of|/)\s*)\d+", re.IGNORECASE)
_LABEL = re.compile(r"((?:^|[.!?\n*#]\s*)\**question\s+)\d+(?=\**\s*[:.)\-–—])", re.IGNORECASE)


def asks(text: str) -> bool:
    """True when the words ask something: a question mark, a "Question 3:", a request."""
    return bool(_ASKS.search(text))


def closes(text: str) -> bool:
    """True when the words close the interview and ask nothing more. "Thank you for your
    answer. Question 2: …" closes nothing."""
    return bool(_CLOSES.search(text)) and not asks(text)


def renumber(text: str, number: int, total: int) -> str:
    """The text with its question labels set to the gateway's own count: a model that
    writes "Question 6 of 5" has miscounted, not asked a sixth question."""
    text = _LABEL_OF_TOTAL.sub(rf"\g<1>{number}\g<2>{total}", text)
    return _LABEL.sub(rf"\g<1>{number}", text)
