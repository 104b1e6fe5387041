"""A transcript as one HTML page that needs nothing else: no script, no font, no request."""

from collections.abc import Iterator
from html import escape

from api.transcript.blocks import (
    Block,
    Items,
    Line,
    Quote,
    Section,
    Untrusted,
    plain,
)
from api.transcript.document import Transcript
from api.transcript.escaping import escape_controls, escape_line
from api.transcript.evidence import Evidence
from api.transcript.layout import lay_out

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Should anything ever slip through, it can load nothing and run nothing."""

STYLE = """\
:root { color-scheme: light dark;
  --ground: #fbfaf8; --ink: #22211f; --quiet: #66625b; --rule: #dedad2; --accent: #2f5d8a;
  --answer: #f2efe9; --warn: #8a4b08; --warn-ground: #fdf3e3; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #1a1918; --ink: #e6e3dd; --quiet: #a5a097; --rule: #3a3733; --accent: #8fb8e0;
  --answer: #242220; --warn: #f0b866; --warn-ground: #33291a; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 1.25rem; font-size: 1.6rem; line-height: 1.25; font-weight: 650;
  letter-spacing: -0.01em; text-wrap: balance; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15rem 1.25rem;
  margin: 0; padding: 0.9rem 0; border-block: 1px solid var(--rule); font-size: 0.925rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.notice { margin: 1rem 0 0; padding: 0.65rem 0.9rem; border-inline-start: 3px solid var(--warn);
  background: var(--warn-ground); font-size: 0.925rem; overflow-wrap: anywhere; }
section { margin-top: 2.1rem; }
section.part, section.summary { padding-top: 1.6rem; border-top: 1px solid var(--rule); }
section.question, section.closing, section.about, section.opening { margin-top: 1.4rem; }
header.entry { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 0.75rem; }
h2 { margin: 0; font-size: 1.25rem; line-height: 1.4; font-weight: 650; }
h3 { margin: 0; font-size: 0.95rem; line-height: 1.4; font-weight: 650; color: var(--accent); }
.about { color: var(--quiet); font-size: 0.85rem; }
section.about { font-size: inherit; }
ul { margin: 0.5rem 0 0; padding-inline-start: 1.2rem; color: var(--quiet); font-size: 0.85rem; }
li { margin-top: 0.15rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.mark { padding: 0 0.5rem; border: 1px solid currentColor; border-radius: 1rem;
  color: var(--warn); font-size: 0.78rem; }
.label { margin: 0.6rem 0 0; color: var(--quiet); font-size: 0.85rem; }
.words, .interviewer, .candidate { margin: 0.3rem 0 0; white-space: pre-wrap;
  font: 1.0625rem/1.65 Charter, "Bitstream Charter", "Iowan Old Style", "Noto Serif", Georgia,
    Cambria, serif; overflow-wrap: anywhere; overflow: clip; tab-size: 4; }
.candidate { margin-inline-start: 1.5rem; padding: 0.6rem 1rem 0.7rem; background: var(--answer);
  border-radius: 0.5rem; }
.code { margin: 0.3rem 0 0; font-size: 0.85rem; line-height: 1.55; white-space: pre-wrap;
  overflow-wrap: anywhere; overflow: clip; tab-size: 4; }
.about { margin: 0.45rem 0 0; line-height: 1.45; overflow-wrap: anywhere; }
p.about + p.about { margin-top: 0.15rem; }
@media (max-width: 30rem) {
  main { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.35rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd + dt { margin-top: 0.45rem; }
  .candidate { margin-inline-start: 0.6rem; }
}
@page { margin: 20mm 18mm; }
@media print {
  :root { color-scheme: light; --ground: #fff; --ink: #000; --quiet: #444; --rule: #bbb;
    --accent: #000; --answer: transparent; --warn: #000; --warn-ground: transparent; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .words, .interviewer, .candidate { font-size: 11pt; orphans: 3; widows: 3; }
  .candidate { padding-block: 0; border-inline-start: 2px solid var(--rule); border-radius: 0; }
  header.entry, .label { break-after: avoid; }
  dl, .notice, li { break-inside: avoid; }
  p.about { break-before: avoid; }
}
"""


def as_html(transcript: Transcript, evidence: Evidence | None = None) -> str:
    """The transcript as a page."""
    told = lay_out(transcript, evidence)
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{_line(value)}</dd>\n" for name, value in told.facts
    )
    notices = "".join(f'<p class="notice">{_line(notice)}</p>\n' for notice in told.notices)
    sections = "".join(_section(section) for section in told.sections)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escape(escape_line(plain(told.title)))}</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
<h1>{_line(told.title)}</h1>
<dl>
{facts}</dl>
{notices}{sections}</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    tag = f"h{section.level}"
    mark = f' <span class="mark">{escape(section.mark)}</span>' if section.mark else ""
    blocks = "".join(part for block in section.blocks for part in _block(block))
    return (
        f'<section class="{section.style}">\n<header class="entry">'
        f"<{tag}>{escape(section.heading)}</{tag}>{mark}</header>\n{blocks}</section>\n"
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Quote():
            if block.label:
                yield f'<p class="label">{escape(block.label)}</p>\n'
            # lang="": nobody knows which language a person answers in.
            words = escape(escape_controls(block.words.text))
            yield f'<p class="{block.style}" lang="" dir="auto">{words}</p>\n'
        case Items():
            items = "".join(f"<li>{_line(line)}</li>\n" for line in block.lines)
            yield f"<ul>\n{items}</ul>\n"
        case _:
            yield f'<p class="about">{_line(block)}</p>\n'


def _line(line: Line) -> str:
    """In <bdi>, words that run from right to left leave the sentence around them in order."""
    return "".join(
        f'<bdi dir="auto">{escape(escape_line(part.text))}</bdi>'
        if isinstance(part, Untrusted)
        else escape(part)
        for part in line
    )
