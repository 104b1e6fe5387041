"""What `serve` does without while it starts. Only the process's own entry may decide this, so no
library and no other command is concerned.
"""

import gc
import sys
from typing import Final

UNUSED: Final = (
    # httpx's own command line, with rich, pygments and click: 25 ms and 4 MB.
    "httpx._main",
    # pydantic's first version. FastAPI asks of each model whether it is one: 14 ms and 1.3 MB.
    "pydantic.v1",
)
"""Modules that libraries load if they can, and that no gateway uses. Each library copes without."""


def begin() -> None:
    """Prepare for the imports of a gateway. `end` belongs to it."""
    # Imports make a million objects and next to no garbage. Looking for it took 120 ms of 850.
    gc.disable()
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    _import_fastapi()


def end() -> None:
    """Go on as usual, once everything is made that stays to the end."""
    # Kept out of the collector's rounds, it no longer costs each full one 45 ms in which nobody is
    # answered. A round before that would take as long, and free 0.3 MB.
    gc.freeze()
    gc.enable()


def _import_fastapi() -> None:
    # Its models of an OpenAPI document are built when the document is asked for: 1.3 MB, and a
    # third of the time that FastAPI takes.
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    try:
        import fastapi  # noqa: F401
    finally:
        del BaseModel.model_config["defer_build"]
