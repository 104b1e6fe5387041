"""Thoughts that have no mark: "The user wants me to ask about tests. I should greet them."

A person speaks about the conversation to another person. A model that thinks aloud speaks about
it to itself. A sentence about anything else is a scene: "The user wants a report every morning."
In doubt it is no thought, because a question that is swallowed costs more than a thought.
"""

import re

from statemachine.patterns import Pattern

MAX_BEGINNING = 120
"""How much of a sentence tells whether it is a thought."""

_MUSING = r"(?:ok(?:ay)?|alright|hmm+|wait)"
_LEAD = rf"\W*(?:(?:{_MUSING}|so|well|now|first)\W+)*"
_VERB = (
    r"(?:is|has|have|wants|said|says|asked|just|gave|seems|mentioned|responded|replied|answered"
    r"|wrote|provided)\b"
)
_MODAL = r"(?:i|we)\s+(?:need|should|have|must)\s+(?:to\s+|probably\s+|now\s+|first\s+)*"

_CERTAIN = Pattern(
    # "Okay, the user …" begins the thoughts of many models; "Now the user …" goes on with a scene.
    rf"\W*(?:(?:so|well|now|first)\W+)*{_MUSING}\W{_LEAD}the\s+user\s+{_VERB}"
    # An interviewer calls the candidate "you".
    rf"|{_LEAD}the\s+candidate(?:'s\s+(?:answer|response|message))?\s+"
    rf"(?:has\s+(?!to\b)\w+\W|(?!has\b){_VERB})"
    rf"|{_LEAD}the\s+user's\s+(?:answer|response|message)\s+(?:is|was|has|seems|just)\b",
    re.IGNORECASE,
)
_OF_THE_USER = re.compile(rf"{_LEAD}the\s+user\s+{_VERB}", re.IGNORECASE)
_OF_THE_TALK = Pattern(
    r"\b(?:me|my|myself|i|interview\w*|hello|hi|feedback|(?:next|first|last)\s+question"
    r"|questions?\s+\d|to\s+(?:start|begin|continue|practi[sc]e|be\s+asked)"
    r"|(?:their|his|her|an|the|my|this|that|short|brief|vague|detailed|good)\s+"
    r"(?:answer|response|reply)|(?:their|his|her)\s+(?:\w+\s+){0,2}(?:experience|background|skills?"
    r"|approach|name))\b"
    r"|\buser\s+(?:(?:just|has)\s+)?(?:responded|replied|answered)\b",
    re.IGNORECASE,
)

_OUGHT = re.compile(rf"{_LEAD}{_MODAL}(?:ask|acknowledge)\b(?!\s*[:,])", re.IGNORECASE)
# To the candidate, or about them, whichever comes first.
_ADDRESS = re.compile(
    r"\b(?P<you>you|your|yours|yourself|acknowledge\s+that\s+\w+)\b"
    r"|\b(?:the\s+(?:user|candidate)|next\s+question|question\s+\d|them|him)\b",
    re.IGNORECASE,
)
# "We have to ask the database first."
_OTHERS = re.compile(
    r"\bask\s+(?:our|the|an?|every|each)\s+(?!(?:user|candidate|next|question|interview)\b)\w+",
    re.IGNORECASE,
)
_OUGHT_TO_SPEAK = re.compile(
    rf"{_LEAD}{_MODAL}(?:respond|reply|greet|output|produce|generate|come\s+up|keep\s+it)\b",
    re.IGNORECASE,
)
_SPEAKING = Pattern(
    r"\b(?:respond|reply)(?:\s+(?:now|briefly|only))*\s*(?:[.,;]|as\b|with\b|in\b|to\s+(?:the"
    r"\s+(?:user|candidate|answer)|this|that|their|his|her|them)\b)"
    r"|\bgreet\s+(?:the\s+(?:user|candidate)|them|him|her|and\b|warmly|first)"
    r"|\bkeep\s+it\s+(?:\w+\s+)?(?:short|brief|concise|natural|professional|friendly|simple)"
    r"|\b(?:output|produce|generate|come\s+up\s+with)\s+(?:(?:an?|the|one|only|just|another|my|next"
    r"|first|good|short|single|suitable|relevant|\w+\s+interview)\s+)*(?:questions?|response|reply"
    r"|greeting|message|turn|acknowledge?ment|introduction|opening|something)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\byou(?:rs?)?\b", re.IGNORECASE)
