from statemachine.listening.kinds import Part, Said


def listen(text: str, language: str, asked: str) -> Said:
    return Said.REPEAT if "repeat" in text else Said.STOP if "want to stop" in text else Said.ANSWER


def missing(text: str, language: str) -> Part | None:
    return None


def confirms(text: str, language: str) -> bool | None:
    return {"yes": True, "no": False}.get(text.lower().strip("."))
