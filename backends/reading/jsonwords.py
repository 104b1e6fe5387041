"""The words for a person in a reply that is JSON: `{"message": "Thanks.", "question": "How?"}`.

Only what stands under a key for speech is said. Models put notes about the candidate beside it,
under keys that nobody can list.
"""

import ast
import json
import re
from collections.abc import Iterator

from backends.reading.marknames import OTHER_ROLES, THOUGHT_NAMES

_SPOKEN = frozenset([
    "acknowledgement", "acknowledgment", "greeting", "welcome", "intro", "introduction",
    "transition", "comment", "remark", "message", "content", "text", "response", "reply",
    "answer", "output", "final", "final_answer", "question", "questions", "next_question",
    "current_question", "follow_up", "followup", "follow_up_question", "question_text",
    "interviewer", "assistant", "interviewer_response", "closing", "farewell", "summary",
    "speech", "utterance",
])  # fmt: skip
_QUESTIONS = frozenset(key for key in _SPOKEN if "question" in key)
_LISTED = frozenset(["options", "choices"])
_CODE = frozenset(["code", "snippet", "code_snippet"])
_HIDDEN = THOUGHT_NAMES | frozenset([
    "evaluation", "assessment", "feedback", "notes", "internal_notes", "score", "rating",
    "rubric", "metadata", "meta", "usage", "candidate", "user", "expected_answer",
    "sample_answer", "ideal_answer", "hint",
])  # fmt: skip
_ABOUT = frozenset([
    "role", "speaker", "from", "type", "id", "model", "number", "question_number",
    "question_id", "index", "total", "status", "object", "finish_reason", "difficulty",
    "category", "topic", "language", "name",
])  # fmt: skip
_SPEAKERS = ("role", "speaker", "from")


def _key(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"[\"'](?:{'|'.join(sorted(names))})[\"']\s*:", re.IGNORECASE)


SPEAKS = _key(_SPOKEN)
"""Finds a key for speech in JSON that may not be whole."""
ASKS = _key(_QUESTIONS)
"""Finds one for a question."""
NAMES_SPEAKER = _key(frozenset(_SPEAKERS))
"""Finds one for who speaks."""


def value_of(source: str) -> object:
    """The value that JSON, or a Python literal, stands for. Raises ValueError for all else."""
    try:
        return json.loads(source, strict=False)
    except ValueError:
        pass
    try:
        # Small models write 'single quotes' and a comma after the last item.
        value: object = ast.literal_eval(source.strip())
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return value


def spoken_turn(value: object) -> str:
    """What the value says to the candidate: "" where nothing in it is meant for one."""
    words = "\n\n".join(_said(value))
    if words or not isinstance(value, dict):
        return words
    # Other languages have other keys. One text alone can only be the words.
    texts = [
        text
        for key, text in value.items()
        if isinstance(text, str) and _plain(key) not in _HIDDEN | _ABOUT
    ]
    return texts[0] if len(texts) == 1 else ""


def spoken_summary(value: object) -> str:
    """The value as a summary. Its keys become headings: "Strengths: …"."""
    return "\n".join(_summed_up(value))


def has_thoughts(value: object) -> bool:
    """Whether there are thoughts in the value."""
    return isinstance(value, dict) and any(_plain(key) in THOUGHT_NAMES for key in value)


def _said(value: object, key: str = "content") -> Iterator[str]:
    if isinstance(value, str):
        if key in _CODE and value.strip():
            yield f"```\n{value}\n```"
        elif key in _SPOKEN and value.strip():
            yield value.strip()
    elif isinstance(value, list):
        if key in _LISTED and all(isinstance(item, str) for item in value):
            yield "\n".join(f"- {item}" for item in value)
            return
        for item in value:
            if _is_foreign(item):
                return
            yield from _said(item, key)
    elif isinstance(value, dict) and not _is_foreign(value):
        keys = {_plain(name) for name in value}
        for name, item in value.items():
            plain = _plain(name)
            # Beside a question, an answer is one that the model expects.
            is_expected = plain == "answer" and keys & _QUESTIONS
            if plain not in _HIDDEN and not is_expected:
                yield from _said(item, plain)


def _summed_up(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            key = _plain(name)
            if key in THOUGHT_NAMES | _ABOUT:
                continue
            lines = list(_summed_up(item))
            if key in _SPOKEN or not lines:
                yield from lines
            elif len(lines) == 1 and not isinstance(item, list | dict):
                yield f"{_heading(name)}: {lines[0]}"
            else:
                yield f"{_heading(name)}:"
                yield from (line if line.startswith("- ") else f"- {line}" for line in lines)
    elif isinstance(value, list):
        for item in value:
            if not _is_foreign(item):
                yield from _summed_up(item)
    elif value is not None and str(value).strip():
        yield str(value).strip()


def _is_foreign(value: object) -> bool:
    return isinstance(value, dict) and any(
        str(value.get(key)).lower() in OTHER_ROLES for key in _SPEAKERS
    )


def _plain(key: object) -> str:
    return re.sub(r"[\s-]+", "_", str(key).strip()).lower()


def _heading(key: object) -> str:
    words = str(key).replace("_", " ").strip()
    return words[:1].upper() + words[1:]
