"""The words around a summary that no model wrote, in each language of the built-in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SummaryWords:
    """`opening` takes {role}, {asked}, {total} and {answered}; what is `missing` takes {parts}; the
    other three take {numbers}. `label` takes {number} and {question}. `no_model` says that no model
    wrote it; in English, the reason says it."""

    opening: str
    label: str
    missing: str
    skipped: str
    unanswered: str
    too_short: str
    no_model: str = ""


SUMMARY_WORDS: dict[str, SummaryWords] = {
    "en": SummaryWords(
        "{role} interview: {asked} of {total} questions asked, {answered} answered.",
        "Question {number}: {question}",
        "What is missing: {parts}.",
        "skipped or not known: {numbers}",
        "without an answer: {numbers}",
        "answered in a few words only: {numbers}",
    ),
    "de": SummaryWords(
        "Interview {role}: {asked} von {total} Fragen gestellt, {answered} beantwortet.",
        "Frage {number}: {question}",
        "Was fehlt: {parts}.",
        "übersprungen oder nicht gewusst: {numbers}",
        "ohne Antwort: {numbers}",
        "nur mit wenigen Worten beantwortet: {numbers}",
        "Kein Modell hat die Antworten gewichtet.",
    ),
    "fr": SummaryWords(
        "Entretien {role} : {asked} questions posées sur {total}, {answered} avec réponse.",
        "Question {number} : {question}",
        "Ce qui manque : {parts}.",
        "passées ou sans connaissance : {numbers}",
        "sans réponse : {numbers}",
        "réponse de quelques mots seulement : {numbers}",
        "Aucun modèle n’a évalué les réponses.",
    ),
    "es": SummaryWords(
        "Entrevista {role}: {asked} de {total} preguntas hechas, {answered} respondidas.",
        "Pregunta {number}: {question}",
        "Lo que falta: {parts}.",
        "omitidas o no sabidas: {numbers}",
        "sin respuesta: {numbers}",
        "respondidas con pocas palabras: {numbers}",
        "Ningún modelo ha valorado las respuestas.",
    ),
    "pt": SummaryWords(
        "Entrevista {role}: {asked} de {total} perguntas feitas, {answered} respondidas.",
        "Pergunta {number}: {question}",
        "O que falta: {parts}.",
        "puladas ou não sabidas: {numbers}",
        "sem resposta: {numbers}",
        "respondidas em poucas palavras: {numbers}",
        "Nenhum modelo avaliou as respostas.",
    ),
    "hi": SummaryWords(
        "साक्षात्कार {role}: {total} में से {asked} प्रश्न पूछे गए, {answered} के उत्तर मिले।",
        "प्रश्न {number}: {question}",
        "क्या बाकी है: {parts}।",
        "छोड़े गए या अज्ञात: {numbers}",
        "बिना उत्तर: {numbers}",
        "केवल कुछ शब्दों में उत्तर: {numbers}",
        "किसी मॉडल ने उत्तरों को नहीं परखा।",
    ),
    "bn": SummaryWords(
        "সাক্ষাৎকার {role}: {total}টির মধ্যে {asked}টি প্রশ্ন করা হয়েছে, {answered}টির উত্তর পাওয়া গেছে।",
        "প্রশ্ন {number}: {question}",
        "যা বাকি: {parts}।",
        "এড়িয়ে যাওয়া বা অজানা: {numbers}",
        "উত্তর ছাড়া: {numbers}",
        "শুধু কয়েক কথায় উত্তর: {numbers}",
        "কোনো মডেল উত্তরগুলো যাচাই করেনি।",
    ),
    "ar": SummaryWords(
        "مقابلة {role}: طُرح {asked} من {total} أسئلة، وأُجيب عن {answered}.",
        "السؤال {number}: {question}",
        "ما ينقص: {parts}.",
        "تم تخطيها أو غير معروفة: {numbers}",
        "بلا إجابة: {numbers}",
        "أُجيب عنها بكلمات قليلة: {numbers}",
        "لم يقيّم أي نموذج الإجابات.",
    ),
    "zh": SummaryWords(
        "{role}面试：共 {total} 个问题，已提问 {asked} 个，已回答 {answered} 个。",
        "问题 {number}：{question}",
        "缺少的内容：{parts}。",
        "跳过或不知道：{numbers}",
        "没有回答：{numbers}",
        "只回答了几个字：{numbers}",
        "没有模型评价过这些回答。",
    ),
}
