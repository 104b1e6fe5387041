"""Whole interviews with models as slow as they are: python -m tests.bench.bench_slow_models.

A fake Ollama speaks 20, 8 or 3 words a second, or has to load for 20 s first; a gateway before it
is asked for one answer a turn, or for a stream. All interviews are held at the same time: what they
wait for costs no processor.
"""

import argparse
import itertools
import math
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from tests.fakes import Mood, OllamaServer
from tests.fakes.streams import Piece, StreamReply
from tests.fakes.wire import Reply
from tests.gateways import Served
from tests.processes import gateway_process
from tests.streams import events_in, listening

QUESTIONS = 5
REPLIES = (
    "Welcome, and thank you for taking the time to talk with me today. Question 1: Could you "
    "describe a system that you have built recently, who used it, and what part of it you were "
    "responsible for yourself?",
    "Thank you, a parser for configuration files is a good place to start. Question 2: How did you "
    "decide which errors the parser should report at once, and which ones it should collect and "
    "report together at the end?",
    "I see, so you preferred to report as many mistakes as possible. Question 3: When you changed "
    "the grammar later on, how did you make sure that the files which users had already written "
    "still meant the same?",
    "That is a careful way to keep old files working for everybody. Question 4: Which measurements "
    "did you take before you made the parser faster, and which of your guesses about its speed "
    "turned out to be wrong?",
    "Interesting, measuring before changing anything clearly saved you a lot of work. Question 5: "
    "If somebody new joined your team tomorrow, how would you help them understand this code well "
    "enough to change it safely?",
    "Thank you for taking part and for your detailed answers. This concludes the interview.",
)
"""A sentence of 10 to 15 words, then a question of 20 to 25; a closing in the end."""

ANSWER = (
    "I wrote a parser for our configuration files. It reads them into a tree, checks each value "
    "against a schema, and tells the user the line of every mistake. I tested each rule with small "
    "files, and the whole with files that our users had sent us."
)

SPEAKS = "ollama"


