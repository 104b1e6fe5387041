"""Words as they are compared."""

from string import printable

from hypothesis import given
from hypothesis import strategies as st

from statemachine.listening.tokens import tokens

# A backtick is an apostrophe beside other letters alone.
ASCII = printable.replace("`", "")


@given(st.text(ASCII, max_size=60))
def test_ascii_is_read_as_it_is_beside_other_letters(text: str) -> None:
    assert [*tokens(text), "ж"] == list(tokens(f"{text} ж"))
