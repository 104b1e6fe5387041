"""What a laid out transcript is made of. Each format writes these, and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Untrusted:
    """Text of a candidate, a client, a backend or whoever keeps the log."""

    text: str


Line = tuple[str | Untrusted, ...]
"""A sentence or two, on one line."""


@dataclass(frozen=True)
class Quote:
    """Something said, with a label where it is not plain who said it. `style` is a word of ours
    for how it looks."""

    words: Untrusted
    label: str | None = None
    style: str = "words"


@dataclass(frozen=True)
class Items:
    """A list."""

    lines: tuple[Line, ...]


Block = Quote | Items | Line
"""A quotation, a list, or a line of our own."""


@dataclass(frozen=True)
class Section:
    """A heading of `level` 2 or 3, and what stands below it. `style` is a word of ours for how it
    looks; `mark` a warning beside the heading."""

    heading: str
    level: int = 3
    style: str = "about"
    mark: str | None = None
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class TranscriptLayout:
    """The whole transcript. Its sections are in the order of reading."""

    title: Line
    facts: tuple[tuple[str, Line], ...]
    notices: tuple[Line, ...]
    sections: tuple[Section, ...]


def plain(line: Line) -> str:
    """The line as text; what others wrote may do anything there."""
    return "".join(part.text if isinstance(part, Untrusted) else part for part in line)
