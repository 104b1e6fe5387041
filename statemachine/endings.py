"""How an interview is ended in other languages than English, an entry for each.

Only words that say outright that the interview is over end it; thanks do not. A sentence that goes
on, or that belongs to no farewell, keeps it open: in doubt the interview goes on.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple


class Ending(NamedTuple):
    """One language's patterns. Their repetitions are bounded: a long text is read at once."""

    ends: str
    """The interview is over."""
    hedges: str
    """Before the end in its sentence: it is not over yet, or only a part of it is."""
    farewell: str
    """What else may stand behind the end."""
    goes_on: str
    """What may not."""


# Vowel signs are none of `\w`: a word ends where no character of its script follows.
_HINDI_END = r"(?![\u0900-\u0963])"
_BENGALI_END = r"(?![\u0980-\u09fe])"

ENDINGS = {
    "hi": Ending(
        ends=(
            r"(?:साक्षात्कार|इंटरव्यू)(?:\s+(?:को|अब|यहीं|यहाँ|यहां|आज|आधिकारिक\s+रूप\s+से|पूरी\s+तरह)){0,3}"
            r"\s+(?:समाप्त|संपन्न|सम्पन्न|पूर्ण|पूरा|खत्म|ख\u093cत्म)"
            r"\s+(?:होता|हुआ|हो\s+(?:गया|चुका|रहा)|करते|करता|करती|कर\s+रहे|किया\s+जाता)"
            rf"{_HINDI_END}(?!\s+(?:नहीं|तो{_HINDI_END}))"
            r"|(?:साक्षात्कार|इंटरव्यू)\s+का\s+(?:यहीं\s+|अब\s+)?(?:समापन|अंत)\s+(?:होता|हुआ|करते|हो\s+गया)"
            r"|(?:साक्षात्कार|इंटरव्यू)\s+के\s+(?:अंत|समापन)\s+(?:में|पर|तक)\s+(?:आ|पहुँच|पहुंच)\s*(?:गए|चुके)"
        ),
        hedges=(
            r"(?<![\u0900-\u0963])(?:पिछला|पिछले|आपने|जब|अगर|यदि|पहले|पहला|बाद|जैसे|लगभग|करीब|आधा|भाग|हिस्सा|हिस्से|चरण|दौर"
            rf"|खंड|नहीं|अभी\s+तक|के\s+लिए){_HINDI_END}"
        ),
        farewell=(
            r"धन्यवाद|शुक्रिया|आभार|शुभ|नमस्|अलविदा|संपर्क|सम्पर्क|परिणाम|नतीज|सूचित|टीम|सफल|सुरक्षित|अच्छा"
            r"|खुशी|ख\u093cुशी|फिर\s+मि|अगले\s+चरण"
        ),
        goes_on=(
            r"आगे\s+बढ\u093c|अगल[ाेी]\s+(?:प्रश्न|सवाल|विषय|भाग|हिस्स|खंड)|अब\s+(?:हम(?!\s+(?:यह|इस|अपन|साक्षा|इंटर))|आइए|बात|एक|दूसर|अगल)"
            r"|जारी\s+रख|शुरू\s+कर|एक\s+और\s+(?:प्रश्न|सवाल)|आख\u093c?िरी\s+(?:प्रश्न|सवाल)"
        ),
    ),
    "bn": Ending(
        ends=(
            r"(?:সাক্ষাৎকার|সাক্ষাত্কার|ইন্টারভিউ)(?:টি|টা)?"
            r"(?:\s+(?:আজ|আজকের\s+মতো|এখন|এখানেই|এখানে|এখানেই\s+আজ|আনুষ্ঠানিকভাবে)){0,3}"
            r"\s+(?:শেষ|সমাপ্ত|সম্পন্ন)\s+(?:হলো|হল|হচ্ছে|হয\u09bcেছে|হয\u09bcে\s+গেছে|হয\u09bcে\s+গেল"
            rf"|করছি|করলাম|করা\s+(?:হলো|হল|হচ্ছে)){_BENGALI_END}(?!\s+(?:না|নি){_BENGALI_END})"
            r"|(?:সাক্ষাৎকারের|সাক্ষাত্কারের|ইন্টারভিউয\u09bcের|ইন্টারভিউর)\s+(?:এখানেই\s+)?"
            r"(?:(?:সমাপ্তি|ইতি)\s+(?:ঘটছে|ঘটল|টানছি|ঘোষণা)"
            r"|(?:শেষে|শেষ\s+পর্যায\u09bcে|শেষ\s+প্রান্তে)\s+(?:এসে\s+|চলে\s+)?"
            r"(?:এসেছি|পৌঁছেছি|পৌঁছে\s+গেছি|পৌঁছালাম))"
        ),
        hedges=(
            r"(?<![\u0980-\u09fe])(?:আগের|বলেছেন|যদি|যখন|আগে|পরে|প্রায\u09bc|অর্ধেক|অংশ|পর্ব|ধাপ|না|নয\u09bc|এখনও|এখনো"
            rf"|প্রথম|জন্য){_BENGALI_END}"
        ),
        farewell=(
            r"ধন্যবাদ|কৃতজ্ঞ|শুভ|ভালো\s+(?:থাক|লাগ|কাট)|ভাল\s+থাক|যোগাযোগ|জানাব|জানানো\s+হবে|ফলাফল|টিম"
            r"|বিদায\u09bc|নমস্কার|আবার\s+দেখা|সাফল্য|সফল|সংরক্ষিত|আনন্দ"
        ),
        goes_on=(
            r"এগিয\u09bcে\s+যা|(?:পরের|পরবর্তী|আরেকটি|শেষ)\s+(?:প্রশ্ন|বিষয\u09bc|অংশ)|এবার|চলুন|শুরু\s+কর"
            r"|চালিয\u09bcে"
        ),
    ),
    "ar": Ending(
        ends=(
            r"\bو?(?:تنتهي|انتهت|اختتمت|اكتملت"
            r"|تختتم|تُختتم|نختتم|ننهي|أنهينا|اختتمنا|نختم|أختتم|أنهي)\s+"
            r"(?:هذه\s+|إجراء\s+)?(?:المقابلة|مقابلتنا|مقابلتك)\b"
            r"|\b(?:المقابلة|مقابلتنا)\s+(?:قد\s+)?(?:انتهت|اكتملت|تنتهي\s+هنا|منتهية)\b"
            r"|\b(?:وصلنا|نصل|نكون\s+قد\s+وصلنا)\s+(?:الآن\s+)?(?:إلى|الى)\s+(?:نهاية|ختام)\s+"
            r"(?:هذه\s+)?(?:المقابلة|مقابلتنا)\b"
            r"|\b(?:هذه\s+(?:هي\s+)?|كانت\s+هذه\s+)(?:نهاية|خاتمة)\s+(?:المقابلة|مقابلتنا)\b"
        ),
        hedges=(
            r"\b(?:لا|لم|لن|ليس|ليست|قبل|عندما|حين|حينما|حالما|إذا|لو|متى|بعد|بعدما|ريثما|حتى|كاد|كادت"
            r"|تكاد|أوشك|أوشكت|تقريبًا|تقريبا|نصف|جزء|قسم|كي|لكي|دون|سوف)\b"
        ),
        farewell=(
            r"شكر|أتمنى|نتمنى|تمنيات|توفيق|موفق|وداع|السلامة|اللقاء|التواصل|نتواصل|سنتواصل|سيتواصل|النتيجة"
            r"|النتائج|القرار|الفريق|فريق|سعيد|سعد|سرر|سرن|حظ|قريب|محفوظ|مراجعة"
        ),
        goes_on=(
            r"ننتقل|نتابع|نواصل|نبدأ|نستكمل|والآن\s|السؤال\s+(?:التالي|القادم|الأخير)"
            r"|سؤال\s+(?:أخير|آخر|واحد)|(?:الجزء|القسم|الموضوع|الجانب)\s+(?:التالي|الثاني|القادم|الآخر|الأخير)|بقي"
        ),
    ),
    "zh": Ending(
        ends=(
            r"(?:面[试試]|[访訪][谈談])(?:就|也|都|已[经經]?|[现現]在|正式|全部|先|[圆圓][满滿]|，){0,4}"
            r"(?:(?:到此|至此|到[这這][里裡裏]|在此|于此|[为為]止|全部|正式|[圆圓][满滿]|就|已[经經]?){0,4}"
            r"(?:[结結]束|完[毕畢成])(?!之?[前后後]|以[前后後]|[时時]|的|[语語度得情])"
            r"|(?:到此|到[这這][里裡裏])(?:[为為]止)?了?(?=\W*$|，))"
            r"|(?:本次|[这這]次|今天)(?:的)?(?:面[试試]|[访訪][谈談])的(?:全部|所有)(?:[内內]容|[问問][题題])(?=了?\W*$|，)"
            r"|(?:[结結]束|完成)了?(?:本次|[这這]次|今天的|我[们們]的|整[个個]|全部)(?:面[试試]|[访訪][谈談])"
            r"(?=了?\W*$|，)"
        ),
        hedges=(
            r"[还還][没沒未]|[尚未没沒]|快|即[将將]|[将將]要|就要|[马馬]上|如果|要是|若|等|[当當]|之前|之后|之後|以前|以后"
            r"|部分|[环環][节節]|[阶階]段|上半|前半|一半|第[一二三四]|[轮輪]|[离離]|不|上[次一个個]|那[次一个個]|您[说說]|您的"
        ),
        farewell=(
            r"[谢謝]|感[激恩]|祝|再[见見会會]|[结結]果|通知|[联聯][系繫络絡]|[后後][续續]|反[馈饋]|保重|[顺順]利"
            r"|愉快|辛苦|招聘|人事|[团團][队隊]|保存|高[兴興]|回[复覆]"
        ),
        goes_on=(
            r"(?:接下[来來]|下面|[现現]在)(?:，|[请請]|我|[进進]入|[开開]始|是|的(?:[问問][题題]|部分|[环環][节節]|[话話][题題]))"
            r"|下一[个個]?(?:[问問][题題]|[话話][题題]|部分|[环環][节節]|[题題])|[继繼][续續]|最[后後](?:一|再)[个個]?[问問]"
            r"|再[聊谈談问問看]|[还還]有(?:一|几|幾|最)"
        ),
    ),
}


