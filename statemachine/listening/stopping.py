"""How an interviewer asks whether the candidate really wants to end the interview.

These sentences are always the gateway's own, never a model's: what follows a "yes" to them changes
the interview's state. So they are known again in a session of which only the words are left.
"""

from statemachine.listening.reading import confirms

STOP_QUESTIONS = {
    "ar": "هل لديك رغبة في إنهاء المقابلة هنا؟ الأمر متروك لك، ويكفي الرد بنعم أو لا.",
    "bn": ("আপনি কি সাক্ষাৎকারটি এখানেই শেষ করতে চান? আপনার যা ইচ্ছা, শুধু হ্যাঁ বা না বললেই হবে।"),
    "de": (
        "Möchten Sie das Interview hier beenden? "
        "Beides ist in Ordnung, bitte antworten Sie mit Ja oder Nein."
    ),
    "en": (
        "Would you like to end the interview here? Either is fine, please just answer yes or no."
    ),
    "es": (
        "¿Desea terminar la entrevista aquí? "
        "Cualquiera de las dos respuestas está bien, dígame simplemente sí o no."
    ),
    "fr": (
        "Souhaitez-vous mettre fin à l'entretien maintenant ? "
        "Il n'y a pas de mauvaise réponse, dites-moi simplement oui ou non."
    ),
    "hi": ("क्या साक्षात्कार यहीं समाप्त कर दिया जाए? आपकी जो भी इच्छा हो, बस हाँ या नहीं कहिए।"),
    "pt": (
        "Gostaria de terminar a entrevista aqui? "
        "Qualquer das respostas está bem, basta dizer sim ou não."
    ),
    "zh": "您想在这里结束面试吗？怎么决定都可以，回答“是”或“否”就行。",
}
"""By language."""


def asks_to_stop(words: str) -> bool:
    """Whether the interviewer's words ask if the candidate wants to end the interview."""
    return any(question in words for question in STOP_QUESTIONS.values())


def wants_to_stop(asked: str, answer: str) -> bool | None:
    """What `answer` says to the interviewer's question whether the candidate wants to end the
    interview. None if it is no answer to that, or `asked` asks something else."""
    for language, question in STOP_QUESTIONS.items():
        if question in asked:
            return confirms(answer, language)
    return None
