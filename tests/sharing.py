"""Logs that gateways of one test share: in memory, or in a database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psycopg

from eventlog.claims import ReplyClaims
from eventlog.postgres.roles import grant
from eventlog.protocol import EventLog
from tests.eventlog.shared import SharedLog
from tests.postgres import cluster

ROLE = "sharing_gateway"


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

    def forget_claims(self) -> None:
        """Lose all claims, as a database does that is killed."""
        ...


def claims_of(log: EventLog) -> ReplyClaims:
    assert log.claims is not None
    return log.claims


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

    def forget_claims(self) -> None:
        self.log.rows.clear()

    @contextmanager
    def cut_off(self, view: EventLog) -> Iterator[None]:
        """Let the gateway that has this view neither read nor write, and its claims be over."""
        assert isinstance(view, SharedLog)
        view.is_cut_off = True
        self.expire()
        yield
        view.is_cut_off = False


class InDatabase:
    """`Sharing` in a database of its own, by a role that may do no more than a gateway must."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "log.key"
        log = cluster().empty_log()
        self._name = log.rpartition("/")[2]
        with suppress(psycopg.errors.DuplicateObject):
            cluster().execute(f"CREATE ROLE {ROLE} LOGIN")
        grant(log, gateway=ROLE)
        self.url = cluster().url(self._name, ROLE)

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

    def forget_claims(self) -> None:
        cluster().execute("TRUNCATE interview_log.claims", self._name)

    def _ids(self, query: str) -> list[str]:
        return [str(id) for (id,) in cluster().execute(query, self._name)]


SHARINGS: dict[str, Callable[[Path], Sharing]] = {"memory": InMemory, "postgres": InDatabase}
