"""How an interviewer asks whether the candidate really wants to end the interview.

These sentences are always the gateway's own, never a model's: what follows a "yes" to them changes
the interview's state. So they are known again in a session of which only the words are left.
"""

from statemachine.listening.reading import confirms

STOP_QUESTIONS = {
    "en": "Would you like to end the interview here? Please answer yes or no.",
}
"""By language."""


def asks_to_stop(words: str) -> bool:
    """Whether the interviewer's words ask if the candidate wants to end the interview."""
    return any(question in words for question in STOP_QUESTIONS.values())


def is_confirmed_stop(asked: str, answer: str) -> bool:
    """Whether `asked` asks for the candidate's wish to end the interview, and `answer` says yes."""
    for language, question in STOP_QUESTIONS.items():
        if question in asked:
            return confirms(answer, language) is True
    return False
