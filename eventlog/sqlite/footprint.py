"""The state of a log's files, seen without opening them."""

import os
from typing import NamedTuple


class FileState(NamedTuple):
    """Which file stands at a path, its size in bytes, and when it was changed last, in ns."""

    identity: tuple[int, int]
    size: int
    changed: int

    @classmethod
    def of(cls, path: str) -> "FileState":
        """Raises OSError."""
        found = os.stat(path)  # noqa: PTH116 - a Path costs as much again, at each commit
        return cls((found.st_dev, found.st_ino), found.st_size, found.st_mtime_ns)


class Footprint(NamedTuple):
    """The log's file and its WAL, which is None where there is none."""

    file: FileState
    wal: FileState | None

    @classmethod
    def of(cls, path: str) -> "Footprint":
        """Raises OSError."""
        file = FileState.of(path)
        try:
            return cls(file, FileState.of(f"{path}-wal"))
        except FileNotFoundError:
            return cls(file, None)

    def has_empty_wal(self) -> bool:
        return self.wal is None or self.wal.size == 0

    def has_other_wal(self, left: "Footprint") -> bool:
        """Whether the WAL of `left` is gone, or is another file."""
        return left.wal is not None and (self.wal is None or self.wal.identity != left.wal.identity)
