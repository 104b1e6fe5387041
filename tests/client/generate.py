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

CALLS = ("conduct", "streams", "history", "audit")
TRANSPORT = ("transport", "retries", "event-stream")
SOURCES = ("index", "errors", *TRANSPORT, *CALLS, "paths", "interview-id")
OPENAPI = "openapi.d.ts"

COMMENT = r" {4}/\*\*(?:(?!\*/).)*\*/\n"
MARKS = re.DOTALL | re.MULTILINE


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
        comments = {
            name: comment
            for source in (*CALLS, "index")
            for comment, name in re.findall(
                rf"^({COMMENT})    (\w+)[:(]", made[f"{source}.d.ts"], MARKS
            )
        }
        return made | {"index.d.ts": explained(made["index.d.ts"], comments)}


def explained(text: str, comments: dict[str, str]) -> str:
    """The text with each call's comment at the module's function of that name. The compiler leaves
    these out, and an editor would show a developer nothing."""
    names = "|".join(comments)
    return re.sub(
        rf"(?<!\*/\n)^export (?:function|const) ({names})\b",
        lambda found: dedent(comments[found[1]]) + found[0],
        text,
        flags=re.MULTILINE,
    )


def main() -> None:
    for name, text in declarations().items():
        (CLIENT / name).write_text(text)
        print(name)


if __name__ == "__main__":
    main()
