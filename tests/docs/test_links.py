"""Every document can be found, and every link in one leads somewhere."""

import re
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "docs" / "adr", ROOT / "api")
    for path in (folder.rglob("*.md") if folder.name == "api" else folder.glob("*.md"))
    if "node_modules" not in path.parts
)
INDEXES = {"docs": ROOT / "docs" / "README.md", "adr": ROOT / "docs" / "adr" / "README.md"}


@cache
def links(document: Path) -> frozenset[str]:
    """Where the document's links and pictures lead, also those written in HTML."""
    html = MarkdownIt().render(document.read_text(encoding="utf-8"))
    found = re.findall(r'(?:href|src|srcset)="([^"]*)"', html)
    return frozenset(unquote(link.replace("&amp;", "&")) for link in found)


@cache
def anchors(document: Path) -> frozenset[str]:
    """The names that GitHub gives to a document's headings."""
    names: dict[str, int] = {}
    found = set()
    tokens = MarkdownIt().parse(document.read_text(encoding="utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = "".join(child.content for child in inline.children or [])
            name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            found.add(f"{name}-{names[name]}" if name in names else name)
            names[name] = names.get(name, 0) + 1
    return frozenset(found)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(document: Path) -> None:
    for link in links(document):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), link
        assert ROOT in target.parents, f"{link} leads out of the repository"
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("folder", INDEXES)
def test_the_index_lists_every_document_of_its_folder(folder: str) -> None:
    index = INDEXES[folder]
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."],
        cwd=index.parent,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    names = kept or [path.name for path in index.parent.iterdir() if path.is_file()]
    here = {index.parent / name for name in names if "/" not in name} - {index}
    assert len(here) > 1
    assert {path for path in here if path.exists()} <= listed


def test_the_readme_leads_to_the_index_and_to_the_habits() -> None:
    assert {"docs/README.md", "CONTRIBUTING.md", "SECURITY.md"} <= links(ROOT / "README.md")
