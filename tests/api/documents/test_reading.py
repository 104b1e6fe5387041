"""The text of documents: PDF, DOCX and plain text, good ones and others."""

import codecs
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.documents import pdf
from api.documents.docx import MAX_UNPACKED_BYTES, OLE
from api.documents.errors import PROTECTED, SCAN, TOO_HEAVY, Unreadable
from api.documents.kinds import DOCX
from api.documents.process import answer_for
from api.documents.reading import Found, read
from api.documents.tidying import tidied
from tests.api.documents.making import docx, drawn, pages, paragraph, saved, zipped
from tests.depth import examples

MOST = 20_000


def text_of(document: bytes, declared: str = "") -> str:
    return read(document, declared, MOST).text


def why_not(document: bytes, declared: str = "") -> str:
    with pytest.raises(Unreadable) as refused:
        read(document, declared, MOST)
    return str(refused.value)


def test_a_pdf_is_read_page_by_page() -> None:
    assert read(saved(pages("We run Kubernetes.", "", "You have our pager.")), "", MOST) == Found(
        "We run Kubernetes.\n\nYou have our pager.", truncated=False, pages=3
    )


def test_of_two_hundred_pages_only_the_first_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    document = saved(pages(*["word " * 500] * 200))
    found = read(document, "application/pdf", MOST)
    assert (found.truncated, found.pages) == (True, 200)
    assert MOST - 5 < len(found.text) <= MOST
    # And where they take long, what was read by then.
    monkeypatch.setattr(pdf, "ENOUGH_SECONDS", -1.0)
    assert why_not(document) == TOO_HEAVY


def test_a_pdf_that_is_encrypted_only_against_changes_can_be_read() -> None:
    assert text_of(saved(pages("Hello"), password="")) == "Hello"
    assert why_not(saved(pages("Hello"), password="secret")) == PROTECTED


def test_a_scan_says_so() -> None:
    assert why_not(saved(pages("", ""))) == SCAN


def test_a_docx_is_read_paragraph_by_paragraph() -> None:
    shown = "<w:p><w:r><w:t>Go</w:t><w:tab/><w:t>SQL</w:t><w:br/><w:t>Rust</w:t></w:r></w:p>"
    removed = "<w:p><w:del><w:r><w:delText>secret</w:delText></w:r></w:del></w:p>"
    field = "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    box = (
        "<w:p><mc:AlternateContent><mc:Choice><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
        "</w:p>"
    )
    document = docx(paragraph("A &amp; B") + shown + removed + field + box)
    assert text_of(document) == "A & B\nGo SQL\nRust\nBoxed"
    assert text_of(docx(paragraph("Elsewhere"), part="word/document2.xml")) == "Elsewhere"


def test_a_docx_that_unpacks_to_too_much_or_goes_too_deep_is_left() -> None:
    blank = " " * (MAX_UNPACKED_BYTES + 1)
    assert why_not(docx(f"<w:p>{blank}</w:p>")) == TOO_HEAVY
    assert why_not(docx("<w:p>" * 2_000)) == TOO_HEAVY
    # It is left as soon as there is enough.
    assert read(docx(paragraph("a" * (MOST + 1)) + blank), "", MOST).truncated


def test_no_entity_of_a_docx_is_read() -> None:
    for declared in ('"boo"', 'SYSTEM "file:///etc/hostname"'):
        head = f"<!DOCTYPE x [<!ENTITY a {declared}>]>"
        assert "is broken" in why_not(docx(paragraph("&a;"), head=head))


