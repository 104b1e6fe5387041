"""The types of the client, made of the gateway's OpenAPI document and of the client's own comments.

python -m tests.client.generate
"""

import json
import shutil
import tempfile
from pathlib import Path

from api.app import create_app
from eventlog.memory import MemoryEventLog
from tests.client.tools import CLIENT, compile_typescript, node
from tests.gateways import settings_for

SOURCES = ("index", "errors", "transport")
OPENAPI = "openapi.d.ts"


def schemas() -> str:
    """The types of what is sent and answered. The paths are left out: the client knows them."""
    document = create_app(settings_for(), MemoryEventLog()).openapi()
    return node("openapi-typescript/bin/cli.js", stdin=json.dumps({**document, "paths": {}}))


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
        return {path.name: path.read_text() for path in sorted(folder.glob("*.d.ts"))}


def main() -> None:
    for name, text in declarations().items():
        (CLIENT / name).write_text(text)
        print(name)


if __name__ == "__main__":
    main()
