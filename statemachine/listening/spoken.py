"""Which language is spoken: by script, and by the small words that no sentence does without.

No library: py3langid needs numpy, and lingua's models take 100 MB. They name a language for any
text at all, also for a name or a line of code; here no answer is better than a wrong one.
"""

import re
from collections import Counter
from functools import lru_cache

from statemachine.listening.tokens import tokens

_LONGEST_READ = 600
_LETTERS = re.compile(r"[^\W\d_]")

# Ranges of letters; what is in none of them is Latin or is not counted.
_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u9fff]"),
    "kana": re.compile(r"[\u3041-\u30ff]"),
    "hangul": re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]"),
    "cyrillic": re.compile(r"[\u0400-\u052f]"),
    "greek": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "arabic": re.compile(r"[\u0620-\u064a\u066e-\u06d3]"),
    "hebrew": re.compile(r"[\u05d0-\u05ea]"),
    "devanagari": re.compile(r"[\u0904-\u0939]"),
    "bengali": re.compile(r"[\u0985-\u09b9]"),
    "thai": re.compile(r"[\u0e01-\u0e2e]"),
    "tamil": re.compile(r"[\u0b83-\u0bb9]"),
    "telugu": re.compile(r"[\u0c05-\u0c39]"),
    "gujarati": re.compile(r"[\u0a85-\u0ab9]"),
    "gurmukhi": re.compile(r"[\u0a05-\u0a39]"),
    "kannada": re.compile(r"[\u0c85-\u0cb9]"),
    "malayalam": re.compile(r"[\u0d05-\u0d39]"),
}
_WRITTEN_IN = {
    **dict.fromkeys(("zh", "yue"), frozenset({"han"})),
    "ja": frozenset({"kana", "han"}),
    "ko": frozenset({"hangul", "han"}),
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk"), frozenset({"cyrillic"})),
    "el": frozenset({"greek"}),
    **dict.fromkeys(("ar", "fa", "ur", "ps"), frozenset({"arabic"})),
    "he": frozenset({"hebrew"}),
    **dict.fromkeys(("hi", "mr", "ne"), frozenset({"devanagari"})),
    **dict.fromkeys(("bn", "as"), frozenset({"bengali"})),
    "th": frozenset({"thai"}),
    "ta": frozenset({"tamil"}),
    "te": frozenset({"telugu"}),
    "gu": frozenset({"gujarati"}),
    "kn": frozenset({"kannada"}),
    "ml": frozenset({"malayalam"}),
}
_OF_ITS_OWN = {
    "hangul": "ko", "kana": "ja", "han": "zh", "devanagari": "hi", "bengali": "bn",
    "arabic": "ar", "cyrillic": "ru", "greek": "el", "hebrew": "he",
}  # fmt: skip

