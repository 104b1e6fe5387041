"""The client's types: made of the gateway's OpenAPI document, and right for those who use them."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from api.http.routes.page import FOLDER
from tests.client.generate import CALLS, declarations
from tests.client.tools import CLIENT, HERE, MODULES, compile_typescript, needs_tools

GUIDE = Path("docs/desktop.md")
BUNDLED = {"module": "esnext", "moduleResolution": "bundler", "noEmit": True}
TO_THE_END = re.DOTALL | re.MULTILINE
STRICTEST = {"exactOptionalPropertyTypes": True, "noUncheckedIndexedAccess": True}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder in which the client is installed."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "integration-service-client").symlink_to(CLIENT)
    (modules / "@types").symlink_to(MODULES / "@types")
    (modules / "csstype").symlink_to(MODULES / "csstype")
    return tmp_path


@needs_tools
def test_they_are_what_the_gateway_and_the_client_say_now() -> None:
    kept = {path.name: path.read_text() for path in CLIENT.glob("*.d.ts")}
    assert kept == declarations(), "run `python -m tests.client.generate`"


def test_each_function_says_what_it_does() -> None:
    declared = (CLIENT / "index.d.ts").read_text()
    functions = re.findall(r"^(.*)\nexport (?:function|const) (\w+)", declared, re.MULTILINE)
    assert {"fetchHealth", "sendResponse", "createClient"} <= {name for _, name in functions}
    assert [name for before, name in functions if not before.endswith("*/")] == []


def test_each_member_of_a_client_is_declared_once() -> None:
    declared = "".join((CLIENT / f"{name}.d.ts").read_text() for name in ("index", *CALLS))
    found = Counter(re.findall(r"^    (\w+)(?:: )?\(", declared, re.MULTILINE))
    assert {"setBaseUrl", "sendResponse", "verifyLog"} <= found.keys()
    assert {name: times for name, times in found.items() if times > 1} == {}


@needs_tools
@pytest.mark.parametrize("module", ["nodenext", "esnext"])
def test_a_program_that_uses_them_compiles_and_a_misuse_does_not(
    project: Path, module: str
) -> None:
    shutil.copy(HERE / "usage.ts", project)
    (project / "package.json").write_text('{"type": "module"}')
    options = BUNDLED if module == "esnext" else {"noEmit": True}
    assert compile_typescript(project, ["usage.ts"], **options, **STRICTEST) == ""


@needs_tools
def test_the_page_keeps_to_them(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "page")
    scripts = [str(path) for path in (tmp_path / "page").rglob("*.js")]
    assert compile_typescript(tmp_path, scripts, allowJs=True, checkJs=True, **BUNDLED) == ""


def snippets() -> dict[str, str]:
    """The guide's files: each begins with a comment that names it."""
    blocks = re.findall(r"^```tsx?\n// (\S+)\n(.*?)^```$", GUIDE.read_text(), TO_THE_END)
    return dict(blocks)


@needs_tools
def test_the_guide_compiles_as_it_stands(project: Path) -> None:
    files = snippets()
    assert {"src/App.tsx", "src/StatusBar.tsx", "src/Interview.tsx"} <= files.keys()
    for name, text in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    said = compile_typescript(project, list(files), jsx="react-jsx", **BUNDLED, **STRICTEST)
    assert said == ""


def first_cells(heading: str) -> set[str]:
    """What the tables of a section of the guide are about, row by row."""
    [section] = re.findall(rf"^## \d+\. {heading}$(.*?)^## ", GUIDE.read_text(), TO_THE_END)
    return set(re.findall(r"^\| `([\w-]+)", section, re.MULTILINE))


def test_the_guide_tells_of_each_kind_of_error() -> None:
    kinds = set(
        re.findall(r'@type \{const\} \*/ \("([a-z-]+)"\)', (CLIENT / "errors.js").read_text())
    )
    assert len(kinds) == 15
    assert first_cells("Explain errors") == kinds


def test_the_guide_tells_of_each_stream_and_each_of_its_events() -> None:
    streams = re.findall(
        r"^    (\w+): .*AsyncGenerator", (CLIENT / "streams.d.ts").read_text(), re.M
    )
    types = set(re.findall(r'type: "(\w+)"', (CLIENT / "index.d.ts").read_text()))
    assert (len(streams), len(types)) == (4, 4)
    assert first_cells("Stream a reply") == {*streams, *types}
