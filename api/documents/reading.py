"""The text of a document, whatever its kind."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.documents import docx, pdf, plain
from api.documents.errors import BROKEN, EMPTY, SCAN, UNKNOWN_KIND, Unreadable
from api.documents.kinds import DOCX, PDF
from api.documents.tidying import tidied

_PDF_WITHIN = 1024
"""Bytes: what mail programs put before a PDF is passed over, as by the programs that show it."""

_OF_OTHERS = (
    (b"{\\rtf", "a rich text file (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
)
"""How files begin that people take for a CV, and what they are called."""


@dataclass(frozen=True)
class Found:
    """The text; `truncated`: the document has more. `pages`: how many
    it has, where its kind knows pages."""

    text: str
    truncated: bool
    pages: int | None = None


def read(document: bytes, declared: str, most: int) -> Found:
    """The first `most` characters of the document's text. What its bytes say of its kind counts
    more than the content type that was `declared`. Raises Unreadable or LibraryMissing."""
    if not document.strip(b"\x00\t\n\r "):
        raise Unreadable(EMPTY)
    media_type = declared.partition(";")[0].strip().lower()
    if b"%PDF-" in document[:_PDF_WITHIN]:
        return _of_pages(pdf.Pages(document), most)
    if document.startswith(docx.ZIP):
        return _of_text(docx.paragraphs(document), most)
    if document.startswith(docx.OLE):
        raise docx.not_of_today(document)
    for mark, what in _OF_OTHERS:
        if document.startswith(mark):
            raise Unreadable(UNKNOWN_KIND.format(what=what))
    if media_type == PDF:
        raise Unreadable(BROKEN.format(kind="PDF"))
    if media_type == DOCX:
        raise Unreadable(BROKEN.format(kind="DOCX"))
    return _of_text([plain.decoded(document, declared)], most)


def _of_pages(pages: pdf.Pages, most: int) -> Found:
    text, is_cut = _gathered(pages, "\n\n", most)
    if not text:
        raise Unreadable(pages.trouble or SCAN)
    return Found(text, is_cut or pages.trouble is not None, pages.count)


def _of_text(pieces: Iterable[str], most: int) -> Found:
    text, is_cut = _gathered(pieces, "\n", most)
    if not text:
        raise Unreadable(EMPTY)
    return Found(text, is_cut)


def _gathered(pieces: Iterable[str], between: str, most: int) -> tuple[str, bool]:
    """The first characters of the pieces, and whether there are more. No more of them are read than
    that takes."""
    kept: list[str] = []
    size = 0
    for piece in filter(None, map(tidied, pieces)):
        kept.append(piece)
        size += len(piece) + len(between)
        if size > most + len(between):
            break
    text = between.join(kept)
    return text[:most].rstrip(), len(text) > most
