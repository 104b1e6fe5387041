"""The events as they are stored, nothing of them believed."""

from typing import NamedTuple


class Row(NamedTuple):
    """An event as it is stored; `payload` is the very bytes that are committed to."""

    position: int
    interview_id: str
    version: int
    kind: str
    schema_version: int
    time: str
    payload: bytes | None
    salt: bytes | None
    commitment: bytes
    leaf: bytes
