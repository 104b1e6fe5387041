"""The state of an interview on the page: which event leads where, without a page."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.client.tools import NODE, needs_node

pytestmark = needs_node

Event = dict[str, Any]
State = dict[str, Any]

CONFIG = {"role": "Data Analyst", "model": "m", "totalQuestions": 3}
PASSES = {"words": "The gateway cannot be reached.", "helps": "again"}


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def session(*answers: str, complete: bool = False, asked: bool = True) -> dict[str, Any]:
    """The log's session after these answers; with `asked` off, before its first question."""
    messages = [message("system", "You interview."), message("user", "Please start.")]
    if asked:
        messages.append(message("assistant", "Question 1: Why?"))
    for number, answer in enumerate(answers, 2):
        messages += [message("user", answer), message("assistant", f"Question {number}: Why?")]
    return {
        "config": CONFIG,
        "messages": messages,
        "currentQuestion": min(3, len(answers) + 1),
        "isComplete": complete,
    }


def kept(text: str, answered: int = 0, unsent: str = "") -> dict[str, Any]:
    """A draft in the browser's storage."""
    return {"text": text, "answered": answered, "unsent": unsent}


def loaded(log: dict[str, Any], draft: dict[str, Any] | None = None) -> Event:
    return {"type": "loaded", "session": log, "kept": draft}


def status(phase: str) -> Event:
    about = {"backend": "ollama", "model": "llama3.2:3b", "elapsedMs": 6000, "at": 1}
    return {"type": "status", "phase": phase, **about}


def delta(text: str) -> Event:
    return {"type": "delta", "text": text}


def reset(text: str) -> Event:
    return {"type": "reset", "text": text, "reason": "Another took over."}


def done(log: dict[str, Any], draft: dict[str, Any] | None = None) -> Event:
    return {"type": "done", "session": log, "kept": draft}


def named(type: str) -> Event:
    return {"type": type}


LOADED = loaded(session())
SENT = {"type": "sent", "answer": "Because."}
TYPED = {"type": "typed", "text": "Because."}
LOST = {"type": "lost", "trouble": PASSES}

WAYS: dict[str, list[Event]] = {
    "loading": [],
    "idle": [LOADED],
    "sending": [LOADED, SENT],
    "waiting": [LOADED, SENT, status("loading")],
    "writing": [LOADED, SENT, delta("Thanks.")],
    "interrupted": [LOADED, SENT, delta("Thanks."), LOST],
    "stopped": [LOADED, SENT, named("stopped")],
    "complete": [loaded(session("One.", complete=True))],
    "ended": [LOADED, named("ended")],
}
"""A way into each phase."""

TRANSITIONS: list[tuple[str, Event, str]] = [
    ("loading", LOADED, "idle"),
    ("loading", loaded(session("One.", complete=True)), "complete"),
    ("loading", SENT, "loading"),
    ("loading", LOST, "loading"),
    ("idle", TYPED, "idle"),
    ("idle", SENT, "sending"),
    ("idle", delta("late words"), "idle"),
    ("idle", named("cancelled"), "idle"),
    ("sending", status("queued"), "waiting"),
    ("sending", delta("Thanks."), "writing"),
    ("sending", done(session("Because.")), "idle"),
    ("sending", done(session("Because.", complete=True)), "complete"),
    ("sending", named("refused"), "idle"),
    ("sending", TYPED, "sending"),
    ("waiting", status("reading"), "waiting"),
    ("waiting", reset("Thanks. "), "writing"),
    ("waiting", LOST, "interrupted"),
    ("waiting", named("stopped"), "stopped"),
    ("writing", status("writing"), "writing"),
    ("writing", delta(" Question 2: How?"), "writing"),
    ("writing", reset(""), "waiting"),
    ("writing", LOST, "interrupted"),
    ("writing", done(session("Because.")), "idle"),
    ("interrupted", named("retried"), "sending"),
    ("interrupted", named("stopped"), "stopped"),
    ("interrupted", reset("Thanks."), "writing"),
    ("interrupted", {"type": "found", "session": session("Because."), "kept": None}, "idle"),
    ("stopped", delta("late words"), "stopped"),
    ("stopped", {"type": "placed", "place": "recorded"}, "stopped"),
    ("stopped", {"type": "placed", "place": "unknown"}, "stopped"),
    ("stopped", {"type": "placed", "place": "not-sent"}, "idle"),
    ("stopped", SENT, "sending"),
    ("complete", SENT, "complete"),
    ("ended", LOADED, "ended"),
]


