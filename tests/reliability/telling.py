"""How a harness prints what it did and found."""

from collections.abc import Mapping, Sequence


def table(shown: Mapping[str, object], findings: Sequence[str]) -> str:
    """A line for each figure, and one for each of the first findings."""
    width = max(map(len, shown))
    lines = [f"{name:<{width}}  {value}" for name, value in shown.items()]
    return "\n".join([*lines, *(f"FOUND: {finding}" for finding in findings[:20])])
