"""A folder of kits' files: which there are, their content, and writing one.

A folder of the user's may hold anything at all: links, pipes, a million files.
"""

import os
import stat
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from backends.kits.errors import BrokenKit, Fault, KitNotWritten
from backends.kits.reading import MAX_KIT_BYTES

MAX_KITS = 200
YAML = (".yaml", ".yml")
"""The ends of names of what somebody takes for a kit, and is none."""
_QUOTES = "'\""

Stamp = tuple[int, int, int, int]
"""What changes when a file does."""

_FIXED: Stamp = (0, 0, 0, 0)

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe must not be waited for."""


class KitFolder:
    """The kits' files in `path`. Sub-folders are not looked into. `is_fixed`: nobody changes them
    while the gateway runs."""

    def __init__(self, path: Path, *, is_fixed: bool = False) -> None:
        self.path = path
        self._is_fixed = is_fixed

    @cached_property
    def _fixed_ids(self) -> frozenset[str]:
        return frozenset(self.ids())

    def ids(self) -> list[str]:
        """The names of the kits' files, without `.toml`, in order: at most one more than MAX_KITS.
        Files in YAML are among them with their whole names, so that somebody is told of them. None
        where there is no such folder. Raises OSError."""
        try:
            with os.scandir(self.path) as entries:
                names = [
                    entry.name.removesuffix(".toml")
                    for entry in entries
                    if entry.name.endswith((".toml", *YAML)) and not entry.name.startswith(".")
                ]
        except FileNotFoundError:
            return []
        return sorted(names)[: MAX_KITS + 1]

    def called(self, id: str) -> str:
        """The kit's file, as errors call it."""
        return f"{self.path.name}/{id}{'' if id.strip(_QUOTES).endswith(YAML) else '.toml'}"

    def stamp(self, id: str) -> Stamp | None:
        """The stamp of the kit's file; None where there is none. Raises OSError."""
        if self._is_fixed:  # each `stat` makes the event loop wait for the log's writer
            return _FIXED if id in self._fixed_ids else None
        try:
            found = self._file(id).stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def read(self, id: str) -> bytes:
        """The content of the kit's file, or as much of it as shows that it is too large. Raises
        BrokenKit and OSError."""
        file = self._file(id)
        if not file.resolve().is_relative_to(self.path.resolve()):
            raise self._broken(id, "is a link to a file outside of its folder")
        handle = os.open(file, _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise self._broken(id, "is not a file")
            with os.fdopen(handle, "rb", closefd=False) as opened:
                return opened.read(MAX_KIT_BYTES + 1)
        finally:
            os.close(handle)

    def write(self, id: str, content: str) -> None:
        """Write the kit's file: all of it, or nothing. Raises KitNotWritten."""
        temporary = None
        try:
            self.path.mkdir(exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".new", dir=self.path)
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode())
                file.flush()
                os.fsync(handle)
            if os.name == "posix":
                Path(temporary).chmod(0o644)  # as an editor would have made it
            Path(temporary).replace(self._file(id))
        except OSError as error:
            if temporary is not None:
                with suppress(OSError):
                    Path(temporary).unlink()
            raise KitNotWritten(id, reason(error)) from error

    def delete(self, id: str) -> None:
        """Delete the kit's file. Raises KitNotWritten."""
        try:
            self._file(id).unlink(missing_ok=True)
        except OSError as error:
            raise KitNotWritten(id, reason(error)) from error

    def _file(self, id: str) -> Path:
        return self.path / f"{id}.toml"

    def _broken(self, id: str, message: str) -> BrokenKit:
        return BrokenKit(self.called(id), [Fault(message)])


def reason(error: OSError) -> str:
    """What went wrong, in the system's words and without the path."""
    said = error.strerror or type(error).__name__
    return said[:1].lower() + said[1:]
