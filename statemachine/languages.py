"""How an interviewer asks in other languages than English, without a question mark.

The words only tell that something is asked. Whether an interview closes is never read from them.
"""

import re

from statemachine.patterns import Pattern

# As in `wording`: a run after the start holds nothing that starts one.
_START = r"(?:^|[.!?:;,\n–—¡¿])[^\w.!?:;,\n–—¡¿]*"

_GREEK_MARK = re.compile(r"(?<=[\u0370-\u03ff\u1f00-\u1fff])[;\u037e]")

_CHINESE = (
    r"(?:请|請)(?:您|你)?(?:先|再|简单|簡單|简要|簡要|详细|詳細|具体|具體|分别|分別|给我们?|給我們?|向我们?|向我們?"
    r"|和我们?|跟我们?|地|，|,|\s)*"
    r"(?:介绍|介紹|描述|说明|說明|解释|解釋|谈|談|说说|說說|说一说|讲|講|分享|举|舉|告诉|告訴|列举|列舉|阐述"
    r"|闡述|比较|比較|回答|概述|聊|评价|評價|分析|自我)"
)
_JAPANESE = (
    r"(?<!そうです)(?<!そうなんです)(?<!そうでした)(?<!なるほどです)(?<=す|う|ん|た)か[。．]?\W*$"
    r"|(?:教え|説明し|話し|述べ|挙げ|聞かせ|答え|比較し|紹介し|共有し)て(?:ください|下さい|いただ|頂|もらえ|くれ)"
    r"|(?:お聞かせ|お話し|お答え|お教え|ご説明|ご紹介)(?:ください|下さい|いただ|頂|願)"
)
_KOREAN = (
    r"(?:설명|말씀|이야기|얘기|소개|공유|묘사|비교|대답|답변)(?:을|를)?\s?(?:해|하여)?\s?(?:부탁|주세요|주십시오"
    r"|주시|줘)|(?:알려|들려)\s?(?:주세요|주십시오|주시|줘)|(?:습니까|입니까|합니까|됩니까|나요|인가요|을까요)[.。]?\W*$"
)
# Of languages in Latin letters: what begins a sentence, and what stands at any of its words.
_GERMAN_REQUEST = (
    r"(?:(?:erzählen|beschreiben|erklären|schildern|nennen|erläutern|vergleichen|skizzieren|geben"
    r"|berichten|begründen|denken)"
    r"\s+sie\b(?!\s+(?:gut|sehr|das\s+gut))|(?:erzähle?|beschreibe?|erkläre?|schildere?|nenne?|erläutere?)\s+"
    r"(?:mir|uns|bitte|wie|was|den|die|das|ein\w*)\b)"
)
_GERMAN = (
    rf"{_GERMAN_REQUEST}|stellen\s+sie\s+sich\s+vor\b",
    rf"(?:bitte|und|dann|nun|jetzt)\s+{_GERMAN_REQUEST}"
    r"|ich\s+(?:möchte|würde)\s+(?:gern\w*\s+)?(?:von\s+ihnen\s+)?(?:wissen|hören|erfahren)\b"
    r"|(?:könnten|können|würden)\s+sie\s+(?:mir|uns|bitte|kurz|das)\s[^.!?:\n]{0,80}"
    r"\b(?:erzählen|beschreiben|erklären|schildern|nennen|erläutern|geben)\b",
)
_SPANISH_REQUEST = (
    r"(?:(?:cu[eé]nt|expl[ií]qu|h[aá]bl|descr[ií]b|d[ií]g|comp[aá]rt"
    r"|mencion|compar|enumer|defin)[aeo](?:me|nos)?|d[ií](?:me|nos)|d[eé](?:me|nos)|expl[ií]ca(?:me|nos)|explica"
    r"\s+(?:c[oó]mo|qu[eé]|por))\b"
)
_SPANISH = (
    rf"{_SPANISH_REQUEST}|(?:piense\s+en|imagine\s+que)\b",
    rf"por\s+favor,?\s+{_SPANISH_REQUEST}"
    r"|me\s+gustaría\s+(?:saber|conocer|escuchar|oír|que\s+me)\b"
    r"|(?:podría|puede)\s+(?:contar|explicar|describir|hablar|decir|poner)(?:me|nos)\b",
)
_PORTUGUESE_REQUEST = (
    r"(?:me\s+)?(?:conte|fale|descreva|explique|diga|compartilhe|cite"
    r"|compare|relate|liste)(?:-me|-nos)?\b"
)
_PORTUGUESE = (
    rf"{_PORTUGUESE_REQUEST}|(?:pense\s+n|imagine\s+que\b)",
    rf"por\s+favor,?\s+{_PORTUGUESE_REQUEST}"
    r"|gostaria\s+(?:de\s+(?:saber|ouvir|conhecer|entender)"
    r"|que\s+(?:você|(?:me\s+)?(?:contasse|falasse|explicasse|descrevesse)))\b"
    r"|(?:poderia|pode|podia)\s+(?:me\s+|nos\s+)?(?:contar|explicar|descrever|falar|dizer)"
    r"(?:-me|-nos)?\s+(?:como|um|uma|o|a|qual|por|de|sobre|sua|seu)\b",
)
_FRENCH_REQUEST = (
    r"(?:parlez|décrivez|expliquez|racontez|dites|donnez|présentez"
    r"|comparez|citez|détaillez|précisez|décris|explique|raconte|parle)(?:-(?:moi|nous)\b|\s+(?:comment"
    r"|un|une|votre|vos|ce\s+qu|les?|la|l'|pourquoi)\b)"
)
_FRENCH = (
    rf"{_FRENCH_REQUEST}|(?:pensez\s+à|imaginez\s+(?:que|un))\b",
    rf"(?:et|puis|alors)\s+{_FRENCH_REQUEST}"
    r"|(?:veuillez|pouvez-vous|pourriez-vous|merci\s+de|merci\s+d')\s*(?:me\s+|nous\s+)?(?:décrire"
    r"|expliquer|raconter|parler|présenter|donner|dire|comparer|préciser)\b"
    r"|j'aimerais\s+(?:savoir|comprendre|connaître|entendre|que\s+vous)\b",
)
_ITALIAN_REQUEST = (
    r"(?:(?:mi|ci)\s+(?:parli|descriva|racconti|spieghi|dica|faccia)"
    r"|(?:parla|racconta|spiega|descrivi|dim)mi|descriva|descrivi|spieghi|racconti|illustri|elenchi)\b"
)
_ITALIAN = (
    _ITALIAN_REQUEST,
    rf"per\s+favore,?\s+{_ITALIAN_REQUEST}"
    r"|(?:vorrei|mi\s+piacerebbe)\s+(?:sapere|sentire|capire|conoscere|che\s+mi)\b",
)
_DUTCH_REQUEST = (
    r"(?:vertel|beschrijf|omschrijf|noem|leg|geef)\s+"
    r"(?:eens|me|mij|ons|hoe|wat|een|uw|je|waarom|over|uit|het)\b"
)
_DUTCH = _DUTCH_REQUEST, rf"(?:en|dan|graag)\s+{_DUTCH_REQUEST}"
_POLISH = (
    r"(?:opisz|opowiedz|wyjaśnij|podaj|powiedz|wymień|porównaj|omów|przedstaw)\b",
    r"proszę\s+(?:\w+\s+)?(?:opisać|opowiedzieć|wyjaśnić|podać|przedstawić|powiedzieć|porównać"
    r"|wymienić|omówić)\b",
)
_TURKISH = (
    r"(?:anlatın|anlatınız|açıklayın|açıklayınız|tanımlayın|bahsedin|paylaşın|söyleyin|karşılaştırın"
    r"|(?:anlatır|açıklar|bahseder|paylaşır|verir)\s*mısınız|(?:verir|eder)\s*misiniz)\b"
)
_RUSSIAN = (
    r"\b(?:расскажите|опишите|объясните|поделитесь|приведите|назовите|сравните|перечислите|поясните"
    r"|расскажи|опиши|объясни)\b"
)
_ARABIC = (
    rf"(?:{_START}|\bمن\s+فضلك\s+)(?:صف|صِف|اشرح|اشرحي|أخبرني|أخبريني|أخبرنا|حدثني|حدّثني|حدثنا|اذكر|وضح|وضّح"
    r"|قارن|تحدث|تحدّث)\b|\bيرجى\s+(?:شرح|وصف|ذكر|توضيح)\b"
)

