"""What an interviewer is told before an interview, besides its role and length."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from statemachine.session import Value
from statemachine.storable import has_words

MAX_NAME_CHARS = 200
MAX_DOCUMENT_CHARS = 20_000
MAX_ID_CHARS = 60
DEFAULT_LANGUAGE = "en"

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What names a kit, or a criterion of its rubric."""

PRACTICE_MARK = "This is a practice interview. Nobody but the candidate gets to see it."
"""Stands in the prompt of one, so that a session tells it to a gateway whose log does not."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")


def _is_language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError('must be a language tag such as "de" or "pt-BR"')
    primary, *rest = text.split("-")
    return "-".join([primary.lower(), *rest])


def _is_kit_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError("must be a kit's id: lower-case letters, digits and single hyphens")
    return text


Language = Annotated[str, StringConstraints(max_length=35), AfterValidator(_is_language)]
"""A language tag of BCP 47, its primary subtag in lower case."""

KitId = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_ID_CHARS), AfterValidator(_is_kit_id)
]
"""The name of an interview kit's file without its ending."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS), AfterValidator(has_words)
]
Document = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_DOCUMENT_CHARS), AfterValidator(has_words)
]
"""A text that somebody else wrote, a job description or a CV: 1 to 20,000 characters."""


class Brief(Value):
    """The brief of an interview: the kit it was begun with and that kit's version (SHA-256,
    hexadecimal), the language it is held in, who is interviewed, for which job, and whether it is
    practice that no hiring team sees."""

    kit: KitId | None = None
    kit_version: str | None = None
    language: Language = DEFAULT_LANGUAGE
    candidate_name: Name | None = None
    job_description: Document | None = None
    cv: Document | None = None
    practice: bool = False
