"""The text of a DOCX: a zip with a part of XML for the document.

The part is read in pieces as it is unpacked, without a tree of it in memory, so that neither what
it unpacks to nor how deep it goes costs more than what is kept.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO
from xml.parsers import expat

from api.documents.errors import BROKEN, PROTECTED, TOO_HEAVY, UNKNOWN_KIND, Unreadable

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files begin that older programs saved; and those with a password."""

MAX_UNPACKED_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 1_000
_PIECE_BYTES = 1024 * 1024
"""The parser begins a long name or value anew with each piece."""
_MAX_PARTS = 10_000
_MAX_TYPES_BYTES = 1024 * 1024

_CONTENT_TYPES = "[Content_Types].xml"
_ENCRYPTED = 0x1
_WORDPROCESSING = ("/wordprocessingml/main", "/wordprocessingml/2006/main")
_ALTERNATIVE = "markup-compatibility/2006 Fallback"
"""What older programs show instead: the same once more."""


def not_of_today(document: bytes) -> Unreadable:
    """What is the matter with a document in the format of older programs."""
    if "EncryptedPackage".encode("utf-16-le") in document:
        return Unreadable(PROTECTED)
    return Unreadable(UNKNOWN_KIND.format(what="in the format of an older program (DOC, for one)"))


def paragraphs(document: bytes) -> Iterator[str]:
    """The document's paragraphs, as they are asked for. Raises Unreadable."""
    try:
        with zipfile.ZipFile(BytesIO(document)) as package:
            if len(package.infolist()) > _MAX_PARTS:
                raise Unreadable(TOO_HEAVY)
            part = package.getinfo(_main_part(package))
            if part.flag_bits & _ENCRYPTED:
                raise Unreadable(PROTECTED)
            with package.open(part) as unpacked:
                yield from _Paragraphs().of(unpacked)
    except Unreadable:
        raise
    except Exception as error:  # a hostile zip makes its reader raise anything
        raise Unreadable(BROKEN.format(kind="DOCX")) from error


def _main_part(package: zipfile.ZipFile) -> str:
    """The name of the part with the document's text."""
    if _CONTENT_TYPES not in package.namelist():
        raise Unreadable(UNKNOWN_KIND.format(what="an archive"))
    named: list[str] = []

    def begin(_: str, attributes: dict[str, str]) -> None:
        if attributes.get("ContentType", "").endswith(
            ("wordprocessingml.document.main+xml", "document.macroEnabled.main+xml")
        ):
            named.append(attributes["PartName"].lstrip("/"))

    parser = _parser()
    parser.StartElementHandler = begin
    with package.open(_CONTENT_TYPES) as types:
        parser.Parse(types.read(_MAX_TYPES_BYTES), True)
    if not named:
        raise Unreadable(UNKNOWN_KIND.format(what="of another program than a text's"))
    return named[0]


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _doctype
    return parser


def _doctype(*_: object) -> None:
    """Entities can only be declared in a DOCTYPE, which no DOCX has."""
    raise Unreadable(BROKEN.format(kind="DOCX"))


class _Paragraphs:
    """What the parser meets of the document's text."""

    def __init__(self) -> None:
        self._ready: list[str] = []
        self._words: list[str] = []
        self._depth = 0
        self._in_text = False
        self._hidden_below: int | None = None

    def of(self, unpacked: IO[bytes]) -> Iterator[str]:
        parser = _parser()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        read = 0
        while piece := unpacked.read(_PIECE_BYTES):
            read += len(piece)
            if read > MAX_UNPACKED_BYTES:
                raise Unreadable(TOO_HEAVY)
            parser.Parse(piece)
            yield from self._ready
            self._ready.clear()
        parser.Parse(b"", True)
        yield from self._ready

    def _begin(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(TOO_HEAVY)
        if name.endswith(_ALTERNATIVE) and self._hidden_below is None:
            self._hidden_below = self._depth
        match _local(name):
            case "t":
                self._in_text = True
            case "tab":
                self._words.append("\t")
            case "br" | "cr":
                self._words.append("\n")
            case "noBreakHyphen":
                self._words.append("-")
            case "p":
                # Also of a text box, which stands within another paragraph.
                self._end_paragraph()

    def _end(self, name: str) -> None:
        if self._depth == self._hidden_below:
            self._hidden_below = None
        self._depth -= 1
        match _local(name):
            case "t":
                self._in_text = False
            case "p":
                self._end_paragraph()

    def _data(self, words: str) -> None:
        if self._in_text and self._hidden_below is None:
            self._words.append(words)

    def _end_paragraph(self) -> None:
        if self._words:
            self._ready.append("".join(self._words))
            self._words.clear()


def _local(name: str) -> str:
    """The name of one of the document's own elements; else nothing."""
    namespace, _, local = name.rpartition(" ")
    return local if namespace.endswith(_WORDPROCESSING) else ""
