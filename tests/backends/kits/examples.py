"""A small kit, and any kit at all."""

from typing import Any

from hypothesis import strategies as st

from backends.kits.kit import Criterion, Kit, KitQuestion, is_kit_id

SMALL = """\
role = "Diver"
greeting = "Welcome to the interview."
closing = "Thank you. This concludes the interview."

[[questions]]
text = "How deep do you dive?"
listen_for = ["metres", "gas"]
follow_ups = ["How do you know?"]
criteria = ["safety"]

[[questions]]
text = "What do you check before a dive?"
listen_for = [
  "valves",
  "the other diver",
]
follow_ups = ["What came of it?"]
criteria = ["safety"]

[[rubric]]
id = "safety"
name = "Safety"
levels = ["dives", "checks, then dives"]
"""

ids = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).filter(is_kit_id)


def plain(most: int, **more: Any) -> st.SearchStrategy[str]:
    """Any text that a kit may hold, quotation marks and backslashes among it."""
    characters = st.one_of(
        st.sampled_from("\"'\\#=[]{}, abcİß中ب\u200d🙂"),
        st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp"), **more),
    )
    texts = st.text(characters, min_size=1, max_size=most).map(str.strip)
    return texts.filter(lambda text: text != "" and "<" not in text and "](" not in text)


def lists(texts: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(texts, min_size=least, max_size=most)


lines = plain(60).filter(lambda text: "```" not in text)


@st.composite
def kits(draw: st.DrawFn) -> Kit:
    """Any kit, in a language whose words nobody reads."""
    criteria = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    some = st.lists(st.sampled_from(criteria), min_size=1, max_size=3)
    question = st.fixed_dictionaries(
        {
            "text": lines,
            "simpler": st.none() | lines,
            "listen_for": lists(lines, 2, 5),
            "follow_ups": lists(lines, 1, 3),
            "criteria": some,
        }
    ).map(KitQuestion.model_validate)
    return Kit(
        role=draw(lines),
        seniority=draw(lines),
        language=draw(st.sampled_from(["fi", "de-CH", "zh-Hant"])),
        prompt=draw(st.none() | st.lists(lines, min_size=1, max_size=4).map("\n".join)),
        greeting=draw(lines),
        closing=draw(lines),
        questions=draw(st.lists(question, min_size=1, max_size=3, unique_by=lambda q: q.text)),
        rubric=[
            Criterion(id=id, name=draw(lines), levels=draw(lists(lines, 2, 5))) for id in criteria
        ],
    )
