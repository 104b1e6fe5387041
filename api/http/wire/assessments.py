"""Assessments over the wire."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from api.usecases.assessing import GivenAssessment
from statemachine.assessment import CriterionResult, Judgement
from statemachine.events import Attempt
from statemachine.session import ModelId, Subject, Value


class AssessmentRequest(Value):
    """`{"model"?}` for a model's assessment, `{"by", "criteria"}` for a person's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "granite4:2b"},
                {
                    "by": "Ada Lovelace",
                    "criteria": [{"id": "delivery", "note": "Ask about it in the next interview."}],
                },
            ]
        }
    )

    model: ModelId | None = Field(
        None, description="Left out: the interview's model, else the one that is chosen."
    )
    by: Subject | None = Field(
        None, description="Who assesses. With sign-in it is the `sub` of the token instead."
    )
    criteria: list[Judgement] | None = Field(None, min_length=1, max_length=20)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.criteria is not None and self.model is not None:
            raise ValueError("send either model or criteria, not both")
        if self.criteria is None and self.by is not None:
            raise ValueError("a person's own assessment needs criteria")
        return self


class Assessment(Value):
    """One assessment, and the event that it is."""

    position: int
    version: int
    time: str
    by: str | None = Field(None, description="The person whose assessment it is.")
    model: str | None = Field(None, description="The model that gave it.")
    backend: str | None = Field(
        None, description="Where the model is; `templates` if no model gave anything."
    )
    kit: str
    kit_version: str
    prompt_version: str | None = Field(
        None, description="SHA-256 of what the model was told besides interview and rubric."
    )
    attempts: list[Attempt] = Field(description="Backends that gave nothing, and why.")
    criteria: list[CriterionResult]

    @classmethod
    def of(cls, given: GivenAssessment) -> Self:
        event, record, origin = given.event, given.record, given.event.origin
        return cls(
            position=record.position,
            version=record.version,
            time=record.time,
            by=event.by,
            model=origin and origin.model,
            backend=origin and origin.backend,
            kit=event.kit,
            kit_version=event.kit_version,
            prompt_version=event.prompt_version,
            attempts=list(origin.attempts) if origin else [],
            criteria=list(event.criteria),
        )


class AssessmentsReply(Value):
    assessments: list[Assessment] = Field(description="The oldest first.")
