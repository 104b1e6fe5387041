"""The OpenAPI document is true, and its links lead through an interview. The short run of
`python -m tests.reliability.openapi_cases`; `-s` shows what was answered."""

from pathlib import Path

import pytest

from tests.reliability.drawing import Cases, Result, gateway

SEED = 20261128
CASES = 12
"""How many requests of each kind each operation gets."""

ROUNDS = 40
"""How often to walk anew, at most, until all of `WAYS` were gone. Schemathesis tosses a coin of its
own for whether to keep to a link, so that no two walks are the same."""

WAYS = {
    f"200 {operation}"
    for operation in (
        "GET /api/v1/models",
        "POST /api/v1/interviews/start",
        "POST /api/v1/interviews/respond",
        "POST /api/v1/interviews/summary",
        "GET /api/v1/interviews",
        "GET /api/v1/interviews/{interviewId}/events",
        "GET /api/v1/interviews/{interviewId}/transcript",
        "DELETE /api/v1/interviews/{interviewId}",
    )
}
"""What a walk must reach with success: an interview from its start to its end."""


def test_the_links_lead_through_interviews_and_every_answer_is_as_documented(
    tmp_path: Path,
) -> None:
    total = Result()
    with gateway(tmp_path, has_sign_in=False) as process:
        cases = Cases(process, has_sign_in=False, seed=SEED)
        for _ in range(ROUNDS):
            total.add(cases.walk())
            if total.findings or total.answers.keys() >= WAYS:
                break
    print(total.table())
    assert not total.findings, total.table()
    assert total.answers.keys() >= WAYS, f"never reached: {WAYS - total.answers.keys()}"


@pytest.mark.parametrize("has_sign_in", [False, True], ids=["open", "sign-in"])
def test_any_request_to_any_operation_is_answered_as_documented(
    tmp_path: Path, has_sign_in: bool
) -> None:
    """By itself, as documented or not: what no link leads to as well."""
    total = Result()
    with gateway(tmp_path, has_sign_in=has_sign_in) as process:
        for result in Cases(process, has_sign_in=has_sign_in, seed=SEED).ask_all(most=CASES):
            total.add(result)
    print(total.table())
    assert not total.findings, total.table()
    statuses = {what[:3] for what in total.answers}
    assert statuses >= {"200", "404", "422"} | ({"401", "403"} if has_sign_in else set())