_ARABIC_NOUNS = (
    r"\b(?:الرجاء|رجاءً|رجاء)\s+(?:شرح|وصف|ذكر|توضيح|تقديم|إعطاء)"
    r"|\b(?:أود|أرغب\s+في)\s+(?:أن\s+)?(?:أعرف|أسمع|أفهم|معرفة|سماع|فهم)\b"
    rf"|{_START}(?:احك|احكي|صفي|اذكري|وضحي|قارني|تحدثي|أخبرونا|حدثونا|حدثيني|حدثينا|أعطني|أعطيني|أعطنا)\b"
)
# Vowel signs of Devanagari and Bengali are none of `\w`. A form that thanks ("জানানোর জন্য") goes on.
_HINDI = (
    r"(?:बताइए|बताइये|बताएँ|बताएं|बताइएगा|समझाइए|समझाइये|समझाएँ|समझाएं|सुनाइए|सुनाएँ|सुनाएं)(?![\u0900-\u0963])"
    r"|(?:वर्णन|साझा|व्याख्या|तुलना|चर्चा|स्पष्ट|कल्पना)\s+(?:कीजिए|कीजिये|करें|करिए)(?![\u0900-\u0963])"
    r"|(?:उदाहरण|परिचय|उत्तर|जवाब)\s+(?:दीजिए|दीजिये|दें)(?![\u0900-\u0963])"
    r"|जानना\s+चाह(?:ेंगे|ते|ता|ती|ूँगा|ूँगी|ूंगा|ूंगी)(?![\u0900-\u0963])"
)
_BENGALI = (
    r"(?<![\u0980-\u09fe])(?:বলুন|শোনান|জানান|বোঝান)(?![\u0980-\u09fe])"
    r"|(?:বর্ণনা|ব্যাখ্যা|তুলনা|আলোচনা|শেয়ার|শেয\u09bcার|উল্লেখ|কল্পনা)\s+করুন(?![\u0980-\u09fe])"
    r"|(?:উদাহরণ|পরিচয়|পরিচয\u09bc|উত্তর|বিবরণ)\s+(?:দিন|দেবেন)(?![\u0980-\u09fe])|তুলে\s+ধরুন"
    r"|জানতে\s+চাই(?![\u0980-\u09fe])"
)

