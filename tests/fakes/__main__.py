"""One fake from the command line: `python -m tests.fakes granite --port 8005 --mood good`."""

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable
from functools import partial

from tests.fakes import (
    ConversationServer,
    FakeServer,
    GraniteServer,
    HealthOnlyServer,
    Mood,
    OllamaServer,
    OpenAiServer,
)

# Each service and the port at which the gateway looks for it (contract.md, Health).
SERVICES: dict[str, tuple[Callable[[int], FakeServer], int]] = {
    "granite": (GraniteServer, 8005),
    "conversation": (ConversationServer, 8003),
    "ollama": (OllamaServer, 11434),
    "openai": (OpenAiServer, 8080),  # llama.cpp's own
    "voice": (partial(HealthOnlyServer, "voice-service"), 8002),
    "avatar": (partial(HealthOnlyServer, "avatar-service"), 8001),
    "interview": (partial(HealthOnlyServer, "interview-service"), 8004),
    "analytics": (partial(HealthOnlyServer, "analytics-service"), 8007),
}


def main() -> None:
    """Serve till SIGINT (Ctrl-C) or SIGTERM.

    The printed line tells a harness that the fake is listening, and where.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.fakes", description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--port", type=int, help="0 for any free one; default: the service's own")
    parser.add_argument("--mood", type=Mood, choices=list(Mood), default=Mood.GOOD)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds that mood slow waits")
    arguments = parser.parse_args()

    make, usual_port = SERVICES[arguments.service]
    server = make(usual_port if arguments.port is None else arguments.port)
    server.mood, server.delay = arguments.mood, arguments.delay
    # Set explicitly: what a shell starts in the background inherits an ignored SIGINT.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), server:
        print(f"{server.name} at {server.url}, mood {server.mood}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
