"""How an interviewer's words are read: do they ask, do they close, how do they count.

Only the interviewer's words are ever read so. A candidate's change no state.
"""

import re

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
_QUESTION_MARKS = "?\uff1f\ufe56\u061f\u055e\u1367\u2047\u2048\u2049\u203d"

_ASKS = re.compile(
    rf"[{_QUESTION_MARKS}]|\b{_QUESTION}\d+(?:{_LABEL_END}|{_OF}\d+)|\bnext\s+question\b"
    rf"|(?:{_START}|(?<!will\s)(?<!'ll\s)\b(?:please|now|next|then|so)\W+)"
    r"(?:(?:describe|explain|imagine|suppose|consider|discuss|outline|elaborate|compare|name"
    rf"|list)\b|(?:tell|walk|give|share|talk)\b(?!{_IN_A_CLOSING}))"
    # In a list, "we will review your answers, discuss them and share the outcome" asks nothing.
    r"|(?:,\s*|\band\s+)(?:describe|explain|(?:tell|walk|give)\s+(?:me|us))\b"
    r"|\bbefore\s+(?:we|i)\s+(?:end|finish|close|complete|conclude|wrap)\b"
    r"|\bi(?:'d|\s+would)\s+(?:like|love)\s+(?:you\s+)?to\s+(?:hear\b(?!\s+from)|know|understand"
    r"|learn|ask|tell|describe|explain)\b",
    re.IGNORECASE,
)

_BEGIN = r"(?:begin|start|get\s+started|go|dive\s+in|proceed)"
_READINESS = re.compile(
    rf"\bready(?:\s+to\s+{_BEGIN})?(?:\s+(?:now|today))?\W*$"
    rf"|\bready\s+(?:to\s+{_BEGIN}\s+|for\s+)(?:the|this|our|your)\s+(?:\w+\s+)?"
    r"(?:interview|session|conversation)\W*$"
    rf"|\b(?:shall|can|may|should)\s+we\s+{_BEGIN}(?:\s+now)?\W*$"
    r"|\bhow\s+are\s+you(?:\s+(?:doing|feeling))?(?:\s+today)?\W*$"
    r"|\bcan\s+you\s+hear\s+me(?:\s+\w+)?\W*$",
    re.IGNORECASE,
)

_INTERVIEW = r"(?:the|this|our|your|today'?s)\s+(?:\w+\s+)?(?:interview|session|conversation)\b"
_PART = r"(?:part|half|section|portion|segment|phase)\b"
_WHOLE = rf"(?:(?!\b{_PART})[^.?!\n]){{0,30}}"

_CLOSES = re.compile(
    r"\bthank(?:s| you)\b[^.?!\n]{0,40}\bfor\s+(?:taking\s+part|taking\s+the\s+time|"
    r"participating|your\s+participation|your\s+time|joining|interviewing)\b"
    rf"|\bconclud\w*\b{_WHOLE}\b{_INTERVIEW}"
    rf"|\b{_INTERVIEW}{_WHOLE}\bconclud\w*"
    r"|\b(?:we|i|let's|let\s+us|time\s+to)(?:'ll|'d| will| can| would like to)?\s+(?:now\s+)?"
    r"conclude\s*(?:here|now|today|at this point|[.!]|$)"
    rf"|\b(?:this|that)\s+concludes\s+(?:our|the|this|my|your|all|everything)\b"
    rf"(?!\s+(?:\w+\s+)?{_PART})"
    rf"|\b(?:end|conclusion|close)\s+of\s+{_INTERVIEW}"
    rf"|\b{_INTERVIEW}\s+(?:is|has|comes)\s+(?:now\s+)?(?:been\s+)?(?:over|completed?|finished"
    r"|ended|closed|(?:come\s+)?to an end)\b"
    r"|\b(?:end(?:s|ed)?|finish(?:es|ed)?|close[sd]?|complet(?:e|es|ed|ing)"
    rf"|wraps?\s+up)\s+{_INTERVIEW}",
    re.IGNORECASE,
)

_LABEL_OF_TOTAL = re.compile(rf"(\b{_QUESTION})\d+({_OF})\d+", re.IGNORECASE)
_LABEL = re.compile(rf"((?:{_START}|,\s*){_QUESTION})\d+(?={_LABEL_END})", re.IGNORECASE)


def asks(text: str) -> bool:
    """True when the words ask something: a question mark, a "Question 3:", a request."""
    return bool(_ASKS.search(_plain(text)))


def asks_for_more_than_readiness(text: str) -> bool:
    """True when the words ask something besides "Are you ready?", "Shall we begin?" or "How are
    you?", which every opening may ask and no interview is about."""
    sentences = re.split(rf"(?<=[.!\n{_QUESTION_MARKS}])", text)
    return asks(" ".join(s for s in sentences if not _READINESS.search(_plain(s))))


def closes(text: str) -> bool:
    """True when the words close the interview and ask nothing more. "Thank you for your
    answer. Question 2: …" closes nothing."""
    return bool(_CLOSES.search(_plain(text))) and not asks(text)


def renumber(text: str, number: int, total: int) -> str:
    """The text with its question labels set to the gateway's own count: a model that
    writes "Question 6 of 5" has miscounted, not asked a sixth question."""
    text = _LABEL_OF_TOTAL.sub(rf"\g<1>{number}\g<2>{total}", text)
    return _LABEL.sub(rf"\g<1>{number}", text)


def _plain(text: str) -> str:
    return text.replace("’", "'")
