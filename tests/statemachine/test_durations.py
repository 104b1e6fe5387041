"""Durations for a person."""

import pytest

from statemachine.durations import duration_text


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0 ms"),
        (250, "250 ms"),
        (249.6, "250 ms"),
        (999, "999 ms"),
        (1000, "1 s"),
        (1234, "1.2 s"),
        (3000, "3 s"),
        (1_234_500, "1,234.5 s"),
    ],
)
def test_a_duration_is_in_the_unit_in_which_one_thinks_of_it(
    milliseconds: float, shown: str
) -> None:
    assert duration_text(milliseconds) == shown
