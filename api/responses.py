"""The problems an endpoint can answer, as the OpenAPI page shows them."""

from typing import Any

from api.problems import (
    FOREIGN_ORIGIN,
    INVALID_INPUT,
    NOT_JSON,
    PROBLEM_JSON,
    TOO_LARGE,
    UNKNOWN_HOST,
    Problem,
    ProblemType,
)

EVERYWHERE = (UNKNOWN_HOST, FOREIGN_ORIGIN)
WITH_BODY = (TOO_LARGE, NOT_JSON, INVALID_INPUT)


def documented(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for these kinds of problem."""
    return {
        kind.status: {
            "description": f"{kind.title}. {kind.advice}",
            "content": {
                PROBLEM_JSON: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
            },
        }
        for kind in kinds
    }
