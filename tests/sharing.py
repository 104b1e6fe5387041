"""Logs that gateways of one test share: in memory, or in a database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from eventlog.protocol import EventLog
from tests.eventlog.shared import SharedLog
from tests.postgres import cluster


class Sharing(Protocol):
    """One log, of which each gateway of a test gets a view."""

    def view(self) -> EventLog:
        """The log as another gateway has it."""
        ...

    def claimed(self) -> list[str]:
        """The interviews on which there is a claim."""
        ...

    def drafted(self) -> list[str]:
        """The interviews of which there is a draft."""
        ...

    def expire(self) -> None:
        """Let time pass for all claims."""
        ...


class InMemory:
    """`Sharing` in memory."""

    def __init__(self, folder: Path) -> None:
        self.log = SharedLog()

    def view(self) -> SharedLog:
        return SharedLog(self.log)

    def claimed(self) -> list[str]:
        return list(self.log.rows)

    def drafted(self) -> list[str]:
        return self.log.drafted()

    def expire(self) -> None:
        self.log.expire()

    @contextmanager
    def cut_off(self, view: EventLog) -> Iterator[None]:
        """Let the gateway that has this view neither read nor write, and its claims be over."""
        assert isinstance(view, SharedLog)
        view.is_cut_off = True
        self.expire()
        yield
        view.is_cut_off = False


class InDatabase:
    """`Sharing` in a database of its own."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "log.key"
        self.url = cluster().empty_log()

    def view(self) -> EventLog:
        from eventlog.postgres.log import PostgresEventLog

        return PostgresEventLog(self.url, self._key)

    def claimed(self) -> list[str]:
        return self._ids("SELECT interview_id FROM interview_log.claims")

    def drafted(self) -> list[str]:
        return self._ids("SELECT interview_id FROM interview_log.drafts")

    def expire(self) -> None:
        late = "UPDATE interview_log.claims SET renewed_at = renewed_at - interval '1 hour'"
        cluster().execute(late, self._name)

    def _ids(self, query: str) -> list[str]:
        return [str(id) for (id,) in cluster().execute(query, self._name)]

    @property
    def _name(self) -> str:
        return self.url.rpartition("/")[2]


SHARINGS: dict[str, Callable[[Path], Sharing]] = {"memory": InMemory, "postgres": InDatabase}
