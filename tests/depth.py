"""How deep the tests look: a little in each run of the suite, and far where `TESTS_DEEP=1` is set.

Hypothesis draws other examples in each run, so that a few in each are many in the end. While
coverage is measured, an example takes three times as long.
"""

import os

DEEP = bool(os.environ.get("TESTS_DEEP"))
SHALLOWER = 5


def examples(deep: int) -> int:
    """How many examples to draw of a claim that gets `deep` of them in a deep run."""
    return deep if DEEP else deep // SHALLOWER