# Words without accents, as `tokens` gives them. Before the bar: pronouns and verbs that hardly
# ever stand in another language's text; behind it: words that names and loans bring along.
_SMALL_WORDS = {
    "en": "the and you is are was were have has this that with for my would not of it they we what "
    "how which because been from there when do does did can could should about your i to a | on in "
    "me so at be as by or an but if will",
    "de": "ich und nicht ist habe haben wir sie mit auf fur eine einen einem auch aber wie bei wurde "
    "wurden wenn oder das dass sich mein meine meiner konnen mochte mochten bin sind war waren nach "
    "noch zum zur uber durch weil kann gearbeitet sehr kein keine deutsch mir mich ihr ihre wird "
    "bitte | der die den dem des von im in es so ein zu",
    "fr": "je nous vous est dans avec pour une sur pas ai suis avons etait etaient mais qui ou mon ma "
    "mes cette ce ces aux du au par plus comme tres fait peut peux veux parce francais travaille "
    "ils elle c'est j'ai n'ai j'etais qu'il d'une d'un parle ne sont leur notre | le la les de des "
    "et un en que a on",
    "es": "yo con para por una los las pero como muy mas mi mis este esta estoy soy tengo tenia hemos "
    "he habia cuando porque hablo espanol puedo quiero trabaje trabajo nosotros ser fue era sobre "
    "tambien hacer donde ingles el equipo | de la en y que un no se a del es",
    "pt": "eu nao com para uma dos das mas como muito mais meu minha meus este esta estou sou tenho "
    "tinha foi quando porque falo portugues posso quero trabalhei trabalho nos voce ele ela isso "
    "tambem fazer onde ingles na ao pelo pela em equipe equipa ja | de o os as e que um no se a do "
    "da",
    "it": "io non con per una gli ma come molto piu mio mia questo questa sono ho abbiamo era quando "
    "perche parlo italiano posso voglio lavorato lavoro noi anche fare dove inglese della nel che "
    "di del alla il | la le e un a se si in lo",
    "nl": "ik niet het een en van met voor heb hebben wij we ook maar naar bij werd wordt kan mijn "
    "deze dit zijn waren nederlands omdat wat geen gewerkt aan wel nog dat over | de in is was of op "
    "die te",
    "pl": "nie jest sie na ze jestem mam moj moja bylo byl byla ale jak dla przez przy mnie czy "
    "poniewaz polsku pracowalem pracowalam po tym | i w z do to od o a",
    "tr": "bir ve ile icin bu ben cok olarak ama degil var daha gibi sonra calistim turkce benim biz "
    "kadar olan | da de mi o ne",
    "sv": "jag och att det ar inte med som pa en ett har hade kan vi mitt min svenska eftersom men "
    "arbetat jobbat | av for den i om till",
    "id": "saya dan yang tidak dengan untuk ini itu dari adalah akan kami bisa bekerja bahasa sudah "
    "karena pada juga | di ke",
    "vi": "toi va khong la cua cho mot nhung nguoi duoc trong da lam viec tieng co | cac ban",
}
_STRONG = 2
_ENOUGH = 4
_SHORTEST = 3
_FEWEST_LETTERS = 6
_MOST_LETTERS = 0.6


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict[str, int]]:
    weights: dict[str, dict[str, int]] = {}
    for language, words in _SMALL_WORDS.items():
        strong, _, weak = words.partition("|")
        for word in strong.split():
            weights.setdefault(word.replace("'", ""), {})[language] = _STRONG
        for word in weak.split():
            weights.setdefault(word, {})[language] = 1
    return weights


def scripts(text: str) -> Counter[str]:
    """How many letters of each script the text has. A Chinese character counts as three: that
    is about what it says."""
    if text.isascii():
        return Counter(latin=len(_LETTERS.findall(text)))
    found = Counter({name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()})
    found["latin"] = len(_LETTERS.findall(text)) - found.total()
    found["han"] *= 3
    return +found


def spoken(text: str) -> str | None:
    """The language of the text, a code such as "de"; None where it is not plain to see."""
    text = text[:_LONGEST_READ]
    script = _main_script(text)
    if script is None:
        return None
    if script != "latin":
        return _OF_ITS_OWN.get(script)
    points, count = _points(text)
    if not points:
        return None
    (best, most), *others = points.most_common(2)
    second = others[0][1] if others else 0
    return best if most >= _ENOUGH and most > second and most * 3 >= count else None


def is_foreign(text: str, language: str, asked: str) -> bool:
    """True when the text is surely in another language than `language`, and than `asked` is.

    Code, names, terms and a few words never are.
    """
    text = text[:_LONGEST_READ]
    own = _WRITTEN_IN.get(language, frozenset({"latin"}))
    script = _main_script(text)
    if script is None or _main_script(asked[:_LONGEST_READ]) == script != "latin":
        return False
    if script != "latin":
        if script in own:
            return False
        # A language that this module has not heard of may be written in anything.
        return language in _WRITTEN_IN or language in _SMALL_WORDS
    points, count = _points(text)
    if count < _SHORTEST or not points:
        return False
    best, most = points.most_common(1)[0]
    if best == language or most < _ENOUGH or most * 2 < count:
        return False
    if "latin" in own and (language not in _SMALL_WORDS or points[language] * 2 > most):
        return False
    return spoken(asked) != best


def _main_script(text: str) -> str | None:
    found = scripts(text)
    if not found:
        return None
    # Japanese is written in Chinese characters too, with kana between them.
    if found["kana"] * 4 > found["han"]:
        found["kana"] += found.pop("han", 0)
    script, letters = found.most_common(1)[0]
    if letters < _FEWEST_LETTERS or letters < _MOST_LETTERS * found.total():
        return None
    return script


def _points(text: str) -> tuple[Counter[str], int]:
    """How much speaks for each language, and how many words were read. A word's points go
    to each language that has it."""
    weights = _weights()
    points: Counter[str] = Counter()
    count = 0
    strong: set[str] = set()
    for word in tokens(text):
        if not word[0].isalpha():
            continue
        count += 1
        for language, weight in weights.get(word.replace("'", ""), {}).items():
            points[language] += weight
            if weight == _STRONG:
                strong.add(language)
    return Counter({name: found for name, found in points.items() if name in strong}), count
