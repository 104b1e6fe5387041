"""The OpenAPI document is true, also along its links. The short run of
`python -m tests.reliability.openapi_cases`; `-s` shows what was answered."""

from pathlib import Path

import pytest

from tests.reliability.drawing import Cases, Result, gateway

SEED = 20261128
CASES = 12
"""How many requests of each kind each operation gets."""


def test_walks_along_the_links_are_answered_as_documented(tmp_path: Path) -> None:
    """Which way they take is chance. `tests/api/http/test_openapi.py` goes each link once."""
    with gateway(tmp_path, has_sign_in=False) as process:
        total = Cases(process, has_sign_in=False, seed=SEED).walk()
    print(total.table())
    assert not total.findings, total.table()
    assert total.answers


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
