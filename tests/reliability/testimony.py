"""What the log itself says of the replies that were acknowledged, read by SQL and json and none of
our code."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from tests.eventlog.evidence import rows
from tests.reliability.candidates import Acknowledged, Json

SAYS = {"answer-given": "user", "question-asked": "assistant", "interview-completed": "assistant"}
"""Who speaks in which kind of event. Nothing was lost, so no other kind but the start comes up:
no session is adopted, none refused."""


IN_DATABASE = (
    "SELECT position, interview_id, version, kind, payload, leaf FROM interview_log.events "
    "LEFT JOIN interview_log.words USING (position) WHERE position >= %s ORDER BY position"
)

Rows = Callable[[int], list[Json]]
"""What the log's table holds from a position on."""


def in_file(path: Path) -> Rows:
    """Of the log in a file."""

    def read(position: int) -> list[Json]:
        return rows(path, f"SELECT * FROM events WHERE position >= {position} ORDER BY position")

    return read


def in_database(url: str) -> Rows:
    """Of the log in a database."""

    def read(position: int) -> list[Json]:
        with psycopg.connect(url, row_factory=dict_row) as db:
            return db.execute(IN_DATABASE, [position]).fetchall()

    return read


class Testimony:
    """The log whose rows `read` gives, read once and then further. `findings` are in words. Events
    of the kinds `also` may be there."""

    def __init__(self, read: Rows, also: Iterable[str] = ()) -> None:
        self._read = read
        self._also = frozenset(also)
        self._spoken: dict[str, list[Json]] = {}
        self._versions: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._events: dict[str, tuple[str, int]] = {}
        self._heard: set[str] = set()
        self._complete: set[str] = set()
        self._latest: dict[str, str] = {}
        self._head = 0
        self.findings: list[str] = []

    def read_on(self) -> None:
        """Take in what was appended since."""
        self._latest = {}
        for row in self._read(self._head):
            id, kind, payload = row["interview_id"], row["kind"], json.loads(row["payload"])
            self._versions[id] += 1
            self._expect(row["position"] == self._head, f"position {row['position']} is not next")
            self._expect(row["version"] == self._versions[id], f"{id} has version {row['version']}")
            self._head = row["position"] + 1
            self._tell(id, kind, payload)
            event = f'position={row["position"]}, leaf="{row["leaf"].hex()}"'
            self._events[event] = id, len(self._spoken.get(id, ()))
            self._latest[event] = id

    def _tell(self, id: str, kind: str, payload: Json) -> None:
        spoken = self._spoken.setdefault(id, [])
        if kind == "interview-started":
            spoken += payload["messages"]
        elif kind == "session-adopted":
            self.findings.append(f"{id} was lost: its client's session had to be adopted")
            spoken += payload["session"]["messages"]
        elif kind in SAYS:
            spoken.append({"role": SAYS[kind], "content": payload["content"]})
        elif kind not in self._also:
            self.findings.append(f"{id} has an event {kind}, for which there is no reason")
        if kind == "interview-completed":
            self._complete.add(id)
        if kind == "answer-given":
            self._answers[payload["content"]] += 1
            said = self._answers[payload["content"]]
            self._expect(said == 1, f"{payload['content'][:60]!r} is there {said} times")

    def check(self, given: Iterable[Acknowledged]) -> None:
        """Each reply is in the log, word for word, as the event that it came with."""
        for one in given:
            id, messages = one.session["interviewId"], one.session["messages"]
            self._heard.add(one.event)
            what = f"the reply of {id} with {len(messages)} messages"
            self._expect(self._events.get(one.event) == (id, len(messages)), f"{what} is lost")
            spoken = self._spoken.get(id, [])[: len(messages)]
            self._expect(spoken == messages, f"{what} is other than the log has it")
            is_there = one.answer is None or self._answers[one.answer] == 1
            self._expect(is_there, f"the answer {one.answer!r:.60} is lost")

    def unanswered(self) -> int:
        """How many interviews of those read last stand without the interviewer's reply."""
        return sum(self._spoken[id][-1]["role"] == "user" for id in set(self._latest.values()))

    def unheard(self) -> int:
        """How many replies of those read last no candidate was given so far."""
        return sum(
            event not in self._heard
            and self._spoken[id][self._events[event][1] - 1]["role"] == "assistant"
            for event, id in self._latest.items()
        )

    def incomplete(self) -> dict[str, int]:
        """How many messages each interview has that is not complete."""
        return {id: len(spoken) for id, spoken in self._spoken.items() if id not in self._complete}

    @property
    def interviews(self) -> int:
        return len(self._spoken)

    @property
    def head(self) -> int:
        return self._head

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.findings.append(otherwise)
