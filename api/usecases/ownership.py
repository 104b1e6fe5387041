"""Whose interview is whose. A candidate who has signed in finds the interviews that it started.
All others are as if nobody had them: the same error, the same words, the same time.
"""

from hashlib import sha256
from uuid import UUID

from api.usecases.callers import Caller
from api.usecases.errors import NotOwnInterview
from eventlog.protocol import Ownership


class OwnInterviews:
    """Finds in `log` the interview that a caller names.

    A client can start an interview under an id of its own, so as to post the start again. If the
    gateway refused an id, a candidate would learn that somebody else has it. So a candidate's
    interview gets an id that is made of the one that it named and of who it is. It can be named by
    either.
    """

    def __init__(self, log: Ownership) -> None:
        self._log = log

    async def get(self, interview_id: str, caller: Caller) -> str:
        """The id of the interview that the caller means. For a caller who can see all interviews it
        is the one given, also if no interview has it. Raises NotOwnInterview."""
        if caller.owner is None:
            return interview_id
        found = await self._find(interview_id, caller.owner)
        if found is None:
            raise NotOwnInterview
        return found

    async def to_begin(self, interview_id: str, caller: Caller) -> str:
        """The id under which the caller's start with this id begins an interview, or has."""
        if caller.owner is None:
            return interview_id
        found = await self._find(interview_id, caller.owner)
        return found or _id_for(caller.owner, interview_id)

    async def _find(self, interview_id: str, owner: str) -> str | None:
        # Two look-ups of an interview that is not the caller's, whether or not there is one.
        for id in (interview_id, _id_for(owner, interview_id)):
            if await self._log.was_started_by(owner, id):
                return id
        return None


def _id_for(owner: str, interview_id: str) -> str:
    """The id of the interview that `owner` started as `interview_id`. Nobody else can make one that
    is the same."""
    digest = sha256(f"{interview_id} {owner}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=5))
