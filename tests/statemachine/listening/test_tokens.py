"""Words as they are compared."""

from string import printable

from hypothesis import example, given
from hypothesis import strategies as st

from statemachine.listening.tokens import all_tokens, tokens


@example("I don`t know")
@given(st.text(printable, max_size=60))
def test_ascii_is_read_as_it_is_beside_other_letters(text: str) -> None:
    assert [*tokens(text), "ж"] == list(tokens(f"{text} ж"))


@example("I don`t 'know'")
@given(st.text(printable, max_size=60) | st.text(max_size=60))
def test_words_are_the_same_together_as_one_by_one(text: str) -> None:
    assert all_tokens(text) == list(tokens(text))