_OF_TWO_PARTS = _GERMAN, _SPANISH, _PORTUGUESE, _FRENCH, _ITALIAN, _DUTCH, _POLISH
_BEGINNINGS, _WORDS = map("|".join, zip(*_OF_TWO_PARTS, strict=True))
# One start before all that begins a sentence, and one boundary before all that stands at a word:
# so they are looked for in a tenth of the time that each with its own takes.
_IN_LATIN = Pattern(rf"{_START}(?:{_BEGINNINGS})|\b(?:{_WORDS}|{_TURKISH})", re.IGNORECASE)
_BEYOND_LATIN = re.compile(r"[\u0370-\U0010ffff]")
_ELSEWHERE = Pattern(
    "|".join((_CHINESE, _JAPANESE, _KOREAN, _RUSSIAN, _ARABIC, _ARABIC_NOUNS, _HINDI, _BENGALI)),
    re.IGNORECASE,
)


def requests_elsewhere(text: str) -> bool:
    """True when a sentence asks for something in another language than English."""
    if _IN_LATIN.search(text):
        return True
    beyond = _BEYOND_LATIN.search(text)
    return bool(beyond and (_ELSEWHERE.search(text) or _GREEK_MARK.search(text)))


def with_greek_marks(text: str) -> str:
    """The text with question marks in place of the Greek ones, which look like semicolons."""
    return _GREEK_MARK.sub("?", text)
