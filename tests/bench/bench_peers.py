"""The gateway beside gateways that keep nothing: python -m tests.bench.bench_peers --peers FOLDER.

All pass on the replies of one Ollama that answers at once, in turn, in one run. Ours also conducts
the interview and makes each answer and reply durable. A peer that is not in FOLDER is left out; to
install them there:

    python3 -m venv litellm && litellm/bin/pip install 'litellm[proxy]'
    npm install --prefix portkey @portkey-ai/gateway
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from tests.bench import ollama, wrk
from tests.bench.bench_load import middle
from tests.processes import free_port, gateway_in_own_python

CLIENTS = (1, 16)
STARTS_WITHIN = 120
OURS, PORTKEY, LITELLM = "this gateway", "Portkey", "LiteLLM"

LITELLM_SETTINGS = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # it is not to fetch one
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",  # as the others: without keys
}

Measure = Callable[[int, float], wrk.Load]
"""The load on a gateway of so many clients for so many seconds."""


@contextmanager
def ours(ollama_url: str) -> Iterator[Measure]:
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway_in_own_python(Path(folder), OLLAMA_URL=ollama_url) as gateway,
    ):
        while not gateway.client.get("/health").json()["summary"]["online"]:
            time.sleep(0.1)
        yield lambda clients, seconds: wrk.interviews(gateway.url, clients=clients, seconds=seconds)


@contextmanager
def portkey(peers: Path, ollama_url: str) -> Iterator[Measure]:
    script = peers / "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
    port = free_port()
    command = ["node", str(script), "--headless", f"--port={port}"]
    with _peer(command, script, port, ollama_url) as measure:
        yield measure


@contextmanager
def litellm(peers: Path, ollama_url: str) -> Iterator[Measure]:
    program, port = peers / "litellm/bin/litellm", free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(
            f"model_list:\n- model_name: {ollama.MODEL!r}\n  litellm_params:\n"
            f"    model: {'ollama_chat/' + ollama.MODEL!r}\n    api_base: {ollama_url!r}\n"
        )
        command = [str(program), "--config", str(config), "--host", "127.0.0.1"]
        with _peer([*command, "--port", str(port)], program, port, ollama_url) as measure:
            yield measure


@contextmanager
def _peer(command: list[str], needs: Path, port: int, ollama_url: str) -> Iterator[Measure]:
    """Raises FileNotFoundError where it is not installed."""
    if not needs.exists() or shutil.which(command[0]) is None:
        raise FileNotFoundError(needs)
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, **LITELLM_SETTINGS}
    environment.pop("PYTHONPATH", None)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_it_answers(process, url, ollama_url)
            yield lambda clients, seconds: wrk.completions(
                url, clients=clients, seconds=seconds, ollama=ollama_url
            )
        finally:
            process.kill()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, ollama_url: str) -> None:
    body = {"model": ollama.MODEL, "messages": [{"role": "user", "content": "Go on."}]}
    headers = {"x-portkey-provider": "ollama", "x-portkey-custom-host": ollama_url}
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            answer = httpx.post(
                f"{url}/v1/chat/completions", json=body, headers=headers, trust_env=False
            )
            answer.raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.5)
        else:
            return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_peers", description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="where they are installed")
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This takes wrk: apt-get install wrk")
    peers = wanted.peers.absolute()
    with ollama.running() as url, ExitStack() as stack:
        measures: dict[str, Measure] = {}
        starts = {OURS: ours(url), PORTKEY: portkey(peers, url), LITELLM: litellm(peers, url)}
        for name, start in starts.items():
            try:
                measures[name] = stack.enter_context(start)
            except FileNotFoundError as missing:
                print(f"{name} is left out: there is no {missing}")
        for clients in CLIENTS:
            _compare(measures, clients, wanted.seconds, wanted.rounds)


def _compare(measures: dict[str, Measure], clients: int, seconds: float, rounds: int) -> None:
    for measure in measures.values():
        measure(clients, 1)  # what is done once is done
    loads = [
        {name: measure(clients, seconds) for name, measure in measures.items()}
        for _ in range(rounds)
    ]
    for name in measures:
        own = [one[name] for one in loads]
        beside = ""
        if PORTKEY in measures:
            share = middle(one[name].rate / one[PORTKEY].rate for one in loads)
            beside = f"   {share:5.2f} of {PORTKEY}'s"
        print(
            f"{clients:2} clients  {name:12} {middle(one.rate for one in own):7,.0f} replies/s   "
            f"p50 {middle(one.p50 for one in own):6.1f} ms   "
            f"p99 {middle(one.p99 for one in own):6.1f} ms   "
            f"errors {sum(one.errors for one in own)}{beside}",
            flush=True,
        )


if __name__ == "__main__":
    main()
