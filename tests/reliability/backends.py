"""Every fault a backend can have, behind the real gateway: whole interviews, every reply checked.

    python -m tests.reliability.backends --seconds 120

First each fault in turn, in four lanes side by side: behind each adapter alone, and in all
three services at once. Then services that flap: a random fault every few hundred
milliseconds. Every reply must be a valid one within 5 s, and health and models must be in
time all the while. At the end each gateway must hold no more sockets, files and threads than
at the beginning.

A lane is a gateway process with fakes of its own, so that the gateway is measured as its
user runs it, and counted from outside.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from backends.services import CONVERSATION, GRANITE, OLLAMA
from tests.fakes import ConversationServer, FakeServer, GraniteServer, Mood, OllamaServer
from tests.forked import PATIENCE
from tests.gateways import EXPECTED, VARIABLES
from tests.http_clients import async_http_client
from tests.processes import Process, gateway_process
from tests.reliability.counting import CAN_COUNT, Held, held_at_rest, held_by
from tests.stopwatch import Stopwatch

REFUSE = "refuse"
"""The one fault that is no mood: nobody listens."""

WHOLE_SERVICE = (REFUSE, Mood.HANG_ACCEPT)
"""Faults of a service as a whole: its probes fail too, so the gateway soon stops asking it."""

FAULTS: tuple[str, ...] = (*(mood for mood in Mood if mood not in WHOLE_SERVICE), *WHOLE_SERVICE)

SPEAKING = {GRANITE: "/api/v1/interviews", CONVERSATION: "/conversation", OLLAMA: "/api/chat"}
"""Where each service is asked for words. A fault only there leaves its probes good, so that
the gateway keeps asking."""

REPLY, HEALTH, MODELS = "reply", "health", "models"
LIMITS = {REPLY: 5.0, HEALTH: 1.0, MODELS: 0.5}
"""Seconds within which each must be answered (the contract)."""

TRIES = 10
"""How often each fault is put before a gateway, at most, until it has met it."""

FLAP_SECONDS = (0.1, 0.5)
MIXED = "flapping"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LONGEST_MESSAGE = 10_000
SPEAKERS = {GRANITE, CONVERSATION, OLLAMA, "templates"}


@dataclass
class Tally:
    """What came of one fault in one lane."""

    replies: int = 0
    slowest: float = 0.0
    speakers: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        spoke = ", ".join(sorted(self.speakers)) or "nobody"
        return f"{self.replies} / {self.slowest:.2f} s / {spoke}"


class Lane:
    """A gateway process and the services behind it, with what was seen of them."""

    def __init__(
        self,
        name: str,
        begin: Callable[[str], AbstractContextManager[Process]],
        process: Process,
        services: Sequence[FakeServer],
        slack: float,
    ) -> None:
        self.name = name
        self.begin = begin
        """Begins one more gateway before the same services, with a log in a folder of this name."""
        self.process = process
        self.services = services
        self.tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self.slowest = dict.fromkeys((HEALTH, MODELS), 0.0)
        self.own_delay = 0.0
        """The longest that this program itself was held up: part of the times it took."""
        self.complaints: list[str] = []
        self._slack = slack
        self._refusing: set[FakeServer] = set()
        self.fault: str = Mood.GOOD

    @property
    def pid(self) -> int:
        return self.process.popen.pid

    def client(self, process: Process | None = None) -> httpx.AsyncClient:
        return async_http_client(base_url=(process or self.process).url, timeout=30)

    def put(self, service: FakeServer, fault: str, *, everywhere: bool = False) -> None:
        """Give one service a fault: where it speaks only, or in all that it answers."""
        if fault == REFUSE:
            service.stop()
            self._refusing.add(service)
            return
        mood = Mood(fault)
        whole = everywhere or mood in WHOLE_SERVICE
        service.mood = mood if whole else Mood.GOOD
        service.moods = {} if whole else {SPEAKING[service.name]: mood}
        if service in self._refusing:
            self._refusing.remove(service)
            service.start()

    def put_all(self, fault: str) -> None:
        """Give every service of the lane the same fault."""
        self.fault = fault
        for service in self.services:
            self.put(service, fault)

    async def wait_until_online(self, process: Process | None = None) -> None:
        """Until the gateway has noticed that every service of the lane is up."""
        names = {service.name for service in self.services}
        deadline = time.monotonic() + PATIENCE
        async with self.client(process) as client:
            while time.monotonic() < deadline:
                services = (await client.get("/health")).json()["services"]
                if names <= {s["name"] for s in services if s["status"] == "online"}:
                    return
                await asyncio.sleep(0.05)
        raise AssertionError(f"{self.name}: the gateway never noticed that its services are up")

    def asked(self) -> list[int]:
        """How often each service was asked for words."""
        return [service.count(SPEAKING[service.name]) for service in self.services]

    async def timed(
        self, client: httpx.AsyncClient, what: str, method: str, path: str, body: Any = None
    ) -> Any:
        """The JSON of an answer that must be 200 and in time; complains if it is not."""
        watch = Stopwatch()
        response = await client.request(method, path, json=body)
        took = watch.seconds()
        if response.status_code != httpx.codes.OK:
            self.complain(f"{path}: {response.status_code} {response.text[:200]}")
            raise _NotServed
        if took > LIMITS[what] + self._slack:
            self.complain(f"{path}: took {took:.2f} s")
        if what == REPLY:
            tally = self.tallies[self.fault]
            tally.replies += 1
            tally.slowest = max(tally.slowest, took)
        else:
            self.slowest[what] = max(self.slowest[what], took)
        return response.json()

    def complain(self, what: str) -> None:
        self.complaints.append(f"{self.name}, {self.fault}: {what}")

    async def conduct(self, client: httpx.AsyncClient, questions: int) -> None:
        """A whole interview, from its start to its summary."""
        prefix = "/api/v1/interviews"
        start = {"role": random.choice(("Software Engineer", "Data Analyst"))}
        fault = self.fault
        try:
            session = await self.timed(
                client, REPLY, "POST", f"{prefix}/start", {**start, "totalQuestions": questions}
            )
            self._check(session, [], questions)
            while not session["isComplete"]:
                answer = f"Mine to {session['currentQuestion']}."
                posted = session
                body = {"session": posted, "message": answer}
                session = await self.timed(client, REPLY, "POST", f"{prefix}/respond", body)
                said = [*posted["messages"], {"role": "user", "content": answer}]
                self._check(session, said, questions)
            summary = await self.timed(
                client, REPLY, "POST", f"{prefix}/summary", {"session": session}
            )
            self._check_words(summary["summary"])
            found = await client.get(f"{prefix}/{session['interviewId']}")
            speakers = found.json()["sources"]
        except _NotServed:
            return
        if not speakers or not SPEAKERS.issuperset(speakers):
            self.complain(f"spoken by {speakers}")
        self.tallies[fault].speakers.update(speakers)

    async def watch(self) -> None:
        """Ask for health and models, again and again, until cancelled."""
        async with self.client() as client:
            while True:
                began = time.monotonic()
                await asyncio.sleep(0.1)
                self.own_delay = max(self.own_delay, time.monotonic() - began - 0.1)
                health = await self.timed(client, HEALTH, "GET", "/health")
                if health["summary"]["total"] != len(EXPECTED):
                    self.complain(f"health tells of {health['summary']}")
                models = await self.timed(client, MODELS, "GET", "/api/v1/models")
                if not models["models"]:
                    self.complain("there are no models")

    def _check(self, session: dict[str, Any], said: list[Any], questions: int) -> None:
        """The session goes on from what was said with one message of the interviewer's."""
        messages = session["messages"]
        if set(session) != {"config", "messages", "currentQuestion", "isComplete", "interviewId"}:
            self.complain(f"a session of {sorted(session)}")
        if said and messages[:-1] != said:
            self.complain("the session does not go on from the posted one")
        if [message["role"] for message in messages[:3]] != ["system", "user", "assistant"]:
            self.complain("the session does not begin as one")
        if messages[-1]["role"] != "assistant" or set(messages[-1]) != {"role", "content"}:
            self.complain("the last message is not the interviewer's")
        if not 1 <= session["currentQuestion"] <= questions:
            self.complain(f"question {session['currentQuestion']} of {questions}")
        answered = sum(message["role"] == "user" for message in messages) - 1
        if answered >= questions and not session["isComplete"]:
            self.complain("not complete with the last answer in")
        self._check_words(messages[-1]["content"])

    def _check_words(self, words: str) -> None:
        if not words.strip() or UNPRINTABLE.search(words) or len(words) > LONGEST_MESSAGE:
            self.complain(f"the interviewer says {words[:80]!r}")
        if "Traceback" in words or "Errno" in words:
            self.complain(f"the interviewer tells of an error: {words[:80]!r}")


