"""How models refuse, in nineteen languages.

All patterns are matched from where a sentence begins, in small letters.
"""

import re

# By language: an apology, what one cannot do, what is said of oneself, and an offer.
_ENGLISH = (
    r"(?:i'm|i am|we're) (?:so |very |really |truly )?(?:sorry|afraid)"
    r"|(?:my )?(?:sincere )?apologies"
    r"|i (?:do )?apologi[sz]e|sorry|unfortunately|regrettably|i regret",
    r"(?:(?:but|that|however|to say|to inform you)\W+)*i(?:'m| am)? ?(?:can(?:'t|not| not)|won't"
    r"|will not"
    r"|(?:not able|unable|not comfortable|not allowed|not permitted)(?: to)?|must|have to|need to"
    r"|couldn't|could not) (?:\w+ly )?(?:assist|help(?! but\b| \w+ing\b)|continu|comply|proceed"
    r"|fulfil"
    r"|provid|participat|engag|do (?:that|this|so)|discuss|answer|generat|creat|respond|conduct"
    r"|support"
    r"|go on|go any|process|perform|offer|write|produc|carry on|accept|act as|pretend|role-?play"
    r"|tak(?:e|ing) part|have this|talk about|decline|refuse)"
    r"|(?:(?:but|that|however)\W+)*i(?: (?:do not|don't|wouldn't|would not|no longer) feel|'m not|"
    r" am not)(?: \w+ly)? (?:comfortable|at ease)(?: with (?:this|that|continu|going|proceed|answer"
    r"|discuss|the (?:direction|conversation|interview|request|topic|way))"
    r"| (?:to )?(?:continu|going|go on|proceed|answer|discuss|do|conduct|engag|help|assist"
    r"|participat|respond|provid|hav|speak|talk))"
    r"|(?:(?:but|that|however)\W+)*i(?:'d| would) (?:rather|prefer) not(?: to)? (?:continu|go on"
    r"|proceed|answer|discuss|do (?:that|this|so)|talk|engage|participat|respond|say)"
    r"|i (?:refuse|decline)(?: to\b|\W*$)",
    r"(?:as|i'm|i am|(?:please )?note that i am|remember,? i am) (?:just |only "
    r"|merely )?an? (?:ai|artificial"
    r"|large language|language model|text-based|virtual)\b.{0,80}?\b(?:can't|cannot|can not"
    r"|don't|do not"
    r"|not|unable|lack|never|won't|designed|programmed)\b",
    r"(?:is there|do you have) (?:anything|something|any other|any questions)\b"
    r"|how (?:else )?(?:can|may) i (?:help|assist)|what (?:else )?(?:can i|would you like)"
    r"|(?:please )?(?:let me know|feel free|don't hesitate|contact|consult|seek)\b"
    r"|if (?:you|there)\b.{0,80}(?:let me know|feel free|happy to|glad to|contact|reach out)"
    r"|thank(?:s| you) for (?:your )?understanding|i(?:'m| am|'d be| would be) (?:here|happy"
    r"|glad) to"
    r" (?:help|assist)",
)
_CHINESE = (
    r"(?:我)?(?:很|非常|十分|感到)*(?:抱歉|对不起|對不起|遗憾|遺憾|不好意思)",
    r"(?:但|但是|不过|不過)?(?:我|本助手)?(?:目前|暂时|现在|恐怕)?(?:无法|不能|無法|没有办法|不便)"
    r"(?:再|为您|为你|向您|给您|对此|就此|在此|與您|与您)*(?:继续|繼續|协助|協助|帮助|幫助|回答"
    r"|提供|满足|处理"
    r"|完成|进行|進行|参与|讨论|执行)",
    r"(?:作为|作為|我是|我只是)(?:一个|一個|一名|一款)?(?:ai|人工智能|人工智慧|语言模型|語言模型"
    r"|大型|大语言).{0,80}?"
    r"(?:无法|無法|不能|没有|沒有|不会|不具备)",
    r"(?:请问|請問)?(?:还有|還有|有)(?:什么|什麼|其他).{0,20}(?:帮|幫|可以)|如果您?(?:有|需要)其他",
)
_JAPANESE = (
    r"(?:大変|誠に)?(?:申し訳(?:ありません|ございません)(?:が)?|すみません(?:が)?|ごめんなさい"
    r"|残念ながら|恐れ入りますが)",
    r"[^。]{0,40}(?:お手伝い|お答え|お応え|回答|対応|続け|継続|ご協力|支援|提供|参加"
    r"|応じ)[^。]{0,12}"
    r"(?:できません|できかねます|出来ません|しかねます|られません)",
    r"(?:私は)?(?:ai|人工知能|言語モデル|大規模言語).{0,80}?(?:ません|ない)",
    r"(?:ほか|他)に.{0,20}(?:お手伝い|ご質問|お役に立)",
)
_KOREAN = (
    r"(?:정말 )?(?:죄송합니다만|죄송합니다|죄송하지만|미안합니다|미안하지만|유감스럽게도"
    r"|안타깝게도)",
    r"[^.]{0,40}(?:도와드릴|도와 드릴|도움을 드릴|답변드릴|답변할|계속할|제공할|응할|진행할"
    r"|참여할) 수(?:는|가)?"
    r" 없습니다",
    r"(?:저는 )?(?:ai|인공지능|언어 모델).{0,80}?(?:없습니다|않습니다|못합니다)",
    r"(?:다른|더) .{0,20}도와드릴",
)
_SPANISH = (
    r"lo siento(?: mucho)?|lo lamento|disculp[ae]|perd[oó]n[ae]?|lamentablemente|me temo",
    r"(?:pero |que )*(?:yo )?no (?:puedo|podr[eé]|me es posible|soy capaz de"
    r"|estoy autorizad[oa] a) "
    r"(?:ayudar|asistir|continuar|seguir|responder|proporcionar|participar|cumplir|hacer eso|hablar"
    r"|ofrecer|realizar|generar)"
    r"|(?:prefiero|lamento) no (?:poder )?(?:ayudar|continuar|seguir|responder)",
    r"(?:como|soy) (?:una? )?(?:modelo|ia\b|inteligencia|asistente).{0,80}?\bno\b",
    r"¿?(?:hay|tiene|en qué|cómo|puedo).{0,40}(?:ayudar|algo más)",
)
_PORTUGUESE = (
    r"(?:me )?desculpe|sinto muito|lamento|infelizmente|peço desculpas?",
    r"(?:mas |que )*(?:eu )?não (?:posso|poderei|consigo|me é possível|sou capaz de"
    r"|estou autorizad[oa] a) "
    r"(?:(?:te|lhe|o|a) )?(?:ajud|auxili|continu|respond|fornec|particip|cumpr|fazer isso"
    r"|discutir|ofer"
    r"|gerar|prosseguir)"
    r"|(?:prefiro|lamento) não (?:poder )?(?:ajud|continu|respond|prossegu)",
    r"(?:como|sou) (?:uma? )?(?:modelo|ia\b|inteligência|assistente).{0,80}?\bnão\b",
    r"(?:há|tem|em que|como|posso).{0,40}(?:ajudar|algo mais)",
)
_FRENCH = (
    r"(?:je suis )?(?:vraiment )?(?:désolée?|navrée?)|je regrette|malheureusement|excusez-moi"
    r"|pardon",
    r"(?:mais |que )*je ne (?:peux|pourrai|suis|puis)(?: pas)?(?: en mesure| capable"
    r"| autorisée?)?(?: d[e']| à)? ?"
    r"(?:vous |pas |y )*(?:aider|assister|continuer|poursuivre|répondre|fournir|participer"
    r"|donner suite"
    r"|discuter|satisfaire)"
    r"|il m'est impossible de (?:poursuivre|continuer|répondre|vous aider|donner suite)"
    r"|je (?:ne souhaite pas|préfère ne pas|refuse de) (?:poursuivre|continuer|répondre)",
    r"(?:en tant qu['e]|je suis) ?(?:une? )?(?:ia\b|intelligence|modèle"
    r"|assistant).{0,80}?\b(?:ne\b|n')",
    r"(?:puis-je|comment puis-je|y a-t-il|avez-vous).{0,40}(?:aider|autre)",
)
_ITALIAN = (
    r"mi dispiace|(?:sono )?spiacente|purtroppo|mi scus[oi]|scus[ai](?:mi)?",
    r"(?:ma |che )*(?:io )?non (?:posso|potrò|sono in grado di|riesco a) (?:aiutar|assister"
    r"|continuar"
    r"|risponder|fornir|partecipar|proseguir|soddisfar|discuter)",
    r"(?:come|in quanto|sono) (?:una? |un')?(?:modello|ia\b|intelligenza"
    r"|assistente).{0,80}?\bnon\b",
    r"(?:c'è|come|posso|ha).{0,40}(?:aiutar|altro)",
)
_GERMAN = (
    r"(?:es )?tut mir (?:sehr |wirklich )?leid|entschuldig\w*(?: sie)?(?: bitte)?|leider"
    r"|ich bedau[re]\w*",
    r"(?:aber |dass )*(?:(?:dabei|damit|das|hier|hierbei) )?(?:ich|kann|darf"
    r"|bin) [^.?]{0,40}?(?:nicht|keine?)\b[^.?]{0,40}?(?:helfen|unterstütz"
    r"|fortsetz|fortzusetz|fortfahren|fortführ"
    r"|fortzuführ|weiterführ|erfüllen|beantwort|behilflich|teilnehm|antworten|weitermach)",
    r"(?:als|ich bin) (?:nur )?(?:eine? )?(?:ki\b|künstliche|sprachmodell"
    r"|großes).{0,80}?\b(?:nicht|kein)",
    r"(?:kann ich|wie kann ich|womit kann ich|gibt es|haben sie).{0,40}(?:helfen|sonst|noch)",
)
_DUTCH = (
    r"het spijt (?:me|mij)|sorry|helaas|mijn excuses",
    r"(?:maar |dat )*(?:ik kan|kan ik|ik mag) [^.?]{0,40}?(?:niet|geen)\b[^.?]{0,40}?(?:helpen"
    r"|doorgaan"
    r"|voortzetten|beantwoorden|verder|assisteren|deelnemen)",
    r"(?:als|ik ben) (?:slechts )?(?:een )?(?:ai\b|taalmodel|kunstmatige).{0,80}?\b(?:niet|geen)\b",
    r"(?:kan ik|waarmee kan ik|is er|heeft u).{0,40}(?:helpen|anders)",
)
_POLISH = (
    r"(?:bardzo )?(?:przykro mi|przepraszam|mi przykro)|niestety",
    r"(?:ale |że )*nie (?:mogę|jestem w stanie|będę mog\w+) (?:\w+ ){0,2}?(?:pomóc|kontynuować"
    r"|odpowiedzieć"
    r"|udzielić|uczestniczyć|spełnić|prowadzić)",
    r"(?:jako|jestem) (?:tylko )?(?:model|si\b|ai\b|sztuczn|asystent).{0,80}?\bnie\b",
    r"(?:czy|w czym) .{0,40}(?:pomóc|innego)",
)
_TURKISH = (
    r"(?:çok )?üzgünüm|maalesef|özür dilerim|kusura bakma(?:yın)?",
    r"[^.?]{0,60}(?:yardımcı olam|yardım edem|devam edem|yanıtlayam|cevaplayam|yerine getirem"
    r"|sağlayam)",
    r"(?:ben )?(?:bir )?(?:yapay zeka|dil modeli|büyük dil).{0,80}?(?:amam|emem|amıyor|emiyor"
    r"|değil|yok)",
    r"(?:başka|size) .{0,40}yardım",
)
_RUSSIAN = (
    r"извините|простите|к сожалению|мне (?:очень )?жаль|прошу прощения|приношу (?:свои )?извинения",
    r"(?:но )?(?:я )?не (?:могу|смогу|в состоянии|имею возможности) (?:\w+ ){0,3}?(?:помочь"
    r"|помогать|продолж"
    r"|ответить|отвечать|предоставить|участвовать|выполнить|обсуждать)",
    r"(?:как|будучи|я|я —|я -) ?(?:всего лишь )?(?:ии\b|языков\w+|искусственн\w+"
    r"|нейросет\w+).{0,80}?\bне\b",
    r"(?:чем|могу ли|есть ли|если) .{0,40}(?:помочь|ещё|еще)",
)
_ARABIC = (
    r"عذر[\w\u064b]*|(?:أنا )?آسفة?|أعتذر|للأسف|المعذرة",
    r"(?:لكن|ولكن|لكنني|ولكنني)?\s*(?:لا|لن) (?:أستطيع|يمكنني|أقدر)[^.؟]{0,20}(?:مساعد|المساعدة"
    r"|متابع|المتابعة"
    r"|مواصل|الاستمرار|الإجابة|تقديم|إكمال)",
    r"(?:كنموذج|بصفتي|أنا نموذج|أنا مجرد).{0,80}?(?:لا|ليس)",
    r"(?:هل|كيف) .{0,40}(?:مساعد|آخر)",
)
# Vowel signs of Devanagari are none of `\w`, so that no words are counted in Hindi.
_HINDI = (
    r"(?:मुझे )?(?:बहुत )?(?:खेद है|अ(?:फ\u093c?|\u095e)सोस है|दुर्भाग्य से)"
    r"|(?:क्षमा|मा(?:फ\u093c?|\u095e)ी?) (?:करें|कीजिए|करना|चाहत[ाी] हू[ँं])",
    r"(?:(?:लेकिन|परंतु|पर|किंतु|कि)[ ,]+)*(?:मैं|हम) [^।?]{0,60}?(?:मदद|सहायता|सहयोग|जारी|उत्तर|जवाब"
    r"|पूरा|प्रदान|चर्चा|भाग|संभव)[^।?]{0,20}?(?:नहीं|असमर्थ)",
    r"(?:एक )?(?:एआई|ai|कृत्रिम|भाषा मॉडल)[^।?]{0,80}?(?:नहीं|असमर्थ)",
    r"क्या [^।?]{0,40}(?:मदद|सहायता|और कुछ)|[^।?]{0,30}(?:कैसे|किसी और) [^।?]{0,20}(?:मदद|सहायता)",
)
# Nor are those of Bengali; its dotted y is written as one character or as two.
_BENGALI = (
    r"(?:আমি |আমরা )?(?:খুব |খুবই |সত্যিই |আন্তরিকভাবে )?দুঃখিত|দুর্ভাগ্যবশত|দুঃখের বিষ(?:\u09df|য\u09bc)"
    r"|(?:ক্ষমা|মাফ|মার্জনা) (?:করবেন|করুন|চাইছি)",
    r"(?:(?:কিন্তু|তবে|যে)[ ,]+)*(?:আমি|আমরা|আমার পক্ষে) [^।?]{0,60}?(?:সাহায্য"
    r"|সহা(?:\u09df|য\u09bc)তা|সহযোগিতা|চালি(?:\u09df|য\u09bc)ে|উত্তর|পূরণ|সম্ভব|আলোচনা|অংশ|সরবরাহ)[^।?]{0,25}?"
    r"(?:পারছি না|পারব না|পারবো না|পারি না|অক্ষম|ন(?:\u09df|য\u09bc))",
    r"(?:একটি |একজন )?(?:এআই|ai|কৃত্রিম|ভাষা মডেল)[^।?]{0,80}? (?:না|নেই|ন(?:\u09df|য\u09bc)|অক্ষম)",
    r"[^।?]{0,40}(?:কীভাবে|কিভাবে|আর কোনো|অন্য কোনো)[^।?]{0,40}"
    r"(?:সাহায্য|সহা(?:\u09df|য\u09bc)তা)",
)
_VIETNAMESE = (
    r"(?:tôi |mình )?(?:rất |thành thật |thật |vô cùng )?(?:xin lỗi|lấy làm tiếc|tiếc)|rất tiếc"
    r"|thật không may|đáng tiếc",
    r"(?:nhưng |rằng |là )*(?:hiện )?(?:tôi|mình|em) (?:\w+ )?(?:không thể|không được phép"
    r"|không có khả năng|không tiện|chưa thể) (?:\w+ ){0,2}?(?:giúp|hỗ trợ|tiếp tục|trả lời"
    r"|cung cấp|thực hiện|tham gia|đáp ứng|thảo luận|hoàn thành)",
    r"(?:là|với tư cách là|tôi (?:chỉ )?là) (?:một )?(?:ai\b|mô hình|trí tuệ"
    r"|trợ lý).{0,80}?(?:không|chưa)",
    r"(?:tôi có thể|bạn có|có (?:điều|gì)|nếu bạn).{0,40}(?:giúp|hỗ trợ|khác)",
)
_INDONESIAN = (
    r"(?:mohon |saya (?:mohon |minta )?|kami mohon )?maaf(?:kan saya)?|sayangnya|saya menyesal",
    r"(?:tapi |tetapi |namun |bahwa )*(?:saat ini )?(?:saya|aku|kami) "
    r"(?:tidak|tak|belum|nggak) (?:bisa|dapat|mampu|boleh|diizinkan untuk) (?:\w+ )?"
    r"(?:membantu|bantu|melanjutkan|menjawab|memberikan|menyediakan|memenuhi|melakukan|berpartisipasi|ikut"
    r"|membahas|memproses)",
    r"(?:sebagai|saya (?:hanya(?:lah)? |adalah )?)(?: ?sebuah)? ?(?:ai\b|model|kecerdasan"
    r"|asisten).{0,80}?\b(?:tidak|tak|belum|bukan)\b",
    r"(?:apakah|ada|bagaimana|apa).{0,40}(?:bantu|lain)|silakan (?:hubungi|beri tahu)",
)
_UKRAINIAN = (
    r"(?:мені (?:дуже )?)?(?:вибачте|перепрошую|пробачте|прошу вибачення|на жаль|шкода)",
    r"(?:але |що )*(?:я )?не (?:можу|зможу|в змозі|маю (?:змоги|можливості)) (?:\w+ ){0,3}?"
    r"(?:допомог|продовж|відповісти|відповідати|надати|брати участь|взяти участь|виконати"
    r"|обговорювати)",
    r"(?:як|будучи|я|я —|я -) ?(?:лише )?(?:ші\b|мовн\w+|штучн\w+|нейромереж\w+).{0,80}?\bне\b",
    r"(?:чим|чи|можливо|якщо) .{0,40}(?:допомогти|ще|інше)",
)
_WITHOUT_BLANKS = (_CHINESE, _JAPANESE)
_LANGUAGES = (
    *(_ENGLISH, _CHINESE, _JAPANESE, _KOREAN, _SPANISH, _PORTUGUESE, _FRENCH, _ITALIAN),
    *(_GERMAN, _DUTCH, _POLISH, _TURKISH, _RUSSIAN, _ARABIC),
    *(_HINDI, _BENGALI, _VIETNAMESE, _INDONESIAN, _UKRAINIAN),
)


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


