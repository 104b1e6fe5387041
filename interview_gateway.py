"""The command `interview-gateway`, from its first line.

The gateway's packages have everyday names. Another `api` or `statemachine` that Python finds first
would end every command in a stack trace. This module has a name that nothing else has: it is found
whatever else is there, and says which file is in the way.
"""

import os
import sys
from importlib.util import find_spec
from types import ModuleType

PACKAGES = ("api", "backends", "eventlog", "statemachine")

MARK = b"# A package of interview-gateway"
"""How the first line of each of them begins. Their folder would not tell: a package that was
installed over ours stands in the same one."""


def main() -> None:
    """Run the command line. Exits with 1 and a line where other modules are in the way."""
    for name in PACKAGES:
        file = _found_instead_of(name)
        if file is not None:
            _refuse(f"{file} is in the way of the gateway's own package {name}", file)
    # To look for plugins, of which we use none, pydantic would read the metadata of all packages.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    try:
        if sys.argv[1:] == ["serve"]:
            from api.cli import starting

            starting.main()
        else:
            from api.cli.app import app

            app()
    except ImportError as error:
        _refuse_to_load(error, error.path, _file_of((error.name or "").partition(".")[0]))
    except AttributeError as error:
        if not isinstance(error.obj, ModuleType):
            raise
        # How the import of a module shows itself that has a library's name and nothing more.
        _refuse_to_load(error, getattr(error.obj, "__file__", None))


def _found_instead_of(name: str) -> str | None:
    """The file or folder that Python finds under the name, if it is not the gateway's package."""
    file = _file_of(name)
    if file is None or not file.endswith("__init__.py"):
        return file
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 - pathlib costs more than all of this
            return None if opened.read(len(MARK)) == MARK else file
    except OSError:
        return file


def _file_of(name: str) -> str | None:
    """Where Python finds the module; for a package without `__init__.py`, its folder."""
    spec = find_spec(name) if name else None
    if spec is None:
        return None
    if spec.origin is None and spec.submodule_search_locations:
        return next(iter(spec.submodule_search_locations), None)
    return spec.origin


def _refuse_to_load(error: Exception, *files: str | None) -> None:
    """A library is not there, or something is in its way: in these files, or where it failed."""
    from traceback import walk_tb

    *_, (frame, _) = walk_tb(error.__traceback__)
    found = [file for file in (*files, frame.f_code.co_filename) if file is not None]
    file = next(filter(_is_on_python_path, found), found[0])
    _refuse(f"the gateway cannot be loaded: {error} (look at {file})", file)


def _refuse(what: str, file: str | None) -> None:
    advice = "install the gateway in an environment of its own (python3 -m venv) and run it there"
    if file is not None and _is_on_python_path(file):
        advice = f"unset PYTHONPATH, which leads there, and {advice}"
    elif file is not None and _is_in(file, os.path.abspath(sys.path[0] or ".")):  # noqa: PTH100
        advice = f"start it in another folder, or {advice}"
    print(f"interview-gateway: {what}; {advice}", file=sys.stderr)
    raise SystemExit(1)


def _is_on_python_path(file: str) -> bool:
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return any(_is_in(file, os.path.abspath(folder)) for folder in folders if folder)  # noqa: PTH100


def _is_in(file: str, folder: str) -> bool:
    """True for a module of the folder, and for what stands at the top of a package of it."""
    parent = os.path.dirname(file)  # noqa: PTH120
    return folder in (parent, os.path.dirname(parent))  # noqa: PTH120


if __name__ == "__main__":
    main()
