"""What a value must be, in plain words, whoever found that it is not: pydantic or typer."""

from typing import Any

from statemachine import validation

CHOICES = " is not one of "
"""What typer puts before the choices of an option."""


def requirement(error: Any) -> str:
    """Return what the value must be, by an error of a ValidationError or one made of typer's."""
    message = validation.requirement(error)
    _, is_choice, choices = message.partition(CHOICES)
    if is_choice:
        listed = choices.rstrip(".").replace("'", "")
        return f"must be one of {listed}" if "," in listed else f"must be {listed}"
    return message
