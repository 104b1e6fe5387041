"""wrk (Debian has it), and what it measured."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """What came of a load: requests a second, latencies in ms, answers that were none."""

    requests: int
    seconds: float
    p50: float
    p90: float
    p99: float
    longest: float
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def interviews(
    url: str, *, clients: int, seconds: float, questions: int = 5, pause: int = 0
) -> Load:
    """Interviews from start to end, by so many clients side by side, who pause for so many ms
    on average before each request."""
    return _run("interviews.lua", url, clients, seconds, str(questions), str(pause))


def gets(url: str, *, clients: int, seconds: float) -> Load:
    """One address, asked for again and again."""
    return _run("gets.lua", url, clients, seconds)


def chats(url: str, *, clients: int, seconds: float, pause: int = 0) -> Load:
    """What the gateway would ask an Ollama, asked of it directly, with the same pauses."""
    return _run("chat.lua", url, clients, seconds, str(pause))


def completions(url: str, *, clients: int, seconds: float, ollama: str) -> Load:
    """The same chat by OpenAI's API, through a gateway that passes calls on to the Ollama there."""
    path = "/v1/chat/completions"
    return _run("chat.lua", url, clients, seconds, "0", path, ollama)


def _run(script: str, url: str, clients: int, seconds: float, *arguments: str) -> Load:
    # One thread: the load generator shares the cores with what it measures.
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:g}s", "--timeout", "10s"]
    command += ["-s", str(HERE / script), url, "--", *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Load(**json.loads(printed.splitlines()[-1]))
