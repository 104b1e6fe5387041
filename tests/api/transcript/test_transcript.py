"""Transcripts: complete, readable, and of words that can do nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.transcript.conversation import ENDINGS
from api.transcript.document import Transcript, transcript_of
from api.transcript.escaping import escape_controls, escape_line
from api.transcript.evidence import Evidence
from api.transcript.html import as_html
from api.transcript.markdown import as_markdown, quotable
from eventlog.records import Record
from statemachine.commands import OPENING_WORDS, give_answer, start_interview
from statemachine.events import (
    OUTLIVES_FORGETTING,
    Attempt,
    Ending,
    Event,
    InterviewCompleted,
    InterviewHeld,
    InterviewReleased,
    Origin,
    QuestionAsked,
    QuestionKept,
    SessionRefused,
)
from statemachine.roles import DATA_ANALYST
from statemachine.session import MAX_REASON_CHARS, Config
from statemachine.states import State
from tests.api.transcript.rendering import RENDERERS, Element, by_github, by_markdown_it, parsed
from tests.eventlog.interviews import OPENING, WHOLE, ask, close, start
from tests.stories import (
    EVERYTHING,
    FROM_THE_START,
    ID,
    INTERRUPTED,
    OTHER_ID,
    adopted,
    forget,
    records_of,
    with_summary,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "</p></section><h2>Answer 9</h2><img src=x onerror=alert(1)>",
    "<!-- a comment --><?pi?><![CDATA[x]]><!DOCTYPE x>",
    '" onmouseover="alert(1)',
    "&lt;b&gt; &#60;b&#62; &amp;",
    "# heading\n## Question 2\nsetext\n===\nsetext\n---\n***\n- - -\n___",
    "- item\n+ item\n* item\n1. item\n2) item\n- [ ] task\n> quote\n>> quote",
    "    code\n\tcode\n```python\nfenced\n```\n~~~\nfenced\n~~~",
    "*a* **b** _c_ __d__ ~~e~~ `f` ``g`` ***h***",
    "[a](https://a.example) ![b](c.png) [d]: e 'f'\n\n[d]\n[^1]\n\n[^1]: note",
    "https://a.example www.b.example c@d.example <https://e.example> <f@g.example> h.example",
    "HTTPS://A.EXAMPLE WWW.B.EXAMPLE mailto:a@b.example xmpp:a@b.example //d.example",
    "ftp://c.example file:///d HTTP://e.example.",
    "(https://a.example/`x`) `https://b.example` ``c@d.example``` @me #12 a/b#3",
    "| a | b |\n|---|:-:|\n| c | d |",
    "a\n-\n\nb\n:-:\n\nc | d\n- | -\ne | f",
    "hard  \nbreak\\\nhere\n\n\n  \n\nafter blank lines  ",
    "\\*not\\* \\<b\\> \\",
    "$x^2$ $$y$$ :smile: ==mark== ++ins++ {.class} %%c%% ^sup^\n: term",
    "\x1b[31mred\x07 \u202eturned\u202c \u2066x\u2069 a\rb \u2028 \u200b\ufeff \U000e0041",
    "\u00a0edge\u3000\n\u2003x\u2003\n\tx\t",
    "[!NOTE]\nx\n\n[!WARNING]",
    "-1.5 .5 :a :) -- --- ... 1.a 12)b 3.14 v1.2.3",
    "- \n\n-\n\n1.\n\n#\n\n+",
    "`\n``\n```\n`@\n@`\n``@`` www.`",
]

ANY_WORDS = (
    st.sampled_from(HOSTILE)
    | st.text(st.sampled_from("\\`*_{}[]<>#&|~$^=%+-.:!()\"'/@ \n\t1aw"), min_size=1)
    | st.lists(
        st.sampled_from(
            [
                *"\\`*_[]()<>#&|~-=+.:!@ \n\t1",
                "www.",
                "https://",
                "a.example",
                "```",
                "\n\n",
                "  \n",
            ]
        ),
        min_size=1,
        max_size=25,
    ).map("".join)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1)
)
WORDS = ANY_WORDS.filter(lambda words: bool(words.strip()))


def transcript(*events: Event) -> Transcript:
    return transcript_of(records_of(*events))


def hostile_everywhere(words: str) -> Transcript:
    """An interview in which `words` stand wherever the words of others can."""
    short = words[:200].strip() or "x"
    origin = Origin(
        backend=words,
        model=words,
        elapsed_ms=5,
        attempts=(Attempt(backend=words, reason=words, elapsed_ms=3),),
    )
    config = Config(role=DATA_ANALYST, model=short, total_questions=1)
    reason = words[:MAX_REASON_CHARS].strip() or "x"
    events = with_summary(
        start_interview(config, words),
        QuestionAsked(number=1, content=words, origin=origin),
        SessionRefused(place=words, fingerprint="00" * 32),
        give_answer(words),
        InterviewHeld(reason=reason),
        InterviewReleased(reason=reason),
        InterviewCompleted(ending=Ending.ALL_ANSWERED, content=words, origin=origin),
        words=words,
    )
    return transcript(*events)


# The document


def entries(found: Transcript) -> list[dict[str, Any]]:
    dumped = found.model_dump(mode="json", by_alias=True, exclude_none=True)
    listed: list[dict[str, Any]] = dumped["entries"]
    return listed


def test_it_says_of_what_interview_it_is() -> None:
    found = transcript(*FROM_THE_START).model_dump(mode="json", by_alias=True, exclude_none=True)
    found.pop("entries")
    assert found == {
        "interviewId": ID,
        "role": "Data Analyst",
        "state": "complete",
        "startedAt": "2026-01-05T10:30:00.000Z",
        "endedAt": "2026-01-05T10:30:06.000Z",
        "totalQuestions": 2,
        "questionsAsked": 2,
        "responsesGiven": 2,
        "adopted": False,
        "onHold": False,
    }


def test_it_holds_all_that_was_said_and_where_it_came_from() -> None:
    found = entries(transcript(*FROM_THE_START))
    assert [(e["kind"], e.get("number"), e.get("words")) for e in found] == [
        ("interview-started", None, None),
        ("question-asked", 1, "Why?"),
        ("session-refused", None, None),
        ("answer-given", 1, "Because."),
        ("question-asked", 2, "Why?"),
        ("answer-given", 2, "It works."),
        ("interview-completed", None, "Thank you."),
        ("summary-given", None, "It went well."),
    ]
    assert [message["content"] for message in found[0]["messages"]] == [
        "Be kind.",
        "Please start the interview.",
    ]
    assert found[1]["source"] == {"backend": "templates", "elapsedMs": 0, "passedOver": []}
    assert found[2]["place"] == "messages[2].content"
    assert found[6]["ending"] == "all-answered"
    assert found[7]["source"] == {
        "backend": "ollama",
        "model": "llama3.2:1b",
        "elapsedMs": 1350,
        "passedOver": [
            {
                "backend": "granite-interview-service",
                "reason": "Connection refused",
                "elapsedMs": 12,
            }
        ],
    }
    assert all(e["vouchedFor"] and not e["forgotten"] for e in found)
    assert [e["version"] for e in found] == list(range(1, 9))


def test_what_was_said_before_an_adoption_is_not_vouched_for_and_has_no_time() -> None:
    found = entries(transcript(*EVERYTHING))
    marks = [(e["kind"], e["vouchedFor"], "time" in e, e.get("number")) for e in found[:5]]
    assert marks == [
        ("interview-started", False, False, None),
        ("question-asked", False, False, 1),
        ("session-adopted", True, True, None),
        ("session-refused", True, True, None),
        ("answer-given", True, True, 1),
    ]
    assert found[2]["forkedFrom"] == {"interviewId": OTHER_ID, "version": 4}
    assert all("number" not in e or e["number"] in (1, 2) for e in found)


def test_a_complete_session_that_was_adopted_ended_nobody_knows_when() -> None:
    found = transcript(adopted(7))
    assert found.state is State.COMPLETE
    assert found.ended_at is None
    assert [e["kind"] for e in entries(found)][-2:] == ["interview-completed", "session-adopted"]


@pytest.mark.parametrize("events", [WHOLE, EVERYTHING, (start(),), (adopted(5), give_answer("A"))])
def test_a_forgotten_interview_keeps_positions_kinds_times_and_numbers(
    events: tuple[Event, ...],
) -> None:
    before = [e for e in entries(transcript(*events)) if "time" in e]
    found = transcript_of(forget(records_of(*events)))
    after = entries(found)
    kept = ("kind", "position", "version", "time", "number")
    assert [{k: e.get(k) for k in kept} for e in after[:-1]] == [
        {k: e.get(k) for k in kept} for e in before
    ]
    assert after[-1]["kind"] == "content-forgotten"
    assert found.forgotten is not None
    assert found.forgotten.reason == after[-1]["reason"] == "The candidate asked for it."
    assert found.state is State.FORGOTTEN
    for entry in after:
        outlives = entry["kind"] in OUTLIVES_FORGETTING
        assert entry["forgotten"] is not outlives
        assert ("reason" in entry or "by" in entry) is outlives
        assert not {"words", "source", "messages", "place"} & set(entry)


# For a person


CASES: dict[str, list[Record]] = {
    "whole": records_of(*FROM_THE_START),
    "adopted": records_of(*EVERYTHING),
    "forgotten": forget(records_of(*EVERYTHING)),
    "under way": records_of(*OPENING),
    "on hold": records_of(*OPENING, InterviewHeld(reason="A court.")),
    "closed": records_of(*OPENING, give_answer("Because."), close(Ending.CLOSED_BY_INTERVIEWER)),
    "no question": records_of(start()),
    "streamed": records_of(*INTERRUPTED),
}

TOLD: dict[str, list[str]] = {
    "whole": [
        "Role",
        "Data Analyst",
        ID,
        "Started",
        "2026-01-05 10:30:00 UTC",
        "Ended",
        "2026-01-05 10:30:06 UTC",
        "2 of 2 asked, 2 answered",
        "10:30:03 UTC",
        "From templates, in 0 ms.",
        "From ollama, model llama3.2:1b, in 1.4 s.",
        "Not used: granite-interview-service after 12 ms, because “Connection refused”.",
        "All questions were answered.",
        "After 2 questions and 2 answers.",
        "messages[2].content",
    ],
    "adopted": [
        "Adopted",
        "Question 1 (not proved)",
        "Nothing proves what was said before this point.",
        f"It branches off interview {OTHER_ID} after event 4.",
        "Put on hold",
        "Reason: “A court asked for it.”",
        "Hold lifted",
    ],
    "forgotten": [
        "The words of this interview were erased on 2026-02-04 10:30:00 UTC.",
        "Reason: “The candidate asked for it.”",
        "Question 2 (erased)",
        "Candidate: the words were erased.",
        "The words were erased.",
        "Reason: “A court asked for it.”",
        "erased; before, it was complete",
    ],
    "streamed": [
        "Reply interrupted",
        "The reply was interrupted after the candidate saw these words: “Hello”.",
        "From ollama, model llama3.2:1b, in 13 s; 8 s loading, 2 s reading, 2 s writing, ",
        "The question is from templates.",
        "The gateway left out 1 early answer, because the model's context was full.",
        "Not used: openai, model qwen3 after 900 ms, because “Broke off its answer”.",
        "The candidate first saw “Thank you for”.",
    ],
    "under way": ["under way", "1 of 2 asked, 0 answered"],
    "on hold": ["This interview is on hold: its words cannot be erased."],
    "closed": ["The interviewer closed the interview before all questions were answered."],
    "no question": ["started; no question was asked yet", "0 of 2 asked, 0 answered"],
}


def text_of(html: str) -> str:
    """The text of a page, a warning beside a heading as in Markdown."""
    marked = re.sub(r' <span class="mark">(.*?)</span>', r" (\1)", html)
    marked = re.sub(r" <time .*?</time>(?= \()", "", marked)
    return parsed(marked).text


@pytest.mark.parametrize("case", CASES)
def test_both_formats_tell_the_same(case: str) -> None:
    found = transcript_of(CASES[case])
    page = text_of(as_html(found))
    rendered = parsed(by_github(as_markdown(found))).text
    for told in TOLD[case]:
        assert told in page
        assert told in rendered


def test_an_interview_that_was_not_forgotten_is_not_said_to_be() -> None:
    assert "erased" not in as_markdown(transcript(*WHOLE))
    assert "prove" not in as_markdown(transcript(*WHOLE))


def test_a_later_day_is_told_with_its_date() -> None:
    told = by_github(as_markdown(transcript_of(CASES["forgotten"])))
    assert "2026-02-04 10:30:00 UTC. Words erased." in told


@pytest.mark.parametrize("write", [as_markdown, as_html])
def test_the_conversation_comes_first_and_what_nobody_said_is_in_no_turn(
    write: Callable[[Transcript], str],
) -> None:
    text = write(transcript(*FROM_THE_START))
    order = ["Summary", "It went well.", "Conversation", "Question 1", "Because.", "Question 2"]
    order += ["It works.", "Closing", "Appendix", "Sources and timings", "Events", "Be kind."]
    places = [text.index(part, text.index("10:30:06 UTC")) for part in order]
    assert places == sorted(places)
    assert OPENING_WORDS not in text


def test_the_title_names_the_candidate_as_plain_text() -> None:
    named = transcript(*FROM_THE_START).model_copy(update={"candidate_name": "<b>Ada</b> *x*"})
    assert parsed(by_github(as_markdown(named))).all("h1")[0].text.endswith(", <b>Ada</b> *x*")
    page = parsed(as_html(named))
    for tag in ("title", "h1"):
        assert page.all(tag)[0].text == "Interview transcript: Data Analyst, <b>Ada</b> *x*"


def test_a_turn_that_keeps_the_question_belongs_to_it() -> None:
    kept = QuestionKept(number=1, content="The question was: Why?")
    events = (start(), ask(1), give_answer("Pardon?"), kept, give_answer("Because."), ask(2))
    page = parsed(as_html(transcript(*events)))
    first, second = page.all("section", "question")
    assert [p.text for p in first.all("p") if "dir" in p.attributes][1:] == [
        "Pardon?",
        "The question was: Why?",
        "Because.",
    ]
    assert [h.text for h in (*first.all("h3"), *second.all("h3"))] == ["Question 1", "Question 2"]


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_is_told(ending: Ending) -> None:
    assert ENDINGS[ending]


def test_the_evidence_names_each_event_and_the_checkpoint() -> None:
    note = "log/1\n8\nabc+/=\n\n— log/1 AAAA+b==\n"
    evidence = Evidence(leaves=((1, 40, "ab" * 32),), checkpoint=note)
    found = transcript(*FROM_THE_START)
    for root in (parsed(by_github(as_markdown(found, evidence))), parsed(as_html(found, evidence))):
        assert f"Event 1, position 40 in the log: {'ab' * 32}" in root.text
        assert any("8\nabc+/=" in p.text.replace("\n\n", "\n") for p in root.all("p"))


# Markdown


def collapsed(words: str) -> str:
    """The words as paragraphs show them: blank lines count once, and not at either end."""
    return re.sub(r"\n(?:[^\S\n]*\n)+", "\n\n", escape_controls(words).strip("\n"))


def paragraphs_of(root: Element) -> str:
    """The text of paragraphs, as it was written."""
    # A renderer puts a line feed of its own after each <br>.
    return "\n\n".join(p.text.replace("\n\n", "\n") for p in root.all("p"))


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_plain_text(render: Callable[[str], str], words: str) -> None:
    check_plain(render, words)


@given(WORDS)
@example("`` ` ``@ `")
def test_any_words_are_plain_text_to_a_commonmark_renderer(words: str) -> None:
    check_plain(by_markdown_it, words)


@given(WORDS)
def test_any_words_are_plain_text_to_githubs_renderer(words: str) -> None:
    check_plain(by_github, words)


def check_plain(render: Callable[[str], str], words: str) -> None:
    root = parsed(render(quotable(words)))
    assert {element.tag for element in root.all()} <= {"p", "br", "code"}
    assert paragraphs_of(root) == collapsed(words)
    for element in root.all():
        assert not element.attributes


MARKDOWN_TAGS = {"h1", "h2", "h3", "ul", "li", "strong", "em", "p", "blockquote", "br", "code"}


@given(WORDS)
def test_no_words_change_the_outline_of_a_markdown_transcript(words: str) -> None:
    expected = outline(by_github(as_markdown(hostile_everywhere("plain"))))
    text = as_markdown(hostile_everywhere(words))
    for render in RENDERERS:
        html = render(text)
        root = parsed(html)
        assert {element.tag for element in root.all()} <= MARKDOWN_TAGS
        assert not any(element.attributes for element in root.all())
        assert outline(html) == expected
        quotes = [paragraphs_of(quote) for quote in root.all("blockquote")]
        said = [collapsed(words)] * 5
        shown = escape_line(words)
        source = f"From {shown}, model {shown}, in 5 ms."
        passed_over = f"Not used: {shown} after 3 ms, because “{shown}”."
        texts = [item.text.strip("\n") for item in root.all("li")]
        for name in ("Question 1", "Closing"):
            assert f"{name}. {source}" in texts
            assert f"{name}. {passed_over}" in texts
        assert quotes == said


def outline(html: str) -> list[str]:
    return [e.text for e in parsed(html).all() if e.tag in ("h1", "h2", "h3", "strong", "em")]


def test_plain_words_stay_readable_in_the_source() -> None:
    words = "I'd say: measure first (always), then cut. It's 2-3 times faster!"
    assert quotable(words) == words


def test_line_breaks_and_paragraphs_stay() -> None:
    text = as_markdown(transcript(*OPENING, give_answer("One\ntwo\n\nthree")))
    assert "> One\\\n> two\n>\n> three\n" in text


# HTML


HTML_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "dl", "dt", "dd", "p",
    "section", "header", "h2", "h3", "ul", "li", "span", "bdi",
}  # fmt: skip
STYLES = {
    "notice", "entry", "mark", "label", "words", "interviewer", "candidate", "code", "about",
    "opening", "question", "closing", "summary", "part",
}  # fmt: skip
OWN_VALUES: dict[str, Callable[[str], bool]] = {
    "class": STYLES.__contains__,
    "lang": ("", "en").__contains__,
    "dir": "auto".__eq__,
    "datetime": lambda value: bool(re.fullmatch(r"2026-\d\d-\d\dT[\d:.]+Z", value)),
}


@given(WORDS)
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[3])
def test_no_words_become_markup_on_a_page(words: str) -> None:
    root = parsed(as_html(hostile_everywhere(words)))
    for element in root.all():
        assert element.tag in HTML_TAGS
        if element.tag != "meta":
            for name, value in element.attributes.items():
                assert OWN_VALUES[name](value or "")
    said = [p for p in root.all("p") if p.attributes.get("dir") == "auto"]
    assert [p.text for p in said] == [escape_controls(words)] * 5
    assert escape_line(words) in [bdi.text for bdi in root.all("bdi")]


def test_a_page_needs_nothing_else_and_may_load_nothing() -> None:
    html = as_html(transcript(*EVERYTHING))
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    (policy,) = [
        meta.attributes["content"]
        for meta in parsed(html).all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert not re.search(r"url\(|@import|<script|<link|\ssrc=|\shref=", html)
    assert "@media print" in html
    assert "prefers-color-scheme: dark" in html


def test_a_question_without_an_origin_says_nothing_of_one() -> None:
    event = QuestionAsked(number=1, content="Why?")
    assert "From " not in as_markdown(transcript(start(), event))
    assert "From templates" in as_markdown(transcript(start(), ask(1)))
