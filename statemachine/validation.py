"""What a value must be, in plain words. Pydantic finds that it is not, and says so in its own."""

from typing import Any

MUST = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "greater_than_equal": "must be {ge:,} or more",
    "greater_than": "must be more than {gt:,}",
    "less_than_equal": "must be {le} or less",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length:,} characters",
    "too_short": "must have {min_length:,} or more entries",
    "too_long": "must have {max_length:,} or fewer entries",
    "enum": "must be {expected}",
}
"""Pydantic's type of error → what the value must be. A type that is not here keeps its words."""

OURS = "Value error, "
"""What pydantic puts before words that are our own."""


def requirement(error: Any) -> str:
    """Return what the value must be, by one of the errors of a ValidationError."""
    words = MUST.get(error["type"])
    if words is not None:
        return words.format(**error.get("ctx", {}))
    return str(error["msg"]).removeprefix(OURS)