_LET_ME_THINK = re.compile(rf"{_LEAD}let\s+me\s+think\b", re.IGNORECASE)
_OF_A_SCENE = Pattern(
    r"\bthink\s+(?:of|up)\s+(?:an?|another|one|some)\s+(?:\w+\s+){0,2}(?:scenario|situation|example"
    r"|case|problem|task|exercise|project|system|company|team|puzzle|story|one)\b",
    re.IGNORECASE,
)
_MAY_BEGIN = re.compile(
    rf"{_LEAD}(?:the\s+user\s|the\s+candidate\s+has\b|(?:i|we)\s+(?:need|should|have|must)\s|let\s+me\s+think\b)",
    re.IGNORECASE,
)

# Of a thought. Nearly every sentence begins with another word.
_FIRST_WORD = re.compile(rf"\W*(?:{_MUSING}|so|well|now|first|the|i|we|let)\b", re.IGNORECASE)

_ALOUD_IN_SUMMARY = Pattern(
    rf"{_LEAD}(?:the\s+user\s+(?:wants|asks|asked|needs|would|just|is\s+asking)\b"
    rf"|{_MODAL}(?:write|summari[sz]e|respond|produce|generate|create|provide|think|output"
    r"|analy[sz]e)\b|let\s+me\s+(?:think|see|analy[sz]e|look|read|go\s+(?:over|through))\b"
    r"|let's\s+see\b)",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"{_LEAD}the\s+user\s+(?:is|has|said|gave|provided)\b.*\b(?:me|i|summar\w+|transcripts?|write"
    r"|writing)\b",
    re.IGNORECASE | re.DOTALL,
)


def thinks_aloud(sentence: str, *, is_whole: bool = True) -> bool | None:
    """Whether a sentence is a thought that has no mark, or None while that is not certain.

    `is_whole`: all of the sentence is there, so that it is certain.
    """
    if not _FIRST_WORD.match(sentence):
        return False
    words = sentence[:MAX_BEGINNING].replace("’", "'")
    if _CERTAIN.match(words):
        return True
    if not _MAY_BEGIN.match(words):
        return False
    return _is_thought(words, is_whole=is_whole or len(sentence) >= MAX_BEGINNING)


def thinks_aloud_of_summary(text: str) -> bool:
    """Whether a summary's first sentence is a thought. "The candidate has …" is none in it, and
    neither is "The user has shown …"."""
    words = text[:MAX_BEGINNING].replace("’", "'")
    return bool(_ALOUD_IN_SUMMARY.match(words) or _GIVEN.match(words))


def _is_thought(words: str, *, is_whole: bool) -> bool | None:
    if _OUGHT.match(words):
        address = _ADDRESS.search(words)
        if address is not None:
            return address["you"] is None
        if not is_whole:
            return None
        asks_others = _OTHERS.search(words) and "question" not in words.lower()
        # "I have to ask how it works?" asks at once.
        return not asks_others and not words.rstrip('"*_').endswith("?")
    if _LET_ME_THINK.match(words):
        if _OF_A_SCENE.search(words) or _YOU.search(words):
            return False
        return True if is_whole else None
    shows = (_OF_THE_USER, _OF_THE_TALK), (_OUGHT_TO_SPEAK, _SPEAKING)
    if any(begins.match(words) and goes_on.search(words) for begins, goes_on in shows):
        return True
    return False if is_whole else None
