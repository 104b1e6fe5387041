"""Transcripts as their readers get them: Markdown through two renderers that are not ours, and
HTML through a parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

EMPTY = {"br", "meta", "hr", "img", "input", "link"}

_ALL_ON = MarkdownIt("gfm-like", {"html": True, "linkify": True})


def by_markdown_it(text: str) -> str:
    """Tables, strikethrough, HTML and links of everything that looks like an address, even
    "example.com"."""
    rendered: str = _ALL_ON.render(text)
    return rendered


def by_github(text: str) -> str:
    """As GitHub renders it, HTML let through and footnotes on."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    rendered: str = cmarkgfm.github_flavored_markdown_to_html(text, options=options)
    return rendered


RENDERERS = (by_markdown_it, by_github)


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, a line break being one."""
        if self.tag == "br":
            return "\n"
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def all(self, tag: str | None = None, style: str | None = None) -> "list[Element]":
        """The elements in it, of this tag and class."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                is_wanted = tag in (None, child.tag) and style in (
                    None,
                    child.attributes.get("class"),
                )
                found += [child] if is_wanted else []
                found += child.all(tag, style)
        return found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes what it did not open"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)


def parsed(html: str) -> Element:
    """The page's elements. Fails where one is left open, and of comments and the like."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    (root,) = tree.open
    assert not tree.other
    return root
