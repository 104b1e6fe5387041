"""PDFs: tagged, in all scripts, and of words that can do nothing."""

import asyncio
import shutil
import subprocess
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest

from api.transcript.document import transcript_of
from api.transcript.layout import lay_out
from api.transcript.pdf import Pdf, PdfNotMade, Typesetter, check_installed
from api.transcript.sheets import sheet_of
from eventlog.records import Record
from statemachine.commands import give_answer, start_interview
from statemachine.roles import DATA_ANALYST
from statemachine.session import Config
from tests.api.transcript.test_transcript import HOSTILE, hostile_everywhere
from tests.eventlog.interviews import ask, close
from tests.stories import records_of, with_summary

needs_typst = pytest.mark.skipif(find_spec("typst") is None, reason="takes the extra pdf")

HINDI = "मैंने पहले परीक्षण लिखे"
BENGALI = "আমি প্রথমে পরীক্ষা লিখেছি"
ARABIC = "كتبت ثم نشرت"
CHINESE = "我先写测试然后部署服务"
FONTS = ("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Arabic", "Noto Sans CJK SC")


def interview(*answers: str) -> list[Record]:
    config = Config(role=DATA_ANALYST, total_questions=len(answers))
    turns = [event for n, said in enumerate(answers, 1) for event in (ask(n), give_answer(said))]
    return records_of(*with_summary(start_interview(config, "Be kind."), *turns, close()))


def pdf_of(*answers: str) -> Pdf:
    return asyncio.run(Typesetter().make(lay_out(transcript_of(interview(*answers)))))


def text_of(pdf: Pdf, path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("takes pdftotext (poppler-utils)")
    path.write_bytes(pdf.content)
    run = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    return run.stdout.decode()


@needs_typst
def test_it_is_tagged_and_has_a_title_and_a_language() -> None:
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(BytesIO(pdf_of("It works.").content))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Interview transcript: Data Analyst"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert {"/H1", "/H2", "/L", "/LI", "/P"} <= set(kinds(root["/StructTreeRoot"]))


def kinds(node: object) -> list[str]:
    """The kinds of the structure's elements."""
    found: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        each = each.get_object() if hasattr(each, "get_object") else each
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            found += [str(each["/S"])] if "/S" in each else []
            waiting += [each["/K"]] if "/K" in each else []
    return found


@needs_typst
def test_words_of_every_script_can_be_read_out(tmp_path: Path) -> None:
    import typst

    families = typst.Fonts().families()
    if lacks := [font for font in FONTS if font not in families]:
        pytest.skip(f"takes the fonts {', '.join(lacks)}")
    pdf = pdf_of("Café, “naïve”.", HINDI, BENGALI, ARABIC, CHINESE)
    text = text_of(pdf, tmp_path / "a.pdf")
    assert pdf.missing == ()
    for words in ("Café, “naïve”.", HINDI, BENGALI, ARABIC, CHINESE):
        assert words in text
    headings = [f"Question {n}" for n in range(1, 6)]
    places = [text.index(part) for part in ("Summary", "Conversation", *headings, "Appendix")]
    assert places == sorted(places)


def test_arabic_runs_from_right_to_left_in_its_own_language() -> None:
    sheet = sheet_of(lay_out(transcript_of(interview("(1) " + ARABIC + " v1.2\nIn English"))))
    (said,) = [s for s in sheet["sections"] if s["heading"] == "Question 1"]
    arabic, english = said["blocks"][1]["paragraphs"]
    assert (arabic["rtl"], arabic["lang"]) == (True, "ar")
    assert (english["rtl"], english["lang"]) == (False, "en")


@needs_typst
def test_a_character_that_no_font_has_is_shown_by_its_code(tmp_path: Path) -> None:
    pdf = pdf_of("before \ua7f1 \u05ff after")
    assert pdf.missing
    text = text_of(pdf, tmp_path / "a.pdf")
    assert f"<U+{ord(pdf.missing[0]):04X}>" in text
    assert "no font on the gateway’s machine" in " ".join(text.split())


@needs_typst
def test_hostile_words_are_plain_text(tmp_path: Path) -> None:
    typst_code = '#panic() #read("/etc/passwd") $x$ @ref <a> */ // = no heading'
    text = text_of(pdf_of(typst_code), tmp_path / "a.pdf")
    assert typst_code in " ".join(text.split())
    words = "\n".join([*HOSTILE, typst_code])
    assert asyncio.run(Typesetter().make(lay_out(hostile_everywhere(words)))).content


@needs_typst
def test_a_word_that_is_longer_than_a_line_is_broken(tmp_path: Path) -> None:
    text = text_of(pdf_of("x" * 2_000), tmp_path / "a.pdf")
    assert text.count("x") >= 2_000
    assert max(line.count("x") for line in text.splitlines()) < 120


def test_without_the_typesetter_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.transcript.pdf.find_spec", lambda _: None)
    with pytest.raises(PdfNotMade, match=r"install interview-gateway\[pdf\]"):
        check_installed()
