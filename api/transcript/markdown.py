"""A transcript as Markdown that CommonMark and GitHub's renderer show alike. What others wrote
is plain text there, whatever it looks like.

Two traps, tried: GitHub's renderer makes a link of a mail address even where its punctuation
is escaped, so what could be an address is written as code, which no renderer looks into. And
renderers drop white space at either end of a line, so there it is written as entities.
"""

import re
from collections.abc import Iterator

from api.transcript.blocks import Block, Items, Line, Quote, Section, Untrusted
from api.transcript.document import Transcript
from api.transcript.escaping import escape_controls, escape_line
from api.transcript.evidence import Evidence
from api.transcript.layout import lay_out

_WORD = re.compile(r"\S+")
_MAY_BE_AN_ADDRESS = re.compile(r"://|www\.|@|(?:mailto|xmpp|https?|ftp):", re.IGNORECASE)
_ACTS_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>#&|~$^=%+]|[.:!](?=\S)")
_ACTS_AT_THE_START = re.compile(r"(\d*)([-:.)])")
_BACKTICKS = re.compile(r"`+")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")

HARD_BREAK = "\\\n"


def as_markdown(transcript: Transcript, evidence: Evidence | None = None) -> str:
    """The transcript as Markdown."""
    told = lay_out(transcript, evidence)
    facts = "\n".join(f"- **{name}:** {_line(value)}" for name, value in told.facts)
    notices = [f"**Note:** {_line(notice)}" for notice in told.notices]
    blocks = [f"# {_line(told.title)}", facts, *notices]
    for section in told.sections:
        blocks.extend(_section(section))
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> Iterator[str]:
    mark = f" ({section.mark})" if section.mark else ""
    yield f"{'#' * section.level} {_inert(escape_line(section.heading))}{mark}"
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Quote():
            if block.label:
                yield f"**{block.label}**"
            quoted = quotable(block.words.text).replace("\n", "\n> ")
            yield f"> {quoted}".replace("\n> \n", "\n>\n")
        case Items():
            yield "\n".join(f"- {_line(line)}" for line in block.lines)
        case _:
            yield _line(block)


def _line(line: Line) -> str:
    return "".join(
        _inert(escape_line(part.text)) if isinstance(part, Untrusted) else part for part in line
    )


def quotable(words: str) -> str:
    """The words as paragraphs that hold nothing but their text, its line breaks kept; several
    blank lines count as one."""
    paragraphs = _BLANK_LINES.split(escape_controls(words).strip("\n"))
    return "\n\n".join(
        HARD_BREAK.join(_whole_line(line) for line in paragraph.split("\n"))
        for paragraph in paragraphs
    )


def _whole_line(line: str) -> str:
    """A line that begins no list, heading, quote, table or code block."""
    text = line.strip()
    before, _, after = line.partition(text) if text else (line, "", "")
    inert = _inert(text)
    if start := _ACTS_AT_THE_START.match(inert):
        inert = f"{start[1]}\\{inert[len(start[1]) :]}"
    return _entities(before) + inert + _entities(after)


def _inert(text: str) -> str:
    """The text with nothing in it that acts in the middle of a line."""
    if _MAY_BE_AN_ADDRESS.search(text):
        return _WORD.sub(lambda word: _inert_word(word[0]), text)
    return _escaped(text)  # word by word takes half as long again


def _inert_word(word: str) -> str:
    return _code(word) if _MAY_BE_AN_ADDRESS.search(word) else _escaped(word)


def _escaped(text: str) -> str:
    return _ACTS_ANYWHERE.sub(r"\\\g<0>", text)


def _code(word: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(word)), default=0)
    fence = "`" * (longest + 1)
    # A space inside either fence is dropped again; without it, the word's own backticks there
    # would lengthen the fence.
    space = " " if word.startswith("`") or word.endswith("`") else ""
    return f"{fence}{space}{word}{space}{fence}"


def _entities(white_space: str) -> str:
    return "".join(f"&#{ord(character)};" for character in white_space)
