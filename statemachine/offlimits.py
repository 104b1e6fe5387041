"""What no assessment may rest on or remark on: voice, looks, emotion, age, origin, family,
health. One
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


def _table(own: str, one: str) -> dict[str, tuple[str, ...]]:
    """Subject → what words on it look like: on what is `own`, and on `one` who is spoken of."""
    return {
        "voice": (
            rf"{own}(?:voice|accent|stutter|stammer|lisp|intonation|pitch\s+of\s+voice|tone\s+of\s+voice)\b",
            r"\b(?:speaks?|spoke|talks?|talked)\s+(?:with\s+an?\s+(?:\w+\s+)?accent|monotonously|softly|loudly)",
            r"\b(?:meine?|ihre?|seine?)\s+(?:stimme|akzent)\b|\b(?:ma|sa)\s+voix\b|\b(?:mon|son)\s+accent\b",
            r"\b(?:mi|su)\s+(?:voz|acento)\b|\b(?:minha|sua)\s+voz\b|\b(?:meu|seu)\s+sotaque\b",
            r"我的(?:口音|嗓音|声音)|मेरी\s+आवाज़|আমার\s+(?:কণ্ঠ|উচ্চারণ)|صوتي|لهجتي",
        ),
        "looks": (
            rf"{own}(?:looks|appearance|hair|clothes|clothing|outfit|weight|skin|tattoos?|beard|smile|"
            r"face|eye\s+contact|posture|body\s+language|facial\s+expressions?)\b",
            rf"{one}(?:attractive|good-looking|handsome|pretty|beautiful|ugly|overweight|untidy|"
            r"well[- ]dressed|badly\s+dressed|well[- ]groomed)\b",
            r"\bmein(?:e|em)?\s+(?:aussehen|äußeres|kleidung)\b|\bmon\s+apparence\b|\bmi\s+apariencia\b",
            r"\bminha\s+aparência\b|我的(?:外貌|长相|外表)|मेरा\s+रूप|আমার\s+চেহারা|مظهري",
        ),
        "emotion": (
            rf"{one}{_FEELING}",
            r"\b(?:came\s+across|comes\s+across|coming\s+across)\s+as\s+(?:\w+\s+)?" + _FEELING,
            rf"{_SELF}(?:nervous|anxious|depressed|scared|afraid|emotional)\b",
            rf"{own}(?:mood|emotions?|nerves|nervousness)\b",
            r"\bich\s+bin\s+(?:sehr\s+|so\s+)?nervös\b|\bje\s+suis\s+(?:très\s+)?(?:nerveux|nerveuse)\b",
            r"\bestoy\s+(?:muy\s+)?nervios[oa]\b|\bestou\s+(?:muito\s+)?nervos[oa]\b|我(?:很|有点)?紧张",
            r"मैं\s+घबराय|আমি\s+নার্ভাস|أنا\s+متوتر",
        ),
        "age": (
            r"\bI(?:['’]m|\s+am|\s+was)\s+(?:\w+\s+)?(?:\d{2}|\w+ty(?:-\w+)?)\s+years?\s+(?:old|of\s+age)\b",
            rf"{own}age\b|\bat\s+(?:my|his|her|their)\s+age\b",
            rf"{one}(?:too\s+)?(?:young|old|elderly|youthful|middle-aged)\b",
            r"\bI(?:['’]m|\s+am)\s+(?:too\s+)?(?:young|old)\b|\b(?:near|close\s+to)\s+retirement\b",
            r"\bI\s+was\s+born\s+in\s+(?:19|20)\d\d",
            r"\bich\s+bin\s+\d\d\s*(?:jahre)?\b|\bj['’]ai\s+\d\d\s+ans\b|\btengo\s+\d\d\s+años\b",
            r"\b(?:meinem|in\s+meinem|mein)\s+alter\b|\bà\s+mon\s+âge\b|\bmon\s+âge\b",
            r"\b(?:mi|minha)\s+(?:edad|idade)\b|\bich\s+bin\s+(?:zu\s+)?(?:alt|jung)\b",
            r"\bje\s+suis\s+(?:trop\s+)?(?:vieux|vieille|jeune)\b|\b(?:soy|sou)\s+(?:demasiado\s+|muito\s+)?"
            r"(?:joven|viej[oa]|jovem|velh[oa])\b|我(?:太|还)?(?:年轻|老)了?|我的年龄",
            r"मैं\s*[\d०-९]{2}\s*(?:साल|वर्ष)|আমি\s*[\d০-৯]{2}\s*বছর|عمري\s*[\d٠-٩]{2}|\b(?:سني)\b",
            r"\btenho\s+\d\d\s+anos\b|我(?:今年)?\s*\d\d\s*岁|मेरी\s+उम्र|আমার\s+বয়স|عمري",
        ),
        "origin": (
            rf"{own}(?:nationality|ethnicity|ethnic\s+\w+|race|skin\s+colou?r|religion|faith|"
            r"citizenship|native\s+(?:country|language)|mother\s+tongue|home\s+country|heritage)\b",
            r"\b(?:as|being)\s+an?\s+(?:immigrant|refugee|foreigner|asylum\s+seeker|black|white|asian|"
            rf"arab|african|{_FAITH})",
            rf"{_SELF}(?:immigrant|refugee|foreigner|{_FAITH})",
            r"\bI\s+was\s+born\s+in\s+(?!the\s+\w+\s+team)\D",
            r"\bmeine\s+(?:herkunft|religion|hautfarbe|nationalität|staatsangehörigkeit)\b",
            r"\bma\s+(?:nationalité|religion)\b|\bmes\s+origines\b|\bmi\s+(?:nacionalidad|religión)\b",
            r"\bminha\s+(?:nacionalidade|religião)\b|我的(?:国籍|种族|宗教)|मेरा\s+धर्म|আমার\s+ধর্ম|جنسيتي|ديني",
            r"\bich\s+bin\s+(?:(?:ein|eine|gläubiger?|als)\s+)*(?:muslim(?:in)?|moslem|christ(?:in)?|jude|jüdin"
            r"|hindu|buddhist(?:in)?|katholi(?:k|sch)|evangelisch|ausländer(?:in)?|flüchtling|migrant(?:in)?)\b",
            r"\bje\s+suis\s+(?:(?:un|une)\s+)?(?:musulmane?|chrétien(?:ne)?|catholique|juive?|juif|hindoue?"
            r"|bouddhiste|athée|étrang(?:er|ère)|réfugiée?|immigrée?)\b",
            r"\bsoy\s+(?:(?:un|una)\s+)?(?:musulm[aá]na?|cristian[oa]|católic[oa]|judí[oa]|hindú|budista"
            r"|ate[oa]|extranjer[oa]|refugiad[oa]|inmigrante)\b",
            r"\bsou\s+(?:(?:um|uma)\s+)?(?:muçulman[oa]|cristã?o?|católic[oa]|judeu|judia|hindu|budista"
            r"|ateu|ateia|estrangeir[oa]|refugiad[oa]|imigrante)\b",
            r"我是(?:一名|个|一个)?(?:穆斯林|基督徒|天主教徒|佛教徒|犹太人|外国人|移民|难民|[一-龥]{1,3}族)",
            r"मैं\s+(?:एक\s+)?(?:मुस्लिम|मुसलमान|हिंदू|हिन्दू|ईसाई|सिख|बौद्ध|शरणार्थी|दलित)"
            r"|আমি\s+(?:একজন\s+)?(?:মুসলিম|মুসলমান|হিন্দু|খ্রিস্টান|বৌদ্ধ|শরণার্থী)",
            r"أنا\s+(?:مسلمة?|مسيحية?|يهودية?|لاجئة?|مهاجرة?|أجنبية?)",
        ),
        "family": (
            rf"{own}(?:husband|wife|spouse|kids|children|marriage|divorce|marital\s+status|childcare)\b",
            rf"{_SELF}(?:married|divorced|widowed|single\s+(?:mother|father|parent|mum|mom|dad)|a\s+mother|a\s+father)\b",
            r"\bI\s+have\s+(?:\w+\s+)?(?:kids|children)\b|\bI\s+(?:want|plan)\s+(?:to\s+have\s+)?(?:kids|children)\b",
            r"\b(?:mein(?:e|em|en|er)?)\s+(?:ehemann|ehefrau|mann|kinder(?:n)?|scheidung)\b"
            r"|\bich\s+bin\s+(?:verheiratet|geschieden|verwitwet|alleinerziehend|mutter|vater)\b",
            r"\b(?:mon\s+mari|ma\s+femme|mes\s+enfants|mon\s+divorce)\b"
            r"|\bje\s+suis\s+(?:mariée?|divorcée?|veu(?:f|ve)|mère|père)\b",
            r"\b(?:mi\s+(?:marido|esposa|esposo|mujer|divorcio)|mis\s+hij[oa]s)\b"
            r"|\b(?:soy|estoy)\s+(?:casad[oa]|divorciad[oa]|viud[oa]|madre|padre)\b",
            r"\b(?:meu\s+marido|minha\s+(?:esposa|mulher)|meus\s+filhos|minhas\s+filhas)\b"
            r"|\bsou\s+(?:casad[oa]|divorciad[oa]|viúv[oa]|mãe|pai)\b",
            r"我的(?:丈夫|妻子|老公|老婆|孩子|婚姻)|我(?:已婚|离婚|结婚了|有孩子)"
            r"|मेरे\s+(?:पति|बच्चे|बच्चों)|मेरी\s+पत्नी|मैं\s+(?:विवाहित|शादीशुदा|तलाकशुदा)",
            r"আমার\s+(?:স্বামী|স্ত্রী|সন্তান|বাচ্চা)|আমি\s+(?:বিবাহিত|তালাকপ্রাপ্ত)"
            r"|(?:زوجي|زوجتي|أطفالي|أولادي|طلاقي)|أنا\s+(?:متزوجة?|مطلقة?|أرملة?|أم\b|أب\b)",
        ),
        "health": (
            rf"{own}(?:health(?!\s*-?\s*(?:checks?|endpoint|probe|monitor|care|service|dashboard))|"
            r"illness|disease|disability|disabilities|diagnosis|cancer|depression|anxiety|adhd|autism|"
            r"pregnancy|medication|surgery|burn-?out|(?:sick|maternity|paternity|parental)\s+leave)\b",
            rf"{_SELF}(?:pregnant|disabled|ill|autistic|dyslexic|diabetic|deaf|blind|bipolar|epileptic)\b",
            r"\bI\s+(?:have|had|suffer(?:ed)?\s+from|was\s+diagnosed\s+with)\s+(?:an?\s+)?(?:cancer|"
            r"depression|anxiety|adhd|autism|diabetes|disability|epilepsy|burn-?out|chronic\s+\w+)\b",
            rf"{one}(?:pregnant|disabled|ill|sick|unwell|autistic|deaf|blind)\b",
            r"\bich\s+bin\s+(?:schwanger|behindert|krank)\b|\bje\s+suis\s+(?:enceinte|handicapée?|malade)\b",
            r"\bestoy\s+(?:embarazada|enferm[oa])\b|\bestou\s+(?:grávida|doente)\b|我(?:怀孕|生病|残疾)",
            r"\bich\s+(?:habe|hatte|leide\s+an)\s+(?:(?:eine?[nr]?|einer)\s+)?(?:krebs|depression(?:en)?|adhs"
            r"|autismus|diabetes|behinderung|burn-?out|migräne)\b|\bmeine?\s+(?:krankheit|behinderung|schwangerschaft)\b",
            r"\bj['’]ai\s+(?:eu\s+)?(?:un\s+|une\s+)?(?:cancer|dépression|diabète|handicap|burn-?out)\b"
            r"|\bma\s+(?:santé|maladie|grossesse)\b|\bmon\s+handicap\b",
            r"\btengo\s+(?:un\s+|una\s+)?(?:cáncer|depresión|diabetes|discapacidad|ansiedad)\b"
            r"|\bmi\s+(?:salud|enfermedad|embarazo|discapacidad)\b",
            r"\btenho\s+(?:um\s+|uma\s+)?(?:câncer|cancro|depressão|diabetes|deficiência|ansiedade)\b"
            r"|\bminha\s+(?:saúde|doença|gravidez|deficiência)\b",
            r"我(?:有|患有|得了|患)(?:抑郁症?|癌症|糖尿病|焦虑症)|我的(?:健康|病情|残疾)",
            r"मुझे\s+(?:कैंसर|मधुमेह|अवसाद)|मेरा\s+स्वास्थ्य|मेरी\s+बीमारी|আমার\s+(?:ক্যান্সার|ডায়াবেটিস|অসুস্থতা)",
            r"(?:لدي|عندي)\s+(?:سرطان|اكتئاب|السكري|إعاقة)|\b(?:مرضي|إعاقتي|صحتي)\b",
            r"मैं\s+(?:गर्भवती|बीमार|विकलांग)|আমি\s+(?:গর্ভবতী|অসুস্থ)|أنا\s+(?:حامل|مريض|معاق)",
        ),
    }


_MY = r"\bmy\s+(?:own\s+)?"
_NOBODY = r"(?!)"

OFF_LIMITS = _table(_OWN, _ONE)
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
def _of_oneself() -> dict[str, re.Pattern[str]]:
    """What a candidate says of themselves. A nurse who checked "her medication" and called "their
    children" speaks of the work."""
    return _compiled(_table(_MY, _NOBODY))


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
    """The same of `content[start:end]` in an answer, where candidates speak of themselves. It is
    read with the words around it: half of "my accent" is on the voice, too."""
    first = max(0, start - AROUND)
    quoted, around = content[start:end], content[first : end + AROUND]
    for name, pattern in _of_oneself().items():
        is_in_it = any(
            first + found.start() < end and start < first + found.end()
            for found in pattern.finditer(around)
        )
        if is_in_it or pattern.search(quoted):
            return name
    return None


def remarks_on(note: str) -> str | None:
    """The subject that a note on the candidate remarks on, if none may be on it."""
    # Runs of white space would be gone through from each of their characters.
    lines = (" ".join(line.split()) for line in note.splitlines())
    bare = "\n".join(line for line in lines if line)
    return off_limits(bare) or next((n for n, p in _remarks().items() if p.search(bare)), None)
