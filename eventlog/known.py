"""The interviews in use, kept folded in memory."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from eventlog.errors import VersionConflict
from eventlog.readmodels import Projection, project
from eventlog.records import Record, UnplacedRecord, draft
from statemachine.events import Event, InterviewStarted, SessionAdopted
from statemachine.interview import Interview

INTERVIEWS_IN_MEMORY = 512
CHARACTERS_IN_MEMORY = 16 * 1024 * 1024
"""How many interviews are kept, and of how many characters in all. A character takes up to 4
bytes, in the interview and again in its newest record."""


@dataclass(frozen=True)
class Known:
    """An interview as it is kept, and what the append that made it so told of it: its newest
    record, and the fingerprint of the session that it stands at."""

    interview: Interview
    newest: Record | None = None
    current_fingerprint: bytes | None = None

    def characters(self) -> int:
        """How much is said in it."""
        said = sum(len(message.content) for message in self.interview.messages)
        return said + len((self.newest and self.newest.payload) or "")


def begins(expected_version: int, events: Sequence[Event]) -> bool:
    """Whether the events begin an interview, which need not be looked for: if it is there already,
    the writer finds it."""
    return not expected_version and isinstance(events[0], InterviewStarted | SessionAdopted)


def drafted(
    known: Known | None,
    interview_id: str,
    expected_version: int,
    events: Sequence[Event],
    at: datetime,
    after: Interview | None = None,
) -> tuple[Projection, list[UnplacedRecord]]:
    """What `events` make of the interview that is `known`, and their records on the way into the
    log. `after` is the interview after the first event, if it is known. Raises VersionConflict or
    IllegalMove."""
    found = known.interview.version if known else 0
    if expected_version != found:
        raise VersionConflict(f"interview {interview_id} is at {found}, not {expected_version}")
    before, current = (known.interview, known.current_fingerprint) if known else (None, None)
    projection = project(before, interview_id, events, current, after)
    drafts = [
        draft(interview_id, expected_version + 1 + n, event, at) for n, event in enumerate(events)
    ]
    return projection, drafts


class KnownInterviews:
    """The interviews used last, by id, bounded by their number and by what is said in them. The
    log's writer keeps them in its thread, and any other may look them up."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._known: OrderedDict[str, tuple[Known, int]] = OrderedDict()
        self._characters = 0

    def get(self, interview_id: str) -> Known | None:
        with self._lock:
            found = self._known.get(interview_id)
            if found is None:
                return None
            self._known.move_to_end(interview_id)
            return found[0]

    def keep(self, interview_id: str, found: Known) -> Known:
        """Keep the newer of what is known and what was `found`; which it is."""
        characters = found.characters()
        with self._lock:
            known = self.get(interview_id)
            if known is not None and known.interview.version >= found.interview.version:
                return known
            self.forget(interview_id)
            self._known[interview_id] = found, characters
            self._characters += characters
            while len(self._known) > 1 and self._is_full():
                self.forget(next(iter(self._known)))
            return found

    def forget(self, interview_id: str) -> None:
        with self._lock:
            _, characters = self._known.pop(interview_id, (None, 0))
            self._characters -= characters

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._characters = 0

    def _is_full(self) -> bool:
        return len(self._known) > INTERVIEWS_IN_MEMORY or self._characters > CHARACTERS_IN_MEMORY
