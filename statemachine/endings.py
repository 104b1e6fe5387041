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

_OTHER_SCRIPTS = {
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


_GERMAN = (
    r"(?:das|dieses|unser|ihr)\s+(?:heutige\w?\s+)?"
    r"(?:interview|(?:vorstellungs|bewerbungs)?gespräch)\b"
)
_GERMAN_OF = (
    r"(?:des|dieses|unseres)\s+(?:heutigen\s+)?"
    r"(?:interviews|(?:vorstellungs|bewerbungs)?gesprächs)\b"
)
_FRENCH = (
    r"(?:(?:l'|cet\s+|notre\s+|votre\s+)entretien"
    r"|(?:l'|cette\s+|notre\s+|votre\s+)(?:entrevue|interview))\b"
)
_SPANISH = r"(?:la|esta|nuestra|su)\s+(?:entrevista|conversación)\b"
_PORTUGUESE = r"(?:a\s+|esta\s+)?(?:nossa\s+|sua\s+)?(?:entrevista|conversa)\b"

_LATIN = {
    "de": Ending(
        ends=(
            rf"\b(?:ist|wird)\s+{_GERMAN}\s+(?:(?:nun|jetzt|hiermit|offiziell|für\s+heute)\s+){{0,2}}"
            r"(?:beendet|abgeschlossen|zu\s+ende|vorbei)\b(?!,?\s+(?:sobald|wenn|falls|bevor)\b)"
            rf"|\b{_GERMAN}\s+ist\s+(?:(?:nun|jetzt|hiermit|damit|somit|offiziell|für\s+heute)\s+){{0,2}}"
            r"(?:beendet|abgeschlossen|zu\s+ende|vorbei)\b(?!,?\s+(?:sobald|wenn|falls|bevor)\b)"
            rf"|\b(?:damit|hiermit|hier|somit)\s+endet\s+{_GERMAN}"
            rf"|\b{_GERMAN}\s+endet\s+(?:hier|damit|hiermit|nun|jetzt)\b"
            rf"|\b(?:damit|hiermit|somit|hier)\s+(?:beende\s+ich|beenden\s+wir)\s+{_GERMAN}"
            rf"|\b(?:ich\s+beende|wir\s+beenden)\s+(?:hiermit|damit|hier|nun|jetzt)\s+{_GERMAN}"
            r"|\b(?:sind\s+wir|wir\s+sind)\s+(?:(?:nun|jetzt|damit|somit)\s+)?am\s+(?:ende|schluss)\s+"
            rf"{_GERMAN_OF}|\bdas\s+(?:ist|war)\s+das\s+ende\s+{_GERMAN_OF}"
        ),
        hedges=(
            r"\b(?:bevor|sobald|wenn|falls|nachdem|nach|fast|beinahe|gleich|bald|erst|noch|nicht|nie"
            r"|teil|hälfte|runde|dann|minuten?|ob|dass|als|bis)\b"
        ),
        farewell=(
            r"dank|wünsch|alles\s+gute|erfolg|glück|wiedersehen|wiederhören|tschüss|melden\s+uns"
            r"|meldet\s+sich|hören\s+(?:\w+\s+){0,2}von|kontakt|rückmeldung|ergebnis|entscheidung"
            r"|\bteam\b|nächste\w?\s+(?:schritt|runde)|gespeichert|gefreut|freue"
            r"|schöne\w?\s+(?:tag|abend|woche)"
        ),
        goes_on=(
            r"\bweiter\b|\b(?:kommen|machen|fahren|gehen|wechseln|fangen|beginnen|sprechen)\s+wir\b"
            r"|(?:nächste|letzte|weitere|erste)\w?\s+(?:frage|thema|teil|aufgabe|hälfte)|\bfrage\s+\d"
            r"|\bnoch\s+(?:eine?|etwas)\s+(?:\w+\s+)?(?:frage|thema|aufgabe|punkt|zu)\b"
            r"|\b(?:nun|jetzt)\s+(?:zu(?!\s+ende)|zum|zur|möchte|geht|folgt|kommt|ein)\b"
            r"|\b(?:erzählen|beschreiben|schildern|erklären)\b"
        ),
    ),
    "fr": Ending(
        ends=(
            rf"(?<!\w){_FRENCH}\s+est\s+(?:(?:maintenant|désormais|donc|ainsi|officiellement|à\s+présent)\s+)"
            r"{0,2}(?:terminée?|finie?|conclue?|achevée?|close?)\b(?!\s+(?:par|avec|quand|lorsque|si|dans)\b)"
            rf"|(?<!\w){_FRENCH}\s+(?:s'achève|se\s+termine|prend\s+fin)"
            r"(?!\s+(?:par|avec|quand|lorsque|si|dans|sur|bientôt|généralement|souvent)\b)"
            rf"|\b(?:conclut|clôt|clôture|termine|achève|met\s+(?:donc\s+)?fin\s+à)\s+{_FRENCH}"
            rf"|\b(?:s'achève|se\s+termine|prend\s+fin)\s+{_FRENCH}"
            rf"|\bnous\s+(?:concluons|terminons|clôturons|mettons\s+fin\s+à)\s+(?:ici\s+|maintenant\s+|donc\s+)?"
            rf"{_FRENCH}"
            r"|\bnous\s+(?:voici|voilà|sommes|arrivons)\s+(?:maintenant\s+|donc\s+)?(?:arrivée?s\s+)?"
            rf"(?:à\s+la\s+fin|au\s+terme|au\s+bout)\s+de\s+{_FRENCH}"
            rf"|\b(?:c'est|c'était|voici|voilà)\s+la\s+fin\s+de\s+{_FRENCH}"
        ),
        hedges=(
            r"\b(?:avant|quand|lorsque|si|après|presque|bientôt|dès|jusqu|pas|jamais|une\s+fois"
            r"|premi[eè]re?|partie|moitié|étape|tant|minutes?|qui|(?<!ainsi\s)que)\b|\bn'"
        ),
        farewell=(
            r"merci|remerci|souhait|bonne\s+(?:journée|chance|soirée|continuation|suite|fin)|au\s+revoir"
            r"|à\s+bientôt|contact|résultat|décision|équipe|prochaines?\s+étapes?|réussite|plaisir|ravi"
            r"|conserv|enregistr|pour\s+la\s+suite"
        ),
        goes_on=(
            r"\b(?:passons|continuons|poursuivons|commençons|abordons|revenons|parlons|reprenons)\b"
            r"|question\s+(?:suivante|\d)|(?:prochaine|dernière|autre)\s+question|encore\s+une\b"
            r"|partie\s+suivante|\b(?:première|deuxième|seconde)\s+partie|\bmaintenant\s+(?:à|au|aux|que)\b"
            r"|\b(?:parlez|décrivez|racontez|expliquez|dites-moi)\b"
        ),
    ),
    "es": Ending(
        ends=(
            r"\b(?:termina|concluye|finaliza|acaba|terminamos|concluimos|finalizamos|cerramos"
            r"|(?:queda|está)\s+(?:terminada|concluida|finalizada)"
            r"|(?:damos|doy)\s+por\s+(?:terminada|concluida|finalizada))\s+(?:(?:aquí|así|ya)\s+)?"
            rf"{_SPANISH}(?!\s+(?:con|cuando|si|sobre|en|técnica|inicial|anterior)\b)"
            rf"|\b{_SPANISH}\s+(?:ya\s+)?(?:ha\s+(?:terminado|concluido|finalizado|acabado|llegado\s+a\s+su\s+fin)"
            r"|(?:está|queda)\s+(?:ya\s+|oficialmente\s+)?(?:terminada|concluida|finalizada|cerrada)"
            r"|(?:termina|concluye|finaliza|acaba)\s+(?:aquí|ahora)|llega\s+a\s+su\s+fin)\b"
            rf"|\b(?:hemos\s+llegado|llegamos)\s+al\s+(?:final|fin|término)\s+de\s+{_SPANISH}"
            rf"|\b(?:este|ese)\s+(?:es|fue|ha\s+sido)\s+el\s+(?:final|fin)\s+de\s+{_SPANISH}"
        ),
        hedges=(
            r"\b(?:antes|cuando|si|después|casi|hasta|no|nunca|vez|primera|parte|mitad|tras|aún|todavía"
            r"|en\s+cuanto|pronto|minutos?|que|donde)\b"
        ),
        farewell=(
            r"gracias|agradec|\bdese(?:o|amos)\b|suerte|adi[oó]s|hasta\s+(?:pronto|luego)|contact|comunicar"
            r"|éxito|buen[ao]?s?\s+(?:día|tarde|noche|semana)|resultado|decisión|equipo"
            r"|próxim\w{1,2}\s+(?:paso|etapa|fase)|placer|\balegr|encantad|guardad|saludo|lo\s+mejor"
        ),
        goes_on=(
            r"\b(?:pasemos|sigamos|seguimos|continuemos|continuamos|empecemos|comencemos|hablemos|volvamos)\b"
            r"|\bpasamos\s+a|(?:siguiente|próxima|última|otra)\s+(?:pregunta|tema|parte)|pregunta\s+(?:\d|más)"
            r"|\bprimera\s+(?:parte|mitad)|\bahora\s+(?:vamos|pas|habl|bien|quis|me)"
            r"|\b(?:cuénte|hábleme|describa|explique)"
        ),
    ),
    "pt": Ending(
        ends=(
            r"\b(?:se\s+)?(?:termina|encerra|finaliza|acaba|conclui|terminamos|encerramos|finalizamos"
            r"|conclu[ií]mos|encerro|(?:está|fica)\s+(?:encerrada|terminada|concluída|finalizada)"
            r"|(?:damos|dou)\s+por\s+(?:encerrada|terminada|concluída|finalizada))(?:-se)?\s+"
            r"(?:(?:aqui|assim|agora)\s+)?"
            rf"(?=a\s|esta\s|nossa\s){_PORTUGUESE}(?!\s+(?:com|quando|se|sobre|em|técnica|inicial|anterior)\b)"
            rf"|\b(?=a\s|esta\s|nossa\s){_PORTUGUESE}\s+(?:já\s+|agora\s+)?(?:(?:está|fica|foi)\s+"
            r"(?:agora\s+|oficialmente\s+)?(?:encerrada|terminada|concluída|finalizada)"
            r"|(?:termina|encerra-se|se\s+encerra|acaba)\s+(?:aqui|agora|por\s+aqui)"
            r"|chega\s+ao\s+fim|chegou\s+ao\s+fim|terminou)\b"
            rf"|\b(?:chegamos|chegámos)\s+ao\s+(?:fim|final|término)\s+d(?:esta\s+)?{_PORTUGUESE}"
            rf"|\b(?:este|esse|isso)\s+(?:é|foi)\s+o\s+(?:fim|final)\s+d(?:esta\s+)?{_PORTUGUESE}"
        ),
        hedges=(
            r"\b(?:antes|quando|se|depois|quase|até|não|nunca|ainda|primeira|parte|metade|após|assim\s+que"
            r"|logo|caso|breve|minutos?|que|onde)\b"
        ),
        farewell=(
            r"obrigad|agrade[cç]|\bdesej(?:o|amos)\b|sorte|adeus|tchau|até\s+(?:logo|breve|mais)|conta[c]?to"
            r"|contactar|contatar|sucesso|bo[am]\s+(?:dia|tarde|noite|semana)|resultado|decisão|\bequip[ae]\b"
            r"|próxim\w{1,2}\s+(?:passo|etapa|fase)|prazer|guardad|tudo\s+de\s+bom|felicidades"
        ),
        goes_on=(
            r"\b(?:passemos|continuemos|continuamos|comecemos|falemos|voltemos|sigamos)\b"
            r"|\bpassamos\s+(?:a|para)\b|\bvamos\s+(?:continuar|passar|falar|seguir|agora|começar)"
            r"|(?:próxima|última|outra|uma)\s+(?:pergunta|questão)|pergunta\s+(?:\d|seguinte)"
            r"|\bprimeira\s+(?:parte|metade)|\bagora\s+(?:vamos|passamos|quero|gostaria|fale)"
            r"|\b(?:conte|descreva|explique)\b"
        ),
    ),
}

ENDINGS = _LATIN | _OTHER_SCRIPTS


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
