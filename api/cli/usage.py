"""What is wrong with a command as it was typed, in a line: which option, what it must be, and what
it is instead."""

from collections.abc import Iterator
from typing import Any

from api.transcript.escaping import escape_line


def usage_lines(error: Any) -> Iterator[str]:
    """Return the lines to print for typer's UsageError."""
    yield f"interview-gateway: {escape_line(_problem(error))}"
    command = error.ctx.command_path if error.ctx is not None else "interview-gateway"
    yield f"`{command} --help` explains the command."


def _problem(error: Any) -> str:
    from pydantic import ValidationError
    from typer import BadParameter

    if not isinstance(error, BadParameter):
        if hasattr(error, "option_name") and "requires an argument" in error.message:
            return f"{error.option_name} needs a value"
        return str(error.format_message()).rstrip(".")
    name = error.param_hint or (_name(error.param) if error.param is not None else "")
    if isinstance(error.__cause__, ValidationError):
        from api.validation import requirement

        first = error.__cause__.errors(include_url=False)[0]
        return f"{name} {requirement(first)}, not {str(first['input'])!r}"
    if not error.message:
        return f"{name} is missing"
    return f"{name} {error.message}".strip().rstrip(".")


def _name(param: Any) -> str:
    """The parameter as it is typed: an option's longest name, or what stands for an argument."""
    if param.param_type_name == "argument":
        return str(param.metavar)
    return str(max(param.opts, key=len))
