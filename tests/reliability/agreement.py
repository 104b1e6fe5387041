"""Whether a log on PostgreSQL agrees with what candidates were told, read by SQL and with none of
our code."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tests.reliability.roaming import Move, Outcome

EVENTS = (
    "SELECT position, interview_id, version, kind, payload FROM interview_log.events "
    "LEFT JOIN interview_log.words USING (position) ORDER BY position"
)
SAYS = {"answer-given": "user", "question-asked": "assistant", "interview-completed": "assistant"}
"""Who speaks in which kind of event."""
SILENT = ("reply-interrupted",)
"""Kinds that say nothing in the session."""
ANSWER = re.compile(r"<\d+-\d+>")
"""What no two answers have in common."""
CLAIM_SECONDS = 3.0
"""In less than that, no claim lapses."""


class Agreement:
    """The log of these rows, which `EVENTS` gives. `findings` are in words."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.findings: list[str] = []
        self._spoken: dict[str, list[dict[str, str]]] = {}
        self._answers: Counter[str] = Counter()
        versions: Counter[str] = Counter()
        self.events = 0
        for position, id, version, kind, payload in rows:
            versions[id] += 1
            self._expect(position == self.events, f"position {position} is not next")
            self._expect(version == versions[id], f"{id} has version {version}")
            self.events += 1
            self._read(id, kind, json.loads(payload))

    def _read(self, id: str, kind: str, payload: dict[str, Any]) -> None:
        spoken = self._spoken.setdefault(id, [])
        if kind == "interview-started":
            spoken += payload["messages"]
        elif kind in SAYS:
            spoken.append({"role": SAYS[kind], "content": payload["content"]})
        elif kind not in SILENT:
            self.findings.append(f"{id} has an event {kind}, for which there is no reason")
        if kind == "answer-given":
            self._answers[payload["content"]] += 1

    def check(self, moves: Iterable[Move], asked: Counter[str]) -> None:
        """Compare with the moves of candidates. `asked` says how often a backend was asked for the
        reply to each answer."""
        for move in moves:
            self._check_once(move)
            self._check_words(move)
            self._check_honest(move)
            self._check_asked(move, asked[key_of(move.answer)])

    def _check_once(self, move: Move) -> None:
        if move.answer:
            times = self._answers[move.answer]
            self._expect(times <= 1, f"the answer {move.answer!r} is there {times} times")

    def _check_words(self, move: Move) -> None:
        if move.session is not None:
            said, spoken = move.session["messages"], self._spoken.get(move.interview_id, [])
            what = f"what {move.interview_id} acknowledged with {len(said)} messages"
            self._expect(spoken[: len(said)] == said, f"{what} is not in the log")

    def _check_honest(self, move: Move) -> None:
        is_there = self._answers[move.answer] if move.answer else move.interview_id in self._spoken
        what = f"the move {move.answer!r} of {move.interview_id}"
        if move.said(Outcome.TAKEN):
            self._expect(bool(is_there), f"{what} was said to be taken, and is not there")
        if move.was_refused():
            self._expect(
                not is_there, f"{what} was said not to be taken, and is there: {move.attempts}"
            )

    def _check_asked(self, move: Move, times: int) -> None:
        # Where a post failed, its reply may have been made and lost. A claim lapses if it is not
        # renewed for so long.
        allowed = 1 + move.said(Outcome.TAKEN, Outcome.UNKNOWN)
        allowed += int(move.seconds / CLAIM_SECONDS)
        what = f"a backend was asked {times} times, not {allowed}, for the reply to {move.answer!r}"
        self._expect(not move.answer or times <= allowed, f"{what} ({move.seconds:.1f} s)")

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.findings.append(otherwise)


def key_of(text: str) -> str:
    """What tells the last answer in the text from all others; empty if there is none."""
    found: list[str] = ANSWER.findall(text)
    return found[-1] if found else ""