def closes_elsewhere(sentences: Sequence[str]) -> bool:
    """True when the sentences, of which none asks, end the interview in one of the languages."""
    # Dotted letters of Hindi and Bengali are written in two ways.
    alike = [unicodedata.normalize("NFC", sentence) for sentence in sentences]
    return any(_closes(alike, language) for language in ENDINGS)


def _closes(sentences: Sequence[str], language: str) -> bool:
    patterns = _compiled(language)
    ends = [_ends(sentence, patterns) for sentence in sentences]
    if not any(ends):
        return False
    last = max(at for at, is_end in enumerate(ends) if is_end)
    following = sentences[last:]
    return not any(patterns.goes_on.search(sentence) for sentence in following) and all(
        patterns.farewell.search(sentence) for sentence in following[1:]
    )


def _ends(sentence: str, patterns: "_Compiled") -> bool:
    end = patterns.ends.search(sentence)
    return end is not None and not patterns.hedges.search(sentence[: end.start()])


class _Compiled(NamedTuple):
    ends: re.Pattern[str]
    hedges: re.Pattern[str]
    farewell: re.Pattern[str]
    goes_on: re.Pattern[str]


@cache
def _compiled(language: str) -> _Compiled:
    return _Compiled(*(re.compile(pattern, re.IGNORECASE) for pattern in ENDINGS[language]))