class _NotServed(Exception):
    """An answer was no 200; the complaint is made."""


@contextmanager
def lanes(
    folder: Path, *, slack: float = 0.0, slow_seconds: float = 1.0, **environment: str
) -> Iterator[list[Lane]]:
    """A lane for each adapter alone and one for all together, their services good.

    `slack` is added to every limit, for machines that do other things too; `slow_seconds` is
    how late SLOW answers.
    """
    kinds = (GraniteServer, ConversationServer, OllamaServer)
    groups = {kind.name: (kind,) for kind in kinds} | {"all three": kinds}
    with ExitStack() as stack:
        opened = []
        for name, group in groups.items():
            services: list[FakeServer] = [stack.enter_context(kind()) for kind in group]
            for service in services:
                service.delay = slow_seconds
            urls = {VARIABLES[service.name].upper(): service.url for service in services}
            begin = partial(_begin, folder / name.replace(" ", "-"), urls | environment)
            process = stack.enter_context(begin("whole"))
            opened.append(Lane(name, begin, process, services, slack))
        yield opened


def _begin(
    folder: Path, environment: Mapping[str, str], name: str
) -> AbstractContextManager[Process]:
    own = folder / name
    own.mkdir(parents=True)
    return gateway_process(own, **environment)


async def sweep(lane: Lane, faults: Sequence[str], clients: int, questions: int) -> None:
    """Each fault in turn, with several interviews at once. Each meets a gateway of its own: one
    that knows the service from the fault before may not ask it at all."""
    for fault in faults:
        lane.put_all(Mood.GOOD)  # or the new gateway's first probe would meet the fault before
        async with _one_more_gateway(lane, fault) as process, lane.client(process) as client:
            asked = lane.asked()[0]
            # A probe that is late on a busy machine takes the service out until the next one.
            for _ in range(TRIES):
                lane.put_all(Mood.GOOD)
                await lane.wait_until_online(process)
                lane.put_all(fault)
                await asyncio.gather(*(lane.conduct(client, questions) for _ in range(clients)))
                if fault in WHOLE_SERVICE or lane.asked()[0] > asked:
                    break
            else:
                lane.complain("the service was never asked, so its fault was not met")


