"""The words of the candidate's side: each language has all of them, English has none too many."""

import json
import re
import subprocess
import tomllib
from importlib import resources
from typing import Any

import pytest

from api.http.routes.page import FOLDER
from statemachine.listening.reading import confirms, listen
from statemachine.listening.stopping import STOP_QUESTIONS
from tests.client.tools import NODE, needs_node
from tests.page.test_frame import KITS, STAFF

Text = str | dict[str, str]

WORDS = FOLDER / "words"
CODES = ("de", "fr", "es", "pt", "hi", "bn", "ar", "zh")

FORMS = {
    **{code: {"one", "other"} for code in ("en", "de", "hi", "bn")},
    **{code: {"one", "many", "other"} for code in ("fr", "es", "pt")},
    "ar": {"zero", "one", "two", "few", "many", "other"},
    "zh": {"other"},
}
"""The plural forms of cardinal numbers (CLDR 44), which browsers choose by."""

SCRIPTS = {
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "ar": "\u0600-\u06ff",
    "zh": "\u4e00-\u9fff",
}
"""The letters that a text of the language has, whatever names stand in it."""

STAFF_SEES = (*STAFF, *KITS, "model-choice")
SIDES_WITH_WORDS = [
    *(FOLDER / "views").glob("*.js"),
    *(FOLDER / "voice").glob("*.js"),
    *(FOLDER / name for name in ("notices.js", "language.js")),
]


def words_of(code: str) -> dict[str, Text]:
    """A language's texts. A text with plural forms is a table of them."""
    source = (WORDS / f"{code}.js").read_text()
    found: dict[str, Text] = json.loads(source.partition("words = ")[2].rstrip().rstrip(";"))
    return found


def forms_of(text: Text) -> dict[str, str]:
    return text if isinstance(text, dict) else {"": text}


def places_in(text: str) -> list[str]:
    """The names in braces, which values replace."""
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_the_page_offers_each_language_that_has_words() -> None:
    offered = re.search(r"LANGUAGES = \{(.*?)\}", (FOLDER / "language.js").read_text(), re.DOTALL)
    assert offered is not None
    codes = re.findall(r"^  (\w\w):", offered[1], re.MULTILINE)
    assert (
        sorted(codes) == sorted(path.stem for path in WORDS.glob("*.js")) == sorted(["en", *CODES])
    )


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_each_text_of_english_and_keeps_its_placeholders(code: str) -> None:
    english, words = words_of("en"), words_of(code)
    assert list(words) == list(english)
    for key, text in words.items():
        assert isinstance(text, dict) == isinstance(english[key], dict), key
        if isinstance(text, dict):
            assert text.keys() == FORMS[code], key
        wanted = places_in(list(forms_of(english[key]).values())[-1])
        for form, one in forms_of(text).items():
            spelt_out = {"count"} if form in ("zero", "one", "two") else set()
            assert set(places_in(one)) | spelt_out == set(wanted) | spelt_out, (key, form)
            assert one.strip() == one != "", (key, form)
        if code in SCRIPTS and key != "wait.seconds":
            letters = f"[{SCRIPTS[code]}]"
            assert all(re.search(letters, one) for one in forms_of(text).values()), key


@pytest.mark.parametrize("code", CODES)
def test_no_two_languages_share_a_sentence(code: str) -> None:
    """A sentence that is the same as in English was forgotten."""
    english = words_of("en")
    same = [key for key, text in words_of(code).items() if text == english[key]]
    assert [key for key in same if " " in str(english[key]) and key != "wait.seconds"] == []


def test_each_text_is_used() -> None:
    sources = "\n".join(path.read_text() for path in FOLDER.rglob("*.js") if path.parent != WORDS)
    sources += "".join(path.read_text() for path in FOLDER.glob("*.html"))
    parts = set(re.findall(r"`([\w-]+\.)(?:with-)?\$\{", sources))

    def is_used(key: str) -> bool:
        return f'"{key}"' in sources or any(key.startswith(part) for part in parts)

    assert [key for key in words_of("en") if not is_used(key)] == []


def test_no_module_of_the_candidates_side_has_a_sentence_of_its_own() -> None:
    found = []
    for path in SIDES_WITH_WORDS:
        if path.stem in STAFF_SEES:
            continue
        code = re.sub(r"/\*.*?\*/|//.*$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
        code = re.sub(r"new Error\(.*\)", "", code)
        found += [(path.name, text) for text in re.findall(r'"([A-Z][\w’]+ [^"]*)"', code)]
    roles = {"Software Engineer", "Product Manager", "Data Analyst"}
    assert [(name, text) for name, text in found if text not in roles] == []


def test_the_page_knows_the_question_whether_to_end_the_interview() -> None:
    assert {code: words_of(code)["asides.stop-question"] for code in ("en", *CODES)} == (
        STOP_QUESTIONS
    )


@needs_node
def test_the_page_finds_the_question_by_the_label_of_each_language() -> None:
    folder = resources.files("backends.templates") / "words"
    labels = [
        tomllib.loads((folder / f"{code}.toml").read_text())["question_label"].format(number=2)
        for code in ("en", *CODES)
    ]
    script = (
        f"import {{ questionIn }} from {json.dumps(str(FOLDER / 'views/sentences.js'))};"
        f"const found = {json.dumps(labels)}.map((l) => questionIn(`Thanks. ${{l}}Why`, true)[0]);"
        "console.log(JSON.stringify(found));"
    )
    assert NODE is not None
    told = subprocess.run(
        [NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == [len("Thanks. ")] * len(labels)


@pytest.mark.parametrize("code", ["en", *CODES])
def test_the_interviewer_understands_what_the_buttons_say(code: str) -> None:
    if not (resources.files("statemachine.listening") / f"languages/{code}.toml").is_file():
        pytest.skip("nothing listens in this language yet")
    words: dict[str, Any] = words_of(code)
    for name, said in {"repeat": "repeat", "skip": "skip", "pause": "pause", "end": "stop"}.items():
        assert listen(words[f"says.{name}"], code, "").value == said, (code, name)
    assert confirms(words["says.yes"], code) is True
    assert confirms(words["says.no"], code) is False
