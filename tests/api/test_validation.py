"""What a wrong value is told: what it must be, in our words and not in pydantic's."""

from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from api.validation import requirement


class Inner(BaseModel):
    name: str


class Posted(BaseModel):
    text: str = ""
    number: int = Field(default=0, strict=True)
    choice: bool = Field(default=False, strict=True)
    several: list[Inner] = Field(default=[], min_length=1, max_length=2)
    pair: tuple[int, int] = (1, 2)
    inner: Inner = Inner(name="")
    named: dict[str, int] = {}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", 1, "must be text"),
        ("number", "one", "must be a whole number"),
        ("choice", "yes", "must be true or false"),
        ("several", {}, "must be a list"),
        ("several", [], "must have 1 or more entries"),
        ("several", [{"name": "a"}] * 3, "must have 2 or fewer entries"),
        ("pair", 1, "must be a list"),
        ("inner", [], "must be an object"),
        ("inner", {}, "is required"),
        ("named", [], "must be an object"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_what_it_must_be(
    field: str, value: Any, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Posted.model_validate({field: value})
    [error] = caught.value.errors()
    assert requirement(error) == words
