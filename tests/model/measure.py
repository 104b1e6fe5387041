"""What a candidate waits for, by the speed of the model: python -m tests.model.measure.

Whole interviews of five questions through a gateway of its own each, on a real model behind
Ollama's wire that is held back to so many tokens a second. It prints a Markdown table.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.model.adapter import OllamaAdapter
from tests.model.candidate import Candidate, Interview
from tests.model.gateway import gateway_with_model
from tests.model.installed import HOW_TO_INSTALL, model_file
from tests.model.server import model_server

SPEEDS = (80.0, 20.0, 8.0, 3.0)
LOAD_SECONDS = 20.0
THINKS = 10.0
"""Seconds between a question and its answer: less than any candidate takes, but a model goes on
loading in them."""
ROLE = "Software Engineer"
HEAD = (
    "| tokens a second | the model is | replies | written by the model "
    "| time to the first word | time to the whole reply |",
    "| --- | --- | --- | --- | --- | --- |",
)


@dataclass(frozen=True)
class Case:
    """How one interview is held."""

    tokens_per_second: float
    cold: bool
    streamed: bool


def held(llama_url: str, case: Case, thinks: float) -> Interview:
    """One interview as `case` says."""
    with OllamaAdapter(llama_url) as ollama:
        ollama.tokens_per_second = case.tokens_per_second
        if case.cold:
            ollama.load_seconds = LOAD_SECONDS
        else:
            ollama.load()
        with (
            tempfile.TemporaryDirectory() as folder,
            gateway_with_model(Path(folder), OLLAMA_URL=ollama.url) as client,
        ):
            return Candidate(client, streamed=case.streamed, thinks=thinks).interview(ROLE)


def row(case: Case, interview: Interview) -> str:
    """The table's line for an interview."""
    replies = [*interview.replies, interview.summary]
    by_model = sum(origin["backend"] == "ollama" for origin in interview.origins)
    cells = (
        f"{case.tokens_per_second:g}",
        "cold" if case.cold else "warm",
        "streamed" if case.streamed else "plain",
        f"{by_model} of {len(replies)}",
        spread(reply.first_word for reply in replies),
        spread(reply.whole for reply in replies),
    )
    return f"| {' | '.join(cells)} |"


def spread(seconds: Iterable[float]) -> str:
    """The median and the longest."""
    taken = sorted(seconds)
    return f"{statistics.median(taken):.1f} s ({taken[-1]:.1f} s)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.model.measure", description=__doc__)
    parser.add_argument("--speeds", nargs="+", type=float, default=SPEEDS, metavar="TOKENS")
    parser.add_argument("--thinks", type=float, default=THINKS, help="seconds between turns")
    for name in ("plain", "streamed", "cold", "warm"):
        parser.add_argument(f"--only-{name}", action="store_true")
    parser.add_argument("--show", action="store_true", help="print what the interviewer said")
    wanted = parser.parse_args()
    if model_file() is None:
        sys.exit(HOW_TO_INSTALL)
    print(*HEAD, sep="\n", flush=True)
    with model_server() as llama_url:
        for speed in wanted.speeds:
            for cold in [True] * (not wanted.only_warm) + [False] * (not wanted.only_cold):
                for streamed in [False] * (not wanted.only_streamed) + [True] * (
                    not wanted.only_plain
                ):
                    case = Case(speed, cold, streamed)
                    interview = held(llama_url, case, wanted.thinks)
                    print(row(case, interview), flush=True)
                    if wanted.show:
                        show(interview)


def show(interview: Interview) -> None:
    """Print each reply with who gave it and why nobody before, on the error stream: the table
    stays whole."""
    replies = [*interview.replies, interview.summary]
    for reply, origin in zip(replies, interview.origins, strict=True):
        for attempt in origin["attempts"]:
            print(f"({attempt['backend']}: {attempt['reason']})", file=sys.stderr)
        print(f"[{origin['backend']}, {reply.whole:.1f} s] {reply.text}\n", file=sys.stderr)


if __name__ == "__main__":
    main()