@asynccontextmanager
async def _one_more_gateway(lane: Lane, name: str) -> AsyncIterator[Process]:
    """Begun and ended in threads, so that no other lane waits for that."""
    with ExitStack() as stack:
        begun = await asyncio.to_thread(lambda: stack.enter_context(lane.begin(name)))
        try:
            yield begun
        finally:
            await asyncio.to_thread(stack.close)


async def flap(lane: Lane, seconds: float, clients: int) -> None:
    """Interviews while each service changes its mood every few hundred milliseconds."""
    over = asyncio.Event()
    lane.fault = MIXED

    async def change(service: FakeServer) -> None:
        while not over.is_set():
            lane.put(service, random.choice(FAULTS), everywhere=random.random() < 0.3)
            await asyncio.sleep(random.uniform(*FLAP_SECONDS))

    async def candidate() -> None:
        async with lane.client() as client:
            while not over.is_set():
                await lane.conduct(client, random.randint(1, 3))

    changing = [asyncio.create_task(change(service)) for service in lane.services]
    candidates = [asyncio.create_task(candidate()) for _ in range(clients)]
    await asyncio.sleep(seconds)
    over.set()
    await asyncio.gather(*changing, *candidates)


@dataclass(frozen=True)
class Outcome:
    """What a lane held before and after; None where that cannot be counted."""

    before: Held | None
    after: Held | None


