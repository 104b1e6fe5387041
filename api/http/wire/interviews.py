"""Conducting an interview: what is posted beside the session, and the summary."""

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from statemachine.brief import DEFAULT_LANGUAGE, Brief, Document, KitId, Language, Name
from statemachine.session import (
    Answer,
    InterviewId,
    ModelId,
    QuestionCount,
    Role,
    Session,
    Value,
)

EXAMPLE_SESSION: dict[str, Any] = {
    "config": {"role": "Software Engineer", "model": "granite4:2b", "totalQuestions": 3},
    "messages": [
        {"role": "system", "content": "You are OpenTalent Interviewer."},
        {"role": "user", "content": "Please start the interview."},
        {
            "role": "assistant",
            "content": "Hello, I'm OpenTalent Interviewer. Question 1: What did you build last?",
        },
    ],
    "currentQuestion": 1,
    "isComplete": False,
}
"""A session that the log need not know: the examples of the OpenAPI page work as they stand,
on any gateway, because it is adopted."""


class StartRequest(Value):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"role": "Software Engineer", "totalQuestions": 3},
                {"kit": "nurse", "candidateName": "Ada", "jobDescription": "Night shifts."},
            ],
        }
    )

    role: Role | None = Field(None, description="The role of any kit. Left out: the kit's.")
    model: ModelId | None = Field(
        None, description="Left out: the selected model, else the first available."
    )
    total_questions: QuestionCount | None = Field(
        None, description="Left out: 5, or as many as the kit has, if that is fewer."
    )
    kit: KitId | None = Field(None, description="Left out: the one for the role and language.")
    language: Language = Field(
        DEFAULT_LANGUAGE,
        description="What the interview is held in, as a BCP 47 tag. Left out: the kit's language.",
    )
    candidate_name: Name | None = None
    job_description: Document | None = Field(
        None, description="The text of the job description. The questions are about it."
    )
    cv: Document | None = Field(None, description="The text of the candidate's CV.")
    practice: bool = Field(
        False, description="Practice: with hints after each answer, and in no hiring list."
    )
    interview_id: InterviewId | None = Field(
        None,
        description="A UUID of the client's own. With it, a start whose reply was lost can be "
        "posted again and gives the same interview.",
    )

    @property
    def brief(self) -> Brief:
        """What the interviewer is told beforehand. Its language is set where the client gave it."""
        given = {"language": self.language} if "language" in self.model_fields_set else {}
        return Brief(
            kit=self.kit,
            **given,
            candidate_name=self.candidate_name,
            job_description=self.job_description,
            cv=self.cv,
            practice=self.practice,
        )


class RespondRequest(Value):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session": EXAMPLE_SESSION,
                    "message": "A queue that survives restarts, for the orders of a shop.",
                }
            ]
        }
    )

    session: Session
    message: Answer = Field(description="The candidate's answer, kept word for word.")


class SummaryRequest(Value):
    """`{"session": …}`, or the bare session as older desktops post it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session": EXAMPLE_SESSION}]})

    session: Session

    @model_validator(mode="before")
    @classmethod
    def _wrap_bare_session(cls, body: Any) -> Any:
        if isinstance(body, dict) and "session" not in body:
            return {"session": body}
        return body


class SummaryReply(Value):
    summary: str
    role: Role
    questions_asked: int
    responses_given: int
    timestamp: str
