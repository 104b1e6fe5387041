"""How help looks: each sentence on a line of its own, in 80 columns or as many as there are."""

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Any

from typer.core import TyperCommand, TyperGroup

SENTENCE_END = re.compile(r"(?<=[.?]) (?=[A-Z`])")
INDENT = "  "
DEEP = INDENT * 3


def sentences(text: str) -> list[str]:
    """The sentences of `text`, each in one line."""
    return SENTENCE_END.split(" ".join(text.split()))


class _Plain:
    """Lays out the help of the command that it is mixed into."""

    help: str | None

    def get_short_help_str(self, limit: int = 0) -> str:
        """The command's first sentence, whole."""
        return sentences(self.help or "")[0]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for line in _help_lines(ctx, formatter.width):
            formatter.write(f"{line}\n")


class PlainCommand(_Plain, TyperCommand):
    """A command with such help."""


class PlainGroup(_Plain, TyperGroup):
    """A group of commands with such help."""


def _help_lines(ctx: Any, width: int) -> Iterator[str]:
    command: Any = ctx.command
    usage = " ".join(piece.strip("{}") for piece in command.collect_usage_pieces(ctx))
    yield from wrap(f"Usage: {ctx.command_path} {usage}", width, subsequent_indent=DEEP)
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        yield ""
        yield from _indented(sentences(paragraph), INDENT, width)
    shown = [param for param in command.get_params(ctx) if not param.hidden]
    arguments = [param for param in shown if param.param_type_name == "argument"]
    options = [param for param in shown if param.param_type_name == "option"]
    for heading, params in (("Arguments", arguments), ("Options", options)):
        if params:
            yield from ("", f"{heading}:")
        for param in params:
            yield f"{INDENT}{_name(param, ctx)}"
            yield from _indented(_explained(param), DEEP, width)
    if isinstance(command, TyperGroup):
        yield from ("", "Commands:")
        yield from _commands(command, width)


def _indented(lines: Iterable[str], by: str, width: int) -> Iterator[str]:
    for line in lines:
        yield from wrap(
            line, width, initial_indent=by, subsequent_indent=by + INDENT, break_on_hyphens=False
        )


def _name(param: Any, ctx: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar)
    return str(param.get_help_record(ctx)[0])


def _explained(param: Any) -> Sequence[str]:
    value = str(param.default).rstrip(".")
    value = f'"{value}"' if " " in value else value
    default = "" if param.default in (None, False, ()) else f"The default is {value}."
    required = (
        "This option is required." if param.required and param.param_type_name == "option" else ""
    )
    return [*sentences(param.help or ""), *filter(None, (default, required))]


def _commands(group: TyperGroup, width: int) -> Iterator[str]:
    commands = {name: found for name, found in group.commands.items() if not found.hidden}
    longest = max(map(len, commands))
    for name, command in commands.items():
        start = f"{INDENT}{name:<{longest}}{INDENT}"
        help = command.get_short_help_str()
        yield from wrap(help, width, initial_indent=start, subsequent_indent=" " * len(start))
