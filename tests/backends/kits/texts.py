"""The texts in the built-in kits and words, as files hold them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import backends

PACKAGE = Path(backends.__file__).parent
KEPT_ENGLISH = {"id", "criteria", "role", "language", "seniority"}


def read(name: str) -> dict[str, Any]:
    """The file of the package, by its path without the ending."""
    return tomllib.loads((PACKAGE / f"{name}.toml").read_text(encoding="utf-8"))


def strings(value: object) -> Iterator[str]:
    """All texts that somebody translated."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in KEPT_ENGLISH or "{" in str(item):  # words have a text `language`
                yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    else:
        yield str(value)
