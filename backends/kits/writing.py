"""A kit as the text of its file."""

import json
from collections.abc import Iterator, Sequence

from backends.kits.kit import Kit

MAX_LINE = 80
"""How long a list may be in one line."""

COMMENTS = {
    "role": "What candidates are interviewed for. `interview-gateway kits check` checks this file.",
    "seniority": "Free words: junior, senior, any.",
    "language": "The language of all words below, as a tag: en, de, pt-BR.",
    "prompt": "What a model is told. Without it, the gateway writes it by itself.",
    "greeting": "Said before the first question.",
    "closing": "The last words. They must say that the interview ends.",
    "questions": "From easy to hard: 1 to 50.",
    "text": "The question, as it is asked.",
    "simpler": "The same in simpler words, for a candidate who did not understand it.",
    "listen_for": "What a good answer holds: 2 to 5 short phrases.",
    "follow_ups": "1 to 3 questions that ask for what an answer lacks.",
    "criteria": "The ids of the criteria below that this question is evidence for.",
    "rubric": "What answers are judged by: 1 to 10 criteria.",
    "id": "Small letters, digits and hyphens.",
    "name": "As the hiring team reads it.",
    "levels": "2 to 5 levels, the lowest first: what answers of that level hold.",
}


def written(kit: Kit, *, with_comments: bool = False) -> str:
    """The text of the kit's file. With comments, each field is explained where it first stands."""
    comments = dict(COMMENTS) if with_comments else {}
    content = kit.model_dump(mode="json", exclude_none=True)
    tables = {name: content.pop(name) for name in ("questions", "rubric")}
    lines = list(_fields(content, comments))
    for name, entries in tables.items():
        for entry in entries:
            lines += ["", *_comment(name, comments), f"[[{name}]]", *_fields(entry, comments)]
    return "\n".join(lines) + "\n"


def _fields(values: dict[str, str | Sequence[str]], comments: dict[str, str]) -> Iterator[str]:
    for name, value in values.items():
        yield from _comment(name, comments)
        yield f"{name} = {_text(value) if isinstance(value, str) else _list(value)}"


def _comment(name: str, comments: dict[str, str]) -> Iterator[str]:
    comment = comments.pop(name, None)
    if comment:
        yield f"# {comment}"


def _list(values: Sequence[str]) -> str:
    line = f"[{', '.join(map(_text, values))}]"
    if len(line) <= MAX_LINE:
        return line
    lines = "".join(f"  {_text(value)},\n" for value in values)
    return f"[\n{lines}]"


def _text(value: str) -> str:
    if "\n" not in value:
        return json.dumps(value, ensure_ascii=False)
    lines = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{lines}"""'