class _Ollama(OllamaServer):
    """Notes when it sends the first word of each reply, and how much more than the last message of
    a prompt it had to evaluate."""

    def __init__(self) -> None:
        super().__init__()
        self.first_words: dict[int, float] = {}
        self.evaluated_beyond: dict[int, int] = {}

    def say(self, mood: Mood, own_words: str, question: int | None = None) -> str:
        assert question is not None, "it is asked for turns alone"
        return REPLIES[question - 1]

    def _chat(self, body: Any, mood: Mood) -> Reply:
        reply = super()._chat(body, mood)
        messages = body["messages"]
        number = 1 + sum(message["role"] == "assistant" for message in messages)
        self.evaluated_beyond[number] = self.evaluated[-1] - len(messages[-1]["content"].split())
        if not isinstance(reply, StreamReply):
            return reply
        return replace(reply, pieces=tuple(self._noted(number, reply.pieces)))

    def _noted(self, number: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
        is_first = True
        for piece in pieces:
            if piece.data and is_first:
                is_first = False
                yield replace(piece, then=lambda: self._note(number))
            else:
                yield piece

    def _note(self, number: int) -> None:
        self.first_words[number] = time.monotonic()


@dataclass(frozen=True)
class Case:
    """An interview with such a model; `thinks` are the seconds that the candidate takes for an
    answer."""

    name: str
    pace: float
    is_streamed: bool
    load_seconds: float = 0.0
    thinks: float = 2.0


CASES = tuple(
    Case(f"{way}, {name}", pace, way == "streamed", load, 5.0 if load else 2.0)
    for way in ("plain", "streamed")
    for name, pace, load in (
        ("20 words a second", 20.0, 0.0),
        ("8 words a second", 8.0, 0.0),
        ("3 words a second", 3.0, 0.0),
        ("cold: 20 s to load", 20.0, 20.0),
    )
)


@dataclass
class Turn:
    """How one of the interviewer's turns went."""

    seconds: float
    ready: bool
    """Whether the model was in memory when it was asked for."""
    backend: str = ""
    completed_by: str | None = None
    first_word: float | None = None
    """Seconds from the backend's first word until somebody saw it."""


@dataclass
class Interview:
    """What came of a case."""

    case: Case
    turns: list[Turn] = field(default_factory=list)
    evaluated: int = 0

    def by_model(self) -> list[Turn]:
        return [turn for turn in self.turns[:QUESTIONS] if turn.backend == SPEAKS]

    @property
    def lost(self) -> float:
        return sum(turn.seconds for turn in self.turns if turn.backend != SPEAKS)

    @property
    def first_word(self) -> float:
        """The longest time until somebody saw the first word of a question."""
        return max(turn.first_word or 0 for turn in self.turns[:-1])

    @property
    def is_silent_though_ready(self) -> bool:
        """Whether the model was there and not heard."""
        return any(turn.ready and turn.backend != SPEAKS for turn in self.turns)

    def row(self) -> str:
        questions, closing = self.by_model(), self.turns[-1].backend == SPEAKS
        completed = sum(turn.completed_by is not None for turn in questions)
        cells = [f"{self.case.name:28} {len(questions)} of {QUESTIONS}"]
        cells.append(f"{completed} with the built-in question" if completed else "")
        cells.append("closing by model" if closing else "closing built in")
        cells.append(f"longest {max(turn.seconds for turn in self.turns):4.1f} s")
        cells.append(f"lost {self.lost:4.1f} s")
        if self.case.is_streamed:
            cells.append(f"first word after {self.first_word * 1000:3.0f} ms at most")
            cells.append(f"of the closing after {(self.turns[-1].first_word or 0) * 1000:,.0f} ms")
        return "; ".join(cell for cell in cells if cell)


def hold(case: Case) -> Interview:
    """An interview from start to end."""
    with _Ollama() as ollama, tempfile.TemporaryDirectory() as folder:
        ollama.tokens_per_second, ollama.load_seconds = case.pace, case.load_seconds
        model = ollama.models[0]["name"]
        if not case.load_seconds:
            ollama.loaded = {model: 4096}
        with gateway_process(Path(folder), OLLAMA_URL=ollama.url) as process:
            gateway = Served(FastAPI(), process.url, process.client)
            gateway.wait_until_noticed(ollama="online")
            interview = Interview(case)
            body: dict[str, Any] = {
                "role": "Software Engineer", "totalQuestions": QUESTIONS, "model": model
            }  # fmt: skip
            path = "/api/v1/interviews/start"
            for number in itertools.count(1):
                ready = model in ollama.loaded
                session, turn = _turn(gateway, case, ollama, path, body, number)
                turn.ready = ready
                interview.turns.append(turn)
                if session["isComplete"]:
                    break
                time.sleep(case.thinks)
                path, body = "/api/v1/interviews/respond", {"session": session, "message": ANSWER}
            _read_origins(gateway, session["interviewId"], interview)
        interview.evaluated = ollama.evaluated_beyond.get(QUESTIONS, 0)
        return interview


def _turn(
    gateway: Served, case: Case, ollama: _Ollama, path: str, body: Any, number: int
) -> tuple[dict[str, Any], Turn]:
    began = time.monotonic()
    if not case.is_streamed:
        response = gateway.client.post(path, json=body)
        assert response.status_code == 200, response.text
        return response.json(), Turn(time.monotonic() - began, ready=False)
    seen = math.inf
    with listening(gateway, "POST", path, body) as response:
        for event in events_in(response):
            if event.name == "delta":
                seen = min(seen, time.monotonic())
    assert event.name == "done", event
    turn = Turn(time.monotonic() - began, ready=False)
    if number in ollama.first_words and seen < math.inf:
        turn.first_word = seen - ollama.first_words[number]
    return event.data["session"], turn


def _read_origins(gateway: Served, id: str, interview: Interview) -> None:
    events = gateway.get(f"/api/v1/interviews/{id}/events").json()["events"]
    origins = [event["payload"]["origin"] for event in events if "origin" in event["payload"]]
    for turn, origin in zip(interview.turns, origins, strict=True):
        turn.backend, turn.completed_by = origin["backend"], origin.get("completedBy")


def _check(by_name: dict[str, Interview]) -> Iterator[tuple[str, bool]]:
    """What is wanted, and whether it holds."""
    for name, interview in by_name.items():
        heard = len(interview.by_model())
        longest = max(turn.seconds for turn in interview.turns)
        if interview.case.load_seconds:
            yield (
                f"{name}: the model speaks once it is loaded",
                (not interview.is_silent_though_ready),
            )
            if not interview.case.is_streamed:
                yield f"{name}: under 1 s lost", interview.lost < 1
        elif interview.case.is_streamed or interview.case.pace >= 20:
            yield f"{name}: 5 of 5", heard == QUESTIONS
        elif interview.case.pace >= 8:
            yield f"{name}: 4 of 5", heard >= QUESTIONS - 1
        if interview.case.is_streamed:
            yield f"{name}: first word within 300 ms", interview.first_word <= 0.3
        else:
            yield f"{name}: no turn over 5 s", longest <= 5
        if interview.case.pace >= 20 and not interview.case.load_seconds:
            what = f"{name}: {interview.evaluated} tokens evaluated in turn 5 beyond what is new"
            yield what, interview.evaluated < 20


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.bench_slow_models", description=__doc__
    )
    parser.add_argument("--only", default="", help="cases whose name has these words")
    wanted = parser.parse_args()
    cases = [case for case in CASES if wanted.only in case.name]
    with ThreadPoolExecutor(len(cases)) as pool:
        interviews = list(pool.map(hold, cases))
    for interview in interviews:
        print(interview.row())
    for what, holds in _check({interview.case.name: interview for interview in interviews}):
        print(f"{'holds ' if holds else 'MISSED'} {what}")


if __name__ == "__main__":
    main()
