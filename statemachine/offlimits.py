"""What no assessment may rest on or remark on: voice, looks, emotion, age, origin, health. One
table says what such words look like.

The patterns name a person's own: "my accent", "she seems nervous". The words of a trade are not
meant: a voice service, a health check, the age of a cache, the origin of a request.
"""

import re
from functools import cache

_OWN = r"\b(?:my|his|her|their|your|(?:the\s+)?(?:candidate|applicant|person)['’]s)\s+(?:own\s+)?"
_BE = r"(?:is|was|are|were|seem(?:s|ed)?|look(?:s|ed)?|appear(?:s|ed)?|sound(?:s|ed)?|felt|feels?)"
_ONE = rf"\b(?:he|she|they|(?:the\s+)?(?:candidate|applicant|person))\s+{_BE}\s+(?:\w+\s+)?"
_SELF = r"\bI(?:['’]m|\s+am|\s+was)\s+(?:an?\s+|very\s+|so\s+|quite\s+)?"
_FEELING = (
    r"(?:nervous|anxious|sad|unhappy|happy|angry|upset|depressed|tired|bored|scared|afraid|"
    r"emotional|cheerful|enthusiastic|tense|stressed)\b"
)
_FAITH = r"(?:muslim|christian|catholic|jewish|jew|hindu|buddhist|sikh|atheist)\b"

