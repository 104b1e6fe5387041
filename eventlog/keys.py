"""The key that a log's checkpoints are signed with: made on first use, in a file of its own
beside the log that only its owner may read."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from eventlog.errors import LogUnavailable
from eventlog.notes import Signer, VerifierKey


def key_name(log_id: str) -> str:
    """The name that a log signs by, and the origin of its checkpoints."""
    return f"interview-gateway/{log_id}"


def load_signer(path: Path, log_id: str) -> Signer:
    """The signer whose key is at `path`, made there if there is none. Raises LogUnavailable."""
    try:
        if not path.exists():
            _make(path)
    except OSError as error:
        raise _no_key() from error
    return _load(path, log_id)


def load_verifier(path: Path, log_id: str) -> VerifierKey | None:
    """The public half of the key at `path`; None if there is no key. Raises LogUnavailable."""
    return _load(path, log_id).verifier if path.exists() else None


def _load(path: Path, log_id: str) -> Signer:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise _no_key() from error
    if not isinstance(key, Ed25519PrivateKey):
        raise LogUnavailable("the key beside the event log is not an Ed25519 key")
    return Signer(key_name(log_id), key)


def _no_key() -> LogUnavailable:
    return LogUnavailable(
        "the key that checkpoints are signed with can be neither read nor made; it belongs "
        "beside the event log"
    )


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    # Whole or not at all: a key that was cut off would lock its owner out of its own proofs.
    # And never in another's place: a command and its gateway may both come to need one.
    descriptor, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
