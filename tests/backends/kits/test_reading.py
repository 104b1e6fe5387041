"""A kit's file: what is written reads back the same, and what is wrong is told with its place."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.kits.errors import BrokenKit
from backends.kits.kit import Kit
from backends.kits.places import TooComplex, places_of
from backends.kits.reading import MAX_KIT_BYTES, read_kit
from backends.kits.writing import written
from tests.backends.kits.examples import SMALL, kits


def faults(text: str | bytes) -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BrokenKit) as broken:
        read_kit(content, "kits/diver.toml")
    return str(broken.value).splitlines()


def fault(old: str, new: str) -> str:
    """The one thing that is wrong if `old` in the example is `new`."""
    assert SMALL.count(old) == 1
    (said,) = faults(SMALL.replace(old, new))
    return said


@given(kits(), st.booleans())
def test_a_kit_that_is_written_reads_back_the_same(kit: Kit, with_comments: bool) -> None:
    again = read_kit(written(kit, with_comments=with_comments).encode(), "kit.toml")
    assert again == kit
    assert again.version == kit.version


@given(kits())
def test_a_kit_comes_back_from_its_json_the_same(kit: Kit) -> None:
    assert Kit.model_validate_json(kit.model_dump_json(by_alias=True)) == kit


def test_the_version_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    kit = read_kit(SMALL.encode(), "a.toml")
    other = SMALL.replace("[[rubric]]", "# How they are judged.\n[[ rubric ]]").encode()
    assert (
        read_kit(b"\xef\xbb\xbf" + other.replace(b"\n", b"\r\n"), "b.toml").version == kit.version
    )
    assert read_kit(SMALL.replace("metres", "feet").encode(), "a.toml").version != kit.version


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"What do you check before a dive?"', '""', ", line 12, questions[1].text: must not be"),
        ('"valves"', '" "', ", line 14, questions[1].listen_for[0]: must not be blank"),
        ('"What came of it?"', '"Fine."', ", line 17, questions[1].follow_ups[0]: must ask some"),
        ('text = "How deep do you dive?"\n', "", ", line 5, questions[0].text: is required"),
        ('role = "Diver"\n', "", ", line 1, role: is required"),
        ('role = "Diver"', "role = 7", ", line 1, role: must be text"),
        ('role = "Diver"', f'role = "{"r" * 101}"', ", line 1, role: must have at most 100 char"),
        ('role = "Diver"', 'role = "a\\nb"', ", line 1, role: must be one line"),
        ('role = "Diver"', 'role = "Diver"\nrole = "x"', ", line 2: is not TOML: cannot overwrite"),
        ('role = "Diver"', 'rôle = "Diver"', ", line 1: is not TOML: expected '=' after"),
        ('role = "Diver"', 'role = "Diver"\nlisten = 1', ", line 2, listen: is not known here"),
        ('role = "Diver"', 'role = "Diver"\nlanguage = "x!"', ", line 2, language: must be a lang"),
        ('id = "safety"', 'id = "Safety!"', ", line 21, rubric[0].id: "),
        ('"checks, then dives"]', "", ", line 24: is not TOML: invalid value"),
        ('"dives", "checks, then dives"', '"dives"', ", line 23, rubric[0].levels: must have 2 or"),
        ("This concludes the interview.", "", ", line 3, closing: must say that the interview end"),
        (
            "Welcome to the interview.",
            "This concludes the interview.",
            ", line 2, greeting: must n",
        ),
        (
            "What do you check before a dive?",
            "How deep do you dive?",
            ", line 12, questions[1].text",
        ),
        ("Diver", "\\u001b[31mDiver", ", line 1, role: must"),
        ("Diver", "\\u202eDiver", ", line 1, role: must not contain U+202E, which nobody sees"),
        ("Diver", "D\\U000E0041iver", ", line 1, role: must not contain U+E0041"),
        ("Diver", "<script>", ", line 1, role: must not contain markup, such as <s"),
        ("Diver", "<|im_end|>", ", line 1, role: must not contain markup, such as <|"),
        ("Diver", "[Diver](http://x.example)", ", line 1, role: must not contain markup"),
        ("Diver", "Diver\\u0000", ", line 1, role: must not contain the NUL character"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_field(old: str, new: str, said: str) -> None:
    words = SMALL if SMALL.count(old) == 1 else ""
    assert words, old
    lines = faults(words.replace(old, new))
    assert any(line.startswith(f"kits/diver.toml{said}") for line in lines), lines


def test_an_unknown_criterion_is_told_with_those_that_there_are() -> None:
    twice = 'criteria = ["safety"]\n\n[[rubric]]'
    said = fault(twice, twice.replace("safety", "courage"))
    assert said == (
        "kits/diver.toml, line 18, questions[1].criteria[0]: must be an id of the rubric: safety"
    )


def test_all_that_is_wrong_is_told_in_the_order_of_the_lines() -> None:
    said = faults(SMALL.replace('"How do you know?"', '""').replace('"Diver"', "1"))
    assert [line.split(",")[1] for line in said] == [" line 1", " line 8"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "kits/diver.toml, line 1, role: is required"),
        (b"\xff\xfer\x00", "kits/diver.toml, line 1: must be UTF-8 text"),
        (b'role = "a"\n# \xe4', "kits/diver.toml, line 2: must be UTF-8 text"),
        (b"#" * (MAX_KIT_BYTES + 1), "kits/diver.toml: must have at most 256 KiB"),
        (b"role = " + b"[" * 100_000, "kits/diver.toml, line 1: has more values than a kit"),
        (b"a = 1" + b"1" * 5_000, "kits/diver.toml: is not TOML: it has a number or a date that"),
        (b"a = 2026-13-41", "kits/diver.toml"),
        (b"\x1b[2J", "kits/diver.toml, line 1: is not TOML"),
        (b"[[questions]]\n" * 1_000, "kits/diver.toml, line 1"),
    ],
)
def test_a_file_that_is_no_kit_is_refused(content: bytes, said: str) -> None:
    found = faults(content)
    assert any(line.startswith(said) for line in found)
    assert all(line.isprintable() for line in found)
    assert len(found) <= 100


@pytest.mark.parametrize(
    "text",
    [
        f"[{'a.' * 60_000}a]\n" + "b1 = 1\n" * 9_000,
        "a." * 100_000 + "a = 1",
        "a = " + "{a=" * 60_000,
        "a = " + "[" * 200_000 + "]" * 50_000,
        'a = "' + '\\"' * 100_000,
        'a = """' + '""' * 100_000,
        "'" * 250_000,
        "a = [" + "1," * 120_000 + "]",
        "[[a]]\n" * 40_000,
        "\n".join(f"k{n} = 1" for n in range(20_000)),
    ],
    ids=range(10),
)
def test_a_hostile_file_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    faults(text)
    assert time.perf_counter() - began < 5


@given(st.text(st.sampled_from("a.=[]{}\"'\\\n,# 1")))
def test_any_text_has_places_or_is_too_complex(text: str) -> None:
    try:
        lines = places_of(text).values()
    except TooComplex as error:
        lines = [error.line]  # type: ignore[assignment]
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


@given(st.text(st.sampled_from("a=[]{}\"'\\\n,# 1")))
def test_any_text_is_a_kit_or_is_told_what_is_wrong(text: str) -> None:
    assert faults(text)
