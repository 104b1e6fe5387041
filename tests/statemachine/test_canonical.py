"""The one byte string of a value, which hashes in old logs rely on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statemachine.canonical import canonical_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_keys_are_sorted_and_nothing_stands_between_tokens() -> None:
    value = {"b": [1, True, None], "a": {"d": -2, "c": ""}}
    assert canonical_json(value) == b'{"a":{"c":"","d":-2},"b":[1,true,null]}'


def test_only_what_json_must_escape_is_escaped() -> None:
    assert canonical_json("é’\u2028😀") == '"é’\u2028😀"'.encode()
    assert (
        canonical_json('"\\\b\f\n\r\t\x00\x1f\x7f') == b'"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'
    )


def test_a_number_that_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


@given(values)
def test_a_value_comes_back_from_its_bytes(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_in_which_keys_were_set_changes_nothing(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)