OFF_LIMITS: dict[str, tuple[str, ...]] = {
    "voice": (
        rf"{_OWN}(?:voice|accent|stutter|stammer|lisp|intonation|pitch\s+of\s+voice|tone\s+of\s+voice)\b",
        r"\b(?:speaks?|spoke|talks?|talked)\s+(?:with\s+an?\s+(?:\w+\s+)?accent|monotonously|softly|loudly)",
        r"\b(?:meine?|ihre?|seine?)\s+(?:stimme|akzent)\b|\b(?:ma|sa)\s+voix\b|\b(?:mon|son)\s+accent\b",
        r"\b(?:mi|su)\s+(?:voz|acento)\b|\b(?:minha|sua)\s+voz\b|\b(?:meu|seu)\s+sotaque\b",
        r"我的(?:口音|嗓音|声音)|मेरी\s+आवाज़|আমার\s+(?:কণ্ঠ|উচ্চারণ)|صوتي|لهجتي",
    ),
    "looks": (
        rf"{_OWN}(?:looks|appearance|hair|clothes|clothing|outfit|weight|skin|tattoos?|beard|smile|"
        r"face|eye\s+contact|posture|body\s+language|facial\s+expressions?)\b",
        rf"{_ONE}(?:attractive|good-looking|handsome|pretty|beautiful|ugly|overweight|untidy|"
        r"well[- ]dressed|badly\s+dressed|well[- ]groomed)\b",
        r"\bmein(?:e|em)?\s+(?:aussehen|äußeres|kleidung)\b|\bmon\s+apparence\b|\bmi\s+apariencia\b",
        r"\bminha\s+aparência\b|我的(?:外貌|长相|外表)|मेरा\s+रूप|আমার\s+চেহারা|مظهري",
    ),
    "emotion": (
        rf"{_ONE}{_FEELING}",
        r"\b(?:came\s+across|comes\s+across|coming\s+across)\s+as\s+(?:\w+\s+)?" + _FEELING,
        rf"{_SELF}(?:nervous|anxious|depressed|scared|afraid|emotional)\b",
        rf"{_OWN}(?:mood|emotions?|nerves|nervousness)\b",
        r"\bich\s+bin\s+(?:sehr\s+|so\s+)?nervös\b|\bje\s+suis\s+(?:très\s+)?(?:nerveux|nerveuse)\b",
        r"\bestoy\s+(?:muy\s+)?nervios[oa]\b|\bestou\s+(?:muito\s+)?nervos[oa]\b|我(?:很|有点)?紧张",
        r"मैं\s+घबराय|আমি\s+নার্ভাস|أنا\s+متوتر",
    ),
    "age": (
        r"\bI(?:['’]m|\s+am|\s+was)\s+(?:\w+\s+)?(?:\d{2}|\w+ty(?:-\w+)?)\s+years?\s+(?:old|of\s+age)\b",
        rf"{_OWN}age\b|\bat\s+(?:my|his|her|their)\s+age\b",
        rf"{_ONE}(?:too\s+)?(?:young|old|elderly|youthful|middle-aged)\b",
        r"\bI(?:['’]m|\s+am)\s+(?:too\s+)?(?:young|old)\b|\b(?:near|close\s+to)\s+retirement\b",
        r"\bI\s+was\s+born\s+in\s+(?:19|20)\d\d",
        r"\bich\s+bin\s+\d\d\s*(?:jahre)?\b|\bj['’]ai\s+\d\d\s+ans\b|\btengo\s+\d\d\s+años\b",
        r"\btenho\s+\d\d\s+anos\b|我(?:今年)?\s*\d\d\s*岁|मेरी\s+उम्र|আমার\s+বয়স|عمري",
    ),
    "origin": (
        rf"{_OWN}(?:nationality|ethnicity|ethnic\s+\w+|race|skin\s+colou?r|religion|faith|"
        r"citizenship|native\s+(?:country|language)|mother\s+tongue|home\s+country|heritage)\b",
        r"\b(?:as|being)\s+an?\s+(?:immigrant|refugee|foreigner|asylum\s+seeker|black|white|asian|"
        rf"arab|african|{_FAITH})",
        rf"{_SELF}(?:immigrant|refugee|foreigner|{_FAITH})",
        r"\bI\s+was\s+born\s+in\s+(?!the\s+\w+\s+team)\D",
        r"\bmeine\s+(?:herkunft|religion|hautfarbe|nationalität|staatsangehörigkeit)\b",
        r"\bma\s+(?:nationalité|religion)\b|\bmes\s+origines\b|\bmi\s+(?:nacionalidad|religión)\b",
        r"\bminha\s+(?:nacionalidade|religião)\b|我的(?:国籍|种族|宗教)|मेरा\s+धर्म|আমার\s+ধর্ম|جنسيتي|ديني",
    ),
    "health": (
        rf"{_OWN}(?:health(?!\s*-?\s*(?:checks?|endpoint|probe|monitor|care|service|dashboard))|"
        r"illness|disease|disability|disabilities|diagnosis|cancer|depression|anxiety|adhd|autism|"
        r"pregnancy|medication|surgery|burn-?out|(?:sick|maternity|paternity|parental)\s+leave)\b",
        rf"{_SELF}(?:pregnant|disabled|ill|autistic|dyslexic|diabetic|deaf|blind|bipolar|epileptic)\b",
        r"\bI\s+(?:have|had|suffer(?:ed)?\s+from|was\s+diagnosed\s+with)\s+(?:an?\s+)?(?:cancer|"
        r"depression|anxiety|adhd|autism|diabetes|disability|epilepsy|burn-?out|chronic\s+\w+)\b",
        rf"{_ONE}(?:pregnant|disabled|ill|sick|unwell|autistic|deaf|blind)\b",
        r"\bich\s+bin\s+(?:schwanger|behindert|krank)\b|\bje\s+suis\s+(?:enceinte|handicapée?|malade)\b",
        r"\bestoy\s+(?:embarazada|enferm[oa])\b|\bestou\s+(?:grávida|doente)\b|我(?:怀孕|生病|残疾)",
        r"मैं\s+(?:गर्भवती|बीमार|विकलांग)|আমি\s+(?:গর্ভবতী|অসুস্থ)|أنا\s+(?:حامل|مريض|معاق)",
    ),
}
"""Subject → what words on it look like."""

# A note is about the candidate without naming them: "Nervous throughout." "The server looked tired"
# is not: there, the verb has a subject.
_BARE = r"(?:^|[.!?;,:\n]\s*|\b(?:and|but)\s+)(?:(?:very|visibly|rather|quite|clearly|a\s+bit)\s+)?"
_SEEMS = rf"{_BARE}(?:seem|look|appear|sound)(?:s|ed)?\s+(?:to\s+be\s+)?(?:\w+\s+)?"
_MAYBE = (
    rf"(?:{_SEEMS}|\b(?:probably|possibly|apparently|presumably|maybe|must\s+be)\s+(?:an?\s+)?)"
)
_SOMEBODY = r"\s+(?:girl|woman|lady|boy|man|guy|person|candidate|applicant)\b"
_AND_NO_MORE = r"(?=\s*(?:[.,;!]|$)|\s+(?:throughout|during|at|and|about|in|today|most|all)\b)"

