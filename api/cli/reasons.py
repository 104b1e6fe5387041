"""The reason that a person gives for what cannot be undone."""

from pydantic import TypeAdapter, ValidationError

from api.cli.errors import CommandError
from api.validation import requirement
from statemachine.session import Reason


def check_reason(reason: str) -> None:
    """Raises CommandError for one that the log does not take."""
    try:
        TypeAdapter(Reason).validate_python(reason)
    except ValidationError as error:
        raise CommandError(f"--reason {requirement(error.errors()[0])}") from error
