"""Documents as people and their enemies make them."""

import io
import zipfile
from collections.abc import Iterable

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def docx(body: str, *, head: str = "", part: str = "word/document.xml", kind: str = MAIN) -> bytes:
    """A DOCX whose part `part` has this body."""
    return zipped(
        {
            "[Content_Types].xml": (
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
            ),
            part: f'{head}<w:document xmlns:w="{W}" xmlns:mc="{MC}"><w:body>{body}</w:body>'
            "</w:document>",
        }
    )


def zipped(parts: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return written.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pages(*texts: str) -> PdfWriter:
    """A PDF with a page for each text, in Helvetica."""
    return drawn(
        f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode("latin-1") if text else b""
        for text in texts
    )


def drawn(contents: Iterable[bytes]) -> PdfWriter:
    """A PDF with a page for each stream of what is drawn."""
    writer = PdfWriter()
    kind, subtype, base = (NameObject(name) for name in ("/Font", "/Type1", "/Helvetica"))
    font = DictionaryObject(
        {NameObject("/Type"): kind, NameObject("/Subtype"): subtype, NameObject("/BaseFont"): base}
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    for content in contents:
        page = writer.add_blank_page(600, 800)
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    return writer


def saved(writer: PdfWriter, password: str | None = None) -> bytes:
    """The PDF's bytes; with a password, encrypted, so that nobody can read it without."""
    if password is not None:
        writer.encrypt(password, "owner's", algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
