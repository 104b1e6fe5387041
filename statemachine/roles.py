"""The roles that candidates are interviewed for. Any text can be one: which roles there are, the
interview kits say."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from statemachine.storable import has_words

MAX_ROLE_CHARS = 100


def _is_one_line(text: str) -> str:
    if not text.isprintable() and any(
        unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text
    ):
        raise ValueError("must be one line, without control characters")
    return text


Role = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_ROLE_CHARS),
    AfterValidator(has_words),
    AfterValidator(_is_one_line),
    Field(
        description="The role that the candidate is interviewed for.",
        examples=["Software Engineer"],
    ),
]
"""The role that the candidate is interviewed for: 1 to 100 characters, one line, not blank."""

SOFTWARE_ENGINEER: Role = "Software Engineer"
PRODUCT_MANAGER: Role = "Product Manager"
DATA_ANALYST: Role = "Data Analyst"

FIELD_ROLES = (SOFTWARE_ENGINEER, PRODUCT_MANAGER, DATA_ANALYST)
"""The three roles that the desktop in the field knows. Each has a built-in kit, always."""
