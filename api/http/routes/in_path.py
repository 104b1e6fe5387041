"""The interview that a path names."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from api.usecases.refusals import UnknownInterview


async def _in_path(interview_id: Annotated[UUID, Path(alias="interviewId")]) -> str:
    return str(interview_id)


InterviewInPath = Annotated[str, Depends(_in_path)]
"""The `{interviewId:uuid}` of a path, as the log writes it: a lower-case UUID."""


def unknown(interview_id: str) -> UnknownInterview:
    """What to raise where the log holds no such interview."""
    return UnknownInterview(
        f"The log holds no interview {interview_id}. GET /api/v1/interviews lists those it holds."
    )
