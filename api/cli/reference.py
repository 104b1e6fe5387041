"""The reference of all commands, made from what `--help` prints:
`python -m api.cli.reference > docs/commands.md`."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from api.cli.app import app

NAME = "interview-gateway"
WIDTH = 80
INTRODUCTION = """\
# Commands

`interview-gateway COMMAND --help` prints the text that is here. [replay.md](replay.md) and
[audit.md](audit.md) show the commands at work.

## Tab completion

Run this once in bash, zsh, fish or PowerShell, then start a new shell:

```sh
. .venv/bin/activate
interview-gateway --install-completion
```

The Tab key then completes commands, options and the ids of interviews. To install the script
yourself, print it with `--show-completion`.
"""


def reference() -> str:
    """The page, as Markdown."""
    sections = [INTRODUCTION]
    for path, help in helps():
        heading = "##" if len(path.split()) <= len(f"{NAME} x".split()) else "###"
        sections.append(f"{heading} `{path}`\n\n```text\n{help}\n```\n")
    return "\n".join(sections)


def helps(width: int = WIDTH) -> Iterator[tuple[str, str]]:
    """Each command, as it is typed, with its help as a terminal of that width shows it."""
    yield from _helps(get_command(app), NAME, None, width)


def _helps(command: Any, name: str, parent: Any, width: int) -> Iterator[tuple[str, str]]:
    context = typer.Context(
        command, info_name=name, parent=parent, terminal_width=width, **command.context_settings
    )
    yield context.command_path, command.get_help(context).rstrip()
    if isinstance(command, TyperGroup):
        for sub, found in command.commands.items():
            if not found.hidden:
                yield from _helps(found, sub, context, width)


if __name__ == "__main__":
    print(reference(), end="")
