"""Printing: coloured and fitted in a terminal, plain and whole when piped.

Text that others wrote goes through `api.transcript.escaping` and is never read as markup.
"""

from rich.console import Console
from rich.text import Text

from api.transcript.escaping import escape_json

WHOLE = 1_000_000
"""The width when piped: nothing is cut off or broken for whoever reads it line by line."""

NOTICED_MS = 100
"""From how long on a person notices that something takes time."""


def console() -> Console:
    """Standard output."""
    found = Console(highlight=False, markup=False, emoji=False)
    if not found.is_terminal:
        found = Console(highlight=False, markup=False, emoji=False, width=WHOLE, color_system=None)
    return found


def print_json(text: str) -> None:
    """Print JSON: whole, its every value as it is, and nothing in it that acts on a terminal."""
    print(escape_json(text))


def clock(milliseconds: int) -> str:
    """A time since the start: 92310 as "1:32.310"; it may be below 0."""
    sign, value = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    minutes, rest = divmod(value, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 1000:02}.{rest % 1000:03}"
    return f"{sign}{hours}:{minutes:02}:{tail}" if hours else f"{sign}{minutes}:{tail}"


def indented(text: str, width: int, by: int, mark: str = "") -> Text:
    """`text` in lines of `width` at most, each moved in; `mark` stands before the first."""
    room = max(20, width - by)
    lines: list[str] = []
    for line in text.split("\n"):
        lines += [part.plain for part in Text(line).wrap(Console(width=room), room)] or [""]
    moved = [" " * by + line.rstrip() for line in lines]
    return Text(
        mark.rjust(by - 1)
        + moved[0][len(mark.rjust(by - 1)) :]
        + "".join(f"\n{line}" for line in moved[1:])
    )
