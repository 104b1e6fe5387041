"""What a move on the built-in questions takes of a core, inside one process and without HTTP:
python -m tests.bench.bench_moves [--clients N] [--questions N] [--moves N].

The time of a processor is counted, not that of a clock. Beside other work it still is longer, so
compare two versions in turn.
"""

import argparse
import asyncio
import os
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import process_time, thread_time

from api.gateway import Gateway
from api.http.responses import json_of
from api.settings import load_settings
from api.usecases.callers import EVERYBODY
from api.usecases.results import Reply
from eventlog.open import open_log
from statemachine.brief import Brief
from statemachine.roles import FIELD_ROLES
from statemachine.session import Session
from tests.processes import environment

ANSWER = (
    "we had a service that was slow under load, so I measured it first and found one query that "
    "ran for each row; then I wrote it anew with a join and kept the old one behind a switch."
)


@dataclass
class Moves:
    """The moves of all clients."""

    gateway: Gateway
    questions: int
    left: int = 0

    async def conduct(self) -> None:
        """Interviews, one after another, as long as moves are left."""
        while self.left > 0:
            reply = await self._start()
            while not reply.session.is_complete and self.left > 0:
                reply = await self._respond(bytes(json_of(reply.session, reply.record).body))

    async def _start(self) -> Reply:
        self.left -= 1
        role = random.choice(FIELD_ROLES)
        config, brief = await self.gateway.kit_choice.choose(role, None, self.questions, Brief())
        return await self.gateway.conductor.start(EVERYBODY, config, None, brief)

    async def _respond(self, posted: bytes) -> Reply:
        self.left -= 1
        session = Session.model_validate_json(posted)
        answer = f"Answer {random.random()}: {ANSWER}"
        return await self.gateway.conductor.respond(EVERYBODY, session, answer)

    async def by(self, clients: int, moves: int) -> tuple[float, float]:
        """The seconds that so many moves take: of the process, and of the event loop alone."""
        self.left = moves
        process, loop = process_time(), thread_time()
        await asyncio.gather(*(self.conduct() for _ in range(clients)))
        return process_time() - process, thread_time() - loop


async def measure(clients: int, questions: int, moves: int) -> None:
    settings = load_settings()
    gateway = Gateway(settings, open_log(settings.eventlog_url, settings.eventlog_key))
    async with gateway.running():
        while not gateway.chain.asks_nobody:  # noqa: ASYNC110 - it lasts as long as a probe
            await asyncio.sleep(0.1)
        work = Moves(gateway, questions)
        await work.by(clients, moves // 10)  # what is done once is done
        process, loop = await work.by(clients, moves)
    each = 1000 / moves
    print(f"a move: {process * each:.3f} ms of a core, {loop * each:.3f} of it in the event loop")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_moves", description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--questions", type=int, default=5)
    parser.add_argument("--moves", type=int, default=4000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(Path(folder)))
        asyncio.run(measure(wanted.clients, wanted.questions, wanted.moves))


if __name__ == "__main__":
    main()
