"""The types of the client, made of the gateway's OpenAPI document and of the client's own comments.

python -m tests.client.generate
"""

import json
import re
import shutil
import tempfile
from pathlib import Path
from textwrap import dedent
from typing import Any

from api.app import create_app
from eventlog.memory import MemoryEventLog
from tests.client.tools import CLIENT, compile_typescript, node
from tests.gateways import settings_for

SOURCES = ("index", "errors", "transport")
OPENAPI = "openapi.d.ts"


def schemas() -> str:
    """The types of what is sent and answered. The paths are left out: the client knows them."""
    document = create_app(settings_for(), MemoryEventLog()).openapi()
    told = untitled({**document, "paths": {}})
    return node("openapi-typescript/bin/cli.js", stdin=json.dumps(told))


def untitled(schema: Any) -> Any:
    """Without the titles that pydantic makes of the names, which say nothing more."""
    if isinstance(schema, list):
        return [untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = isinstance(schema.get("title"), str)  # else it is a property that is called so
    return {
        name: untitled(value) for name, value in schema.items() if not (named and name == "title")
    }


def declarations() -> dict[str, str]:
    """All `.d.ts` files of the client by their names, as they ought to be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)  # the compiler would not write over what it reads
        for source in SOURCES:
            shutil.copy(CLIENT / f"{source}.js", folder)
        shutil.copy(CLIENT / "package.json", folder)
        (folder / OPENAPI).write_text(schemas())
        problems = compile_typescript(
            folder,
            [f"{source}.js" for source in SOURCES],
            allowJs=True,
            checkJs=True,
            declaration=True,
            emitDeclarationOnly=True,
        )
        assert not problems, problems
        made = {path.name: path.read_text() for path in sorted(folder.glob("*.d.ts"))}
        return made | {"index.d.ts": explained(made["index.d.ts"])}


def explained(text: str) -> str:
    """With what a client's function says of itself at the module's function of that name too: the
    compiler leaves such out, and an editor would show a developer nothing."""
    members = re.findall(
        r"^( {4}/\*\*(?:(?!\*/).)*\*/\n) {4}(\w+)[:(]", text, re.DOTALL | re.MULTILINE
    )
    comments = {name: dedent(comment) for comment, name in members}
    return re.sub(
        r"(?<!\*/\n)^export function (\w+)",
        lambda found: comments[found[1]] + found[0],
        text,
        flags=re.MULTILINE,
    )


def main() -> None:
    for name, text in declarations().items():
        (CLIENT / name).write_text(text)
        print(name)


if __name__ == "__main__":
    main()
