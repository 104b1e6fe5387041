"""Who asks for something: a person who has signed in, or anybody while sign-in is off.

Nothing here knows how a caller was recognised. `api/http/signin/` does that.
"""

from dataclasses import dataclass
from enum import StrEnum


class CallerRole(StrEnum):
    """What a caller may do; docs/team.md has the table."""

    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Caller:
    """Who sent a request, and in which roles this request was allowed.

    `subject` is the token's `sub`. It is None while sign-in is off, and of somebody who has not
    signed in. `roles` are only those that allow the request at hand: of somebody who is both, a
    request that only candidates may send is a candidate's.
    """

    subject: str | None
    roles: frozenset[CallerRole]

    @property
    def owner(self) -> str | None:
        """The subject whose interviews are all that this caller can see; None for a caller who can
        see the interviews of all. Nobody owns an interview as "", which is no subject."""
        return None if self.roles - {CallerRole.CANDIDATE} else self.subject or ""

    @property
    def is_staff(self) -> bool:
        """Whether this caller may know how the gateway and its services are."""
        return bool(self.roles - {CallerRole.CANDIDATE})


EVERYBODY = Caller(None, frozenset(CallerRole))
"""The caller of each request while sign-in is off: the person at this machine."""

NOBODY = Caller(None, frozenset())
"""The caller who has not signed in, at what is open to all."""
