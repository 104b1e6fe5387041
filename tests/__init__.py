"""The tests, in folders that mirror the packages."""

import pytest

# Before anything imports them: a failed assertion in a helper is to be told as in a test.
pytest.register_assert_rewrite("tests.eventlog.contract", "tests.eventlog.evidence")