def run(*stories: list[Event]) -> list[list[State]]:
    """The states of each story, the initial one first."""
    assert NODE is not None
    lines = "\n".join(json.dumps(story) for story in stories)
    script = Path(__file__).parent / "reduce.mjs"
    done = subprocess.run(
        [NODE, str(script)], input=lines, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def last(*story: Event) -> State:
    [states] = run(list(story))
    return states[-1]


def test_each_phase_is_reached_as_told_here() -> None:
    assert [states[-1]["phase"] for states in run(*WAYS.values())] == list(WAYS)


def test_events_lead_from_phase_to_phase_as_in_the_table() -> None:
    stories = run(*([*WAYS[before], event] for before, event, _ in TRANSITIONS))
    found = [states[-1]["phase"] for states in stories]
    assert found == [after for *_, after in TRANSITIONS]


def test_an_event_that_does_not_count_changes_nothing() -> None:
    late = [delta("late"), reset("late"), status("writing"), done(session("Because.")), LOST]
    for phase in ("idle", "stopped", "complete", "ended"):
        counts = [*WAYS[phase]]
        for states in run(*([*counts, event] for event in late)):
            assert states[-1] == states[-2]


def test_words_are_put_together_since_the_last_reset() -> None:
    words = [delta("So "), delta("that"), reset("Thank you. "), delta("Why?")]
    assert last(*WAYS["sending"], *words)["shown"] == "Thank you. Why?"


def test_an_answer_stays_a_draft_until_its_reply_is_here() -> None:
    way = [LOADED, TYPED, SENT, status("reading"), delta("Thanks.")]
    assert last(*way)["draft"] == "Because."
    after = last(*way, done(session("Because."), kept("Because.")))
    expected = {"draft": "", "answer": "", "shown": "", "status": None, "unsent": ""}
    assert {name: after[name] for name in expected} == expected


@pytest.mark.parametrize("event", [named("refused"), named("stopped")])
def test_an_answer_that_the_log_does_not_have_is_back_in_the_box(event: Event) -> None:
    place = {"type": "placed", "place": "not-sent"}
    assert last(*WAYS["waiting"], event, place)["draft"] == "Because."


def test_what_was_typed_for_a_question_with_another_answer_is_unsent() -> None:
    after = last(loaded(session("Theirs."), kept("Mine.", answered=0)))
    assert (after["draft"], after["unsent"]) == ("", "Mine.")
    moved = last(loaded(session("Theirs."), kept("Mine.", answered=0)), named("unsent-moved"))
    assert (moved["draft"], moved["unsent"]) == ("Mine.", "")


def test_what_was_typed_before_the_session_was_here_is_for_the_question_that_waits() -> None:
    after = last(loaded(session("It held."), kept("It held.", answered=-1)))
    assert (after["draft"], after["unsent"]) == ("It held.", "")


def test_an_answer_entered_before_the_session_is_here_is_remembered() -> None:
    assert last(SENT, LOADED)["isHurried"]
    assert not last(SENT, LOADED, SENT)["isHurried"]


def test_the_words_stay_while_the_gateway_is_away() -> None:
    away = last(*WAYS["interrupted"])
    assert (away["shown"], away["status"]) == ("Thanks.", None)
    assert away["notice"] == {"kind": "trouble", "trouble": PASSES, "retries": "request"}
    assert last(*WAYS["interrupted"], named("retried"))["notice"] is None


def test_the_built_in_question_can_be_asked_for_again_if_that_failed() -> None:
    way = [*WAYS["waiting"], named("built-in-wanted")]
    assert last(*way)["wantsBuiltIn"]
    assert not last(*way, named("built-in-refused"))["wantsBuiltIn"]
    assert not last(*way, done(session("Because.")), SENT)["wantsBuiltIn"]