async def drive(
    lane: Lane, faults: Sequence[str], *, seconds: float, clients: int, questions: int
) -> Outcome:
    """Everything for one lane: the sweep, the flapping, and what was left behind."""
    await lane.wait_until_online()
    async with lane.client() as client:
        await lane.conduct(client, questions)  # what is made once, is made before the count
    before = held_by(lane.pid) if CAN_COUNT else None
    watching = asyncio.create_task(lane.watch())
    try:
        await sweep(lane, faults, clients, questions)
        await flap(lane, seconds, clients)
    finally:
        watching.cancel()
        (stopped,) = await asyncio.gather(watching, return_exceptions=True)
    if not isinstance(stopped, asyncio.CancelledError):
        lane.complain(f"health and models: {stopped!r}")
    lane.put_all(Mood.GOOD)
    await lane.wait_until_online()
    after = await asyncio.to_thread(held_at_rest, lane.pid, before) if before else None
    if before and after and not after.is_within(before):
        lane.complain(f"held {before}, and then {after}")
    printed = lane.process.printed
    if "Traceback" in printed or " ERROR " in printed:
        lane.complain(f"it printed an error:\n{printed[-2000:]}")
    return Outcome(before, after)


async def drive_all(
    lanes: Sequence[Lane],
    faults: Sequence[str] = FAULTS,
    *,
    seconds: float,
    clients: int,
    questions: int,
) -> list[Outcome]:
    """All lanes side by side."""
    driving = (
        drive(lane, faults, seconds=seconds, clients=clients, questions=questions) for lane in lanes
    )
    return list(await asyncio.gather(*driving))


def table(lanes: Sequence[Lane]) -> str:
    """Fault by adapter in Markdown: replies, the slowest, and who spoke."""
    rows = [["fault", *(lane.name for lane in lanes)], ["---"] * (1 + len(lanes))]
    faults = dict.fromkeys(fault for lane in lanes for fault in lane.tallies)
    rows += [[fault, *(str(lane.tallies[fault]) for lane in lanes)] for fault in faults]
    for what in (HEALTH, MODELS):
        rows.append([f"slowest {what}", *(f"{lane.slowest[what]:.3f} s" for lane in lanes)])
    rows.append(["this program's own delay", *(f"{lane.own_delay:.3f} s" for lane in lanes)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _as_json(lanes: Sequence[Lane], outcomes: Sequence[Outcome]) -> str:
    found = {
        lane.name: {
            "faults": {fault: vars(tally) for fault, tally in lane.tallies.items()},
            "slowest": lane.slowest,
            "own_delay": lane.own_delay,
            **asdict(outcome),
            "complaints": lane.complaints,
        }
        for lane, outcome in zip(lanes, outcomes, strict=True)
    }
    return json.dumps(found, indent=2)


def main() -> None:
    """Run, print what was found, and exit with 1 if anything was complained of."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.backends")
    parser.add_argument("--seconds", type=float, default=60, help="how long the services flap")
    parser.add_argument("--clients", type=int, default=4, help="interviews at once in each lane")
    parser.add_argument("--questions", type=int, default=2, help="of each interview in the sweep")
    parser.add_argument("--json", action="store_true", help="for programs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, lanes(Path(folder)) as opened:
        outcomes = asyncio.run(
            drive_all(
                opened, seconds=given.seconds, clients=given.clients, questions=given.questions
            )
        )
    if given.json:
        print(_as_json(opened, outcomes))
    else:
        print(table(opened))
        for lane, outcome in zip(opened, outcomes, strict=True):
            print(f"{lane.name}: before {outcome.before}, after {outcome.after}")
        for complaint in (complaint for lane in opened for complaint in lane.complaints):
            print(f"COMPLAINT {complaint}")
    sys.exit(any(lane.complaints for lane in opened))


if __name__ == "__main__":
    main()
