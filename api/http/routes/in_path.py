"""The interview that a path names."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from api.http.caller import caller_of
from api.http.routes.gateway_of import gateway_of


async def _in_path(
    request: Request, interview_id: Annotated[UUID, Path(alias="interviewId")]
) -> str:
    own_interviews = gateway_of(request).own_interviews
    return await own_interviews.get(str(interview_id), caller_of(request))


InterviewInPath = Annotated[str, Depends(_in_path)]
"""The `{interviewId:uuid}` of a path, as the log writes it: a lower-case UUID. A candidate who
names an interview that it did not start gets no further than this."""