REMARKS: dict[str, tuple[str, ...]] = {
    "voice": (
        r"\b(?:foreign|strong|thick|heavy|slight|regional|with\s+an?)\s+accent\b|\bmumbl(?:es|ed|ing)\b",
        r"\b(?:stutter|stammer)(?:s|ed|ing)?\b|\b(?:pleasant|nice|quiet|loud|shrill|soft|weak)\s+voice\b",
        r"\b(?:starke[rmn]?|mit|fremde[rmn]?)\s+akzent\b|\bfort\s+accent\b|\bacento\s+(?:fuerte|extranjero)\b",
        r"\bsotaque\s+(?:forte|estrangeiro)\b|(?:有|很重的?|带)口音|لكنة",
    ),
    "looks": (
        rf"\b(?:pretty|attractive|handsome|beautiful|ugly|fat|overweight){_SOMEBODY}",
        rf"{_SEEMS}(?:pale|untidy|scruffy|unkempt|attractive|handsome|overweight)\b",
    ),
    "emotion": (
        rf"{_BARE}(?:nervous|anxious|sad|upset|depressed|tired|bored|scared|tense|stressed){_AND_NO_MORE}",
        rf"{_SEEMS}{_FEELING}|\bwirkte?\s+(?:\w+\s+)?(?:nervös|müde|traurig|ängstlich)\b",
        r"\b(?:semblait|paraissait|parecía|parecia)\s+(?:\w+\s+)?(?:nerv|trist|fatigu|cansad)|(?:显得|很|有点)紧张",
    ),
    "age": (
        rf"{_BARE}too\s+(?:old|young)\b|\b(?:young|old|elderly){_SOMEBODY}|\blong\s+in\s+the\s+tooth\b",
        rf"{_SEEMS}(?:old|young|elderly)\b|\bin\s+(?:his|her|their)\s+(?:(?:early|mid|late)[\s-])?"
        r"(?:twenties|thirties|forties|fifties|sixties|[2-6]0s)\b",
        r"\b(?:candidate|applicant|he|she)\s+is\s+(?:about\s+|over\s+)?\d\d(?=\s*(?:[.,;!]|$)|\s+years?\b)",
        r"\b(?:wirkte?|ist)\s+zu\s+(?:alt|jung)\b|\btrop\s+(?:vieux|vieille|jeune)\s+pour\b",
        r"\bdemasiado\s+(?:viej[oa]|joven)\b|\b(?:velh[oa]|jovem)\s+demais\b|年纪(?:太|偏|很)?大|كبيرة?\s+السن",
    ),
    "origin": (
        rf"{_MAYBE}(?:foreign|immigrant|nigerian|african|arab|asian|indian|pakistani|chinese|russian|"
        rf"ukrainian|polish|romanian|turkish|german|french|mexican|jewish|muslim)\b",
        r"\b(?:foreign|immigrant|migrant)\s+(?:background|name|origin)\b|\bmigrationshintergrund\b",
    ),
    "health": (
        rf"{_MAYBE}(?:pregnant|ill|sick|disabled|autistic|depressed|unwell)\b|\bin\s+a\s+wheelchair\b",
        r"\b(?:vermutlich|wohl|wirkte?)\s+(?:schwanger|krank)\b|\bsemble\s+(?:enceinte|malade)\b",
    ),
}
"""Subject → what a note on it looks like that names nobody."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Compiled for the first assessment: a gateway that starts needs none."""
    return _compiled(OFF_LIMITS)


@cache
def _remarks() -> dict[str, re.Pattern[str]]:
    return _compiled(REMARKS)


def _compiled(table: dict[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    return {subject: re.compile("|".join(ps), re.IGNORECASE) for subject, ps in table.items()}


AROUND = 200
"""Characters before and after a quotation in which it is read: no pattern needs more."""


def off_limits(text: str) -> str | None:
    """The subject that the text is on, if no assessment may be on it."""
    return next((name for name, pattern in _patterns().items() if pattern.search(text)), None)


def off_limits_at(content: str, start: int, end: int) -> str | None:
    """The same of `content[start:end]`, read with the words around it: half of "my accent" is on
    the voice, too."""
    first = max(0, start - AROUND)
    around = content[first : end + AROUND]
    return off_limits(content[start:end]) or next(
        (
            name
            for name, pattern in _patterns().items()
            for found in pattern.finditer(around)
            if first + found.start() < end and start < first + found.end()
        ),
        None,
    )


def remarks_on(note: str) -> str | None:
    """The subject that a note on the candidate remarks on, if none may be on it."""
    # Runs of white space would be gone through from each of their characters.
    lines = (" ".join(line.split()) for line in note.splitlines())
    bare = "\n".join(line for line in lines if line)
    return off_limits(bare) or next((n for n, p in _remarks().items() if p.search(bare)), None)
