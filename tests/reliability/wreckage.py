"""What a killed gateway left beside its log, read from the bytes before anything opens them:
the files' formats are at https://sqlite.org/fileformat2.html and https://sqlite.org/walformat.html.
"""

from dataclasses import dataclass
from pathlib import Path

WAL_HEADER = 32
FRAME_HEADER = 24
CHECKPOINT_INFO = 96
"""Where the -shm file tells of checkpoints, behind two copies of the index header."""
ATTEMPTED = CHECKPOINT_INFO + 32


@dataclass(frozen=True)
class Wreckage:
    """`uncommitted` frames stand behind the WAL's last commit: it was killed while it wrote a
    commit. In a `checkpoint`, it had begun to copy the WAL into the file, and not ended."""

    uncommitted: int
    checkpoint: bool


def wreckage_of(path: Path) -> Wreckage:
    """What is beside the log at `path`, whose gateway is dead."""
    return Wreckage(
        _uncommitted(_bytes(Path(f"{path}-wal"))), _in_checkpoint(_bytes(Path(f"{path}-shm")))
    )


def _uncommitted(wal: bytes) -> int:
    page_size, salt = int.from_bytes(wal[8:12], "big"), wal[16:24]
    frames = 0
    for at in range(WAL_HEADER, len(wal), FRAME_HEADER + page_size):
        header = wal[at : at + FRAME_HEADER]
        if header[8:16] != salt:  # of an earlier round through the file
            break
        # The frame that ends a commit tells how large the database is then; the others say 0.
        frames = 0 if any(header[4:8]) else frames + 1
    return frames


def _in_checkpoint(index: bytes) -> bool:
    """Whether more frames were about to be copied than were known to be."""
    # In the byte order of the machine, and x86 and ARM agree on it.
    copied = int.from_bytes(index[CHECKPOINT_INFO : CHECKPOINT_INFO + 4], "little")
    attempted = int.from_bytes(index[ATTEMPTED : ATTEMPTED + 4], "little")
    return attempted > copied


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
