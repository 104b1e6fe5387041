"""The interview that a path names."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path


async def _in_path(interview_id: Annotated[UUID, Path(alias="interviewId")]) -> str:
    return str(interview_id)


InterviewInPath = Annotated[str, Depends(_in_path)]
"""The `{interviewId:uuid}` of a path, as the log writes it: a lower-case UUID."""