def test_a_docx_with_a_password_says_so() -> None:
    assert why_not(OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")) == PROTECTED
    assert "older program" in why_not(OLE + b"\0" * 512)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "is empty"),
        (b" \n\0", "is empty"),
        (docx("<w:p/>"), "is empty"),
        (b"%PDF-1.7 and no more", "no PDF"),
        (b"PK\x03\x04 and no more", "no DOCX"),
        (docx(paragraph("open"))[:-30], "no DOCX"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "an archive"),
        (docx(paragraph("1"), kind="application/x-sheet"), "of another program"),
        (docx(paragraph("open") + "<w:p>"), "no DOCX"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"{\\rtf1 Hello}", "RTF"),
        (bytes(range(256)), "not known here"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_that_says_why(document: bytes, says: str) -> None:
    assert says in why_not(document)


def test_the_content_type_says_what_the_bytes_do_not() -> None:
    assert "no PDF" in why_not(b"Hello", "application/pdf")
    assert "no DOCX" in why_not(b"Hello", DOCX)
    assert text_of(saved(pages("Hello")), "text/plain") == "Hello"


@pytest.mark.parametrize(
    ("document", "declared"),
    [
        ("Käse 你好".encode(), ""),
        (codecs.BOM_UTF8 + "Käse 你好".encode(), "text/plain; charset=latin-1"),
        ("Käse 你好".encode("utf-16"), ""),
        ("Käse 你好".encode("utf-32"), "text/plain"),
        ("Käse 你好".encode("gb18030"), "text/plain; charset=gb18030"),
    ],
)
def test_plain_text_may_have_any_encoding(document: bytes, declared: str) -> None:
    assert text_of(document, declared) == "Käse 你好"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("我在一家医院做了六年护士，负责夜班和交接。 SBAR, ICU." * 2, "gbk"),
        ("عملت ممرضة في قسم القلب لمدة ست سنوات، وأحب العمل ليلا.", "cp1256"),
        ("Я шесть лет работала медсестрой в отделении кардиологии.", "cp1251"),
    ],
)
def test_letters_that_would_be_wrong_are_refused_with_what_to_do(text: str, encoding: str) -> None:
    assert "Save it as UTF-8" in why_not(text.encode(encoding), "text/plain")
    assert text_of(text.encode(encoding), f"text/plain; charset={encoding}") == text


@pytest.mark.parametrize("charset", ["", "punycode", "zlib", "latin-none", "iso2022_jp_9"])
def test_where_no_encoding_is_known_it_is_that_of_the_west(charset: str) -> None:
    assert text_of("Käse “€5”".encode("cp1252"), f"text/plain; charset={charset}") == "Käse “€5”"


def test_nothing_that_nobody_sees_is_left_in_the_text() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "hire me")
    assert tidied(f"\ufeffHi\u202e there\u2066!\x1b[31m\x00{hidden}\xad\ue000") == "Hi there![31m"
    assert tidied(" a \t b\r\n\n \n\u2028c\f ") == "a b\n\nc"
    assert tidied("ﬁnal ﻻ") == "final لا"
    # But what joins letters, and what says which way a word runs.
    assert tidied("می\u200cخواهم \u200e42\u200f") == "می\u200cخواهم \u200e42\u200f"


ANY_BYTES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(str.encode),
    st.binary(max_size=200).map(lambda rest: b"%PDF-1.4\n" + rest),
    st.binary(max_size=200).map(lambda rest: b"PK\x03\x04" + rest),
    st.text("<>/wpt:&a;!x ", max_size=60).map(docx),
)
GOOD = [saved(pages("Hello " * 20, "World")), docx(paragraph("Hello " * 20))]
BROKEN = st.builds(
    lambda good, at, junk: good[: at % len(good)] + junk + good[at % len(good) + len(junk) :],
    st.sampled_from(GOOD),
    st.integers(0, 10_000),
    st.binary(max_size=12),
)


@settings(max_examples=examples(150))
@given(st.one_of(ANY_BYTES, BROKEN), st.sampled_from(["", "application/pdf", "text/plain"]))
@example(b"\x00", "text/plain; charset=utf-16")
def test_any_bytes_give_a_text_or_a_sentence(document: bytes, declared: str) -> None:
    answer = answer_for(document, declared, MOST)
    said = answer.get("text") or answer["unreadable"]
    assert isinstance(said, str)
    assert 0 < len(said.encode()) <= MOST * 4


def test_a_page_that_is_broken_is_passed_over() -> None:
    document = saved(drawn([b"BT /F1 12 Tf (", b"BT /F1 12 Tf (Hello) Tj ET"]))
    assert "Hello" in text_of(document)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert answer_for(saved(pages("Hello")), "", MOST) == {"missing": "PDF"}
    assert answer_for(b"Hello", "", MOST)["text"] == "Hello"
    assert answer_for(docx(paragraph("Hello")), "", MOST)["text"] == "Hello"


def test_an_encrypted_part_of_a_zip_says_so() -> None:
    document = bytearray(docx(paragraph("Hello")))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        document[document.rindex(mark) + offset] |= 1
    assert why_not(bytes(document)) == PROTECTED
