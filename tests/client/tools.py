"""Node, and the TypeScript tools that `npm install` puts beside this file: what a developer of the
desktop has. Whoever has only Python skips what needs them."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from api.http.routes.page import FOLDER

HERE = Path(__file__).parent
NODE = shutil.which("node")
MODULES = HERE / "node_modules"
CLIENT = FOLDER / "integration-service-client"

needs_node = pytest.mark.skipif(NODE is None, reason="no Node is installed")
needs_tools = pytest.mark.skipif(
    NODE is None or not MODULES.is_dir(),
    reason="no TypeScript tools: run `npm install --no-package-lock` in tests/client",
)

COMPILER = {
    "target": "es2022",
    "module": "nodenext",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
    "strict": True,
    "noUncheckedIndexedAccess": False,
    "skipDefaultLibCheck": True,  # the compiler's own declarations are not ours to check
}


def node(script: str, *arguments: str, stdin: str = "") -> str:
    """What a script of node_modules prints; CalledProcessError, with its output, where it fails."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, str(MODULES / script), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(
            done.returncode, script, f"{done.stdout}\n{done.stderr}".strip()
        )
    return done.stdout


def compile_typescript(folder: Path, files: Sequence[str], **options: Any) -> str:
    """What the compiler says to `files` of `folder`, "" if nothing. Types of packages are found
    where `folder` has them in its node_modules."""
    project = {"compilerOptions": {**COMPILER, **options}, "files": [*files]}
    (folder / "tsconfig.json").write_text(json.dumps(project))
    try:
        return node("typescript/bin/tsc", "--project", str(folder), "--pretty", "false")
    except subprocess.CalledProcessError as error:
        return str(error.output)
