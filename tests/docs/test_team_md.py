"""docs/team.md shows the table that the gateway goes by."""

from pathlib import Path

from tests.docs.access_table import access_table

TEAM = Path(__file__).parents[2] / "docs/team.md"


def test_the_table_of_roles_is_the_one_that_is_enforced() -> None:
    run = "python -m tests.docs.access_table"
    assert access_table() in TEAM.read_text("utf-8"), f"put the output of `{run}` there"
