"""A real model on llama.cpp's own server, with OpenAI's wire: python -m tests.model.server.

It is a process of its own, because llama.cpp holds Python's lock while it loads. It ends when its
standard input does, so that it outlives no test process, not even one that is killed.
"""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.model.installed import HOW_TO_INSTALL, SERVER_PACKAGE, model_file

MODEL = "smollm2:135m"
CONTEXT = 4096
"""Tokens of prompt and reply together: what Ollama gives a model on a small machine."""

SEED = 14
"""With one thread and one seed, the same prompts get the same words in every run."""

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def model_server(port: int = 0) -> Iterator[str]:
    """The server with its model in memory; its URL, without a slash at the end."""
    with starting_model_server(port) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise AssertionError(f"the model's server did not start: exit {process.wait()}")
        yield url


@contextmanager
def starting_model_server(port: int) -> Iterator[subprocess.Popen[str]]:
    """The server that has just begun to load its model; it prints its URL when it has."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.model.server", str(port)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def _parameters(llama: Any, path: Path, port: int) -> Any:
    given = llama.CommonParams()
    given.model.path, given.model_alias = str(path), {MODEL}
    given.hostnames, given.port = ["127.0.0.1"], port
    given.n_ctx, given.n_parallel = CONTEXT, 1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = 1
    given.sampling.seed = SEED
    given.cache_ram_mib = 0  # Ollama keeps only the last prompt of each slot
    given.verbosity = 0
    return given


def main() -> None:
    path = model_file()
    if path is None:
        sys.exit(HOW_TO_INSTALL)
    llama = importlib.import_module(SERVER_PACKAGE)  # it has no types
    server = llama.Server(_parameters(llama, path, int(sys.argv[1])))
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