REFUSES = _any_of(
    [
        rf"(?:(?:{apology}){ends}\W*)?(?:{itself}\W+(?:\w+\W+){{0,3}}?)?(?:{cannot})"
        rf"|(?:(?:{apology}){ends}\W*)?"
        rf"(?:(?:but|aber|pero|mas|mais|ma|maar|ale|но|але|nhưng|tapi|namun)\s+)?(?:{itself})"
        for apology, cannot, itself, _, ends in (
            (*language, "" if language in _WITHOUT_BLANKS else r"(?!\w)") for language in _LANGUAGES
        )
    ]
)
"""A sentence that refuses."""
GOES_WITH_ONE = _any_of(
    [rf"(?:{apology})\W*(?:(?:for|about|if)\b.*)?$" for apology, *_ in _LANGUAGES]
    + [offer for *_, offer in _LANGUAGES]
)
"""An apology alone, or the offer to help with something else."""
STILL_ASKS = re.compile(
    r"(?:[,;:–—]|\b(?:so|but|and|instead|please|rather|then))\W+"
    r"(?:(?:so|but|and|please|instead|do|just|now|next|then|could you|can you)\W+)*"
    r"(?:describe|explain|discuss|outline|compare|list|summari[sz]e|imagine|suppose|assume|sketch"
    r"|tell me (?!if\b|what else\b|whether\b)|(?:walk|talk) me through|show me|give me"
    r"|consider(?! \w+ing\b))"
)
"""Finds a request behind what is refused: "so describe how you would do it"."""
FIRST_WORDS = _any_of(
    [
        r"i'?[md]?(?:$|\W+(?:can(?:'t?|not| not|$)|am|won|will|must|have|need|could|apologi\w+"
        r"|do(?:n(?:'t?)?)?|wouldn?(?:'t?)?|no|rather|prefer|regret|so|very"
        r"|really|truly|sorry|afraid|not|unable|just|only|merely|an?|refuse|decline)(?!\w))",
        r"(?:as(?:$| an?(?!\w))|my(?:$| (?:sincere|apologies))|sincere|apologies|sorry"
        r"|unfortunately|regrettably"
        r"|we're|remember|note|please(?:$| note))(?!\w)",
        r"(?:lo|il|prefiero|prefiro|lamento|lamentablemente|disculp[ae]|perd[oó]n[ae]?|me|no|yo|como|soy|desculpe"
        r"|sinto|infelizmente"
        r"|peço|não|eu|sou|je|désolée?|navrée?|malheureusement|excusez|pardon|en|mi|sono"
        r"|spiacente|purtroppo"
        r"|scus\w*|non|io|come|in|es|tut|entschuldig\w*|leider|ich|als|het|helaas|mijn|ik|bardzo"
        r"|przykro"
        r"|przepraszam|niestety|nie|jako|jestem|çok|üzgünüm|maalesef|özür|kusura|ben|bir"
        r"|извините|простите|к"
        r"|мне|прошу|приношу|я|не|как|будучи|عذر\W*\w*|أنا|آسفة?|أعتذر|للأسف|المعذرة|لا|لن"
        r"|كنموذج|بصفتي)(?!\w)",
        r"(?:(?:tôi|mình|em)(?:$| (?:xin|rất|không|chưa|lấy|chỉ|là|hiện|thành|thật|vô))|hiện|xin"
        r"|rất(?:$| (?:tiếc|xin|lấy))|thành(?:$| thật)|thật(?:$| (?:không|tiếc|xin))"
        r"|đáng(?:$| tiếc)|vô(?:$| cùng)|với(?:$| tư)|mohon|maaf(?:kan)?|sayangnya|sebagai"
        r"|(?:saya|kami|aku)(?:$| (?:tidak|tak|belum|nggak|mohon|minta|menyesal|hanya(?:lah)?"
        r"|adalah|sebuah|ai))|saat(?:$| ini)|як(?:$| (?:мовн|штучн|нейромереж)\w+| ші)"
        r"|мені(?:$| (?:шкода|дуже|прикро))|вибачте|перепрошую|пробачте|шкода"
        r"|на(?:$| жаль))(?!\w)",
        # A word of Devanagari ends at each of its vowel signs.
        r"[मबखअकदहएभ]$|म[ुै]|मा(?:$|[फ\u095e])|बह|खे|अ[फ\u095e]|क्|क्ष|क(?:्ष|ृ)|दु|हम|ए[कआ]|भा",
        r"[দকমআএভ]$|দ[ুঃ]|ক(?:্|ৃ)|মা(?:$|[ফর])|আম|এ[কআ]|ভা",
        r"我(?:$|[很非十感目暂现恐无不無没是])|[很非十](?:$|[很非十常分抱对對遗遺])"
        r"|[抱对對遗遺作无無]|不(?:$|[好能便])",
        r"[大誠申す残恐]|ご(?:$|め)|お(?:$|手|答)|こ|(?:私|人工|言語|ai)|정말|죄|미안|유감|안타"
        r"|도와|저는|인공|언어",
    ]
)
"""The beginning of a sentence that may refuse."""
