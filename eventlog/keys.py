"""The private key that signs a log's checkpoints: a file of its own beside the log, which only its
owner may read. Keys that were replaced are kept aside, beside it too."""

import os
import sys
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from eventlog.errors import LogUnavailable, NoSigningKey
from eventlog.notes import Signer, VerifierKey

# What makes and reads keys is imported where it is used: most commands need none.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def key_name(log_id: str) -> str:
    """The name that a log signs by, and the origin of its checkpoints."""
    return f"interview-gateway/{log_id}"


def load_signer(path: Path, origin: str) -> Signer:
    """The signer whose key is at `path`. Raises NoSigningKey."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise NoSigningKey("the key file beside the event log is missing") from None
    except (OSError, ValueError) as error:
        raise NoSigningKey("the key file beside the event log cannot be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey("the key file beside the event log holds no Ed25519 key")
    return Signer(origin, key)


def load_verifier(path: Path, origin: str) -> VerifierKey | None:
    """The public half of the key at `path`; None if none can be read there."""
    try:
        return load_signer(path, origin).verifier
    except NoSigningKey:
        return None


def make_key(path: Path) -> None:
    """Make a key at `path`, unless there is one. Raises LogUnavailable."""
    try:
        _put(path, _generate())
    except OSError as error:
        raise _not_written(error) from error


def copy_key(path: Path, to: Path) -> bool:
    """Put the key at `path` at `to` as well; whether there is one. Raises LogUnavailable, and where
    another key is at `to`."""
    try:
        if not path.exists() or path == to:
            return path.exists()
        found = path.read_bytes()
        to.parent.mkdir(parents=True, exist_ok=True)
        _put_file(to, found)
        is_other = to.read_bytes() != found
    except OSError as error:
        raise _not_written(error) from error
    if is_other:
        raise LogUnavailable(f"{to} is the key of another log; move it to another folder first")
    return True


def stage_key(path: Path, origin: str) -> VerifierKey:
    """Make the key that is to take the place of the one at `path`, and keep it ready beside that;
    its public half. Raises LogUnavailable."""
    key = _generate()
    try:
        staged_at(path).unlink(missing_ok=True)  # of a change that was never recorded
        _put(staged_at(path), key)
    except OSError as error:
        raise _not_written(error) from error
    return Signer(origin, key).verifier


def install_staged(path: Path) -> Path | None:
    """Put the key that is ready at `path`; what was there is kept aside, and where. Raises
    LogUnavailable."""
    try:
        aside = _set_aside(path) if path.exists() else None
        staged_at(path).rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _not_written(error) from error
    return aside


def staged_at(path: Path) -> Path:
    """Where the key waits that is to take the place of the one at `path`."""
    return path.with_name(f"{path.name}.new")


def kept_aside(path: Path) -> list[Path]:
    """The files of the keys that were replaced at `path`."""
    return sorted(path.parent.glob(f"{path.name}.old-*"))


def _set_aside(path: Path) -> Path:
    """Move the file to the first free name for an old key."""
    for number in count(1):
        aside = path.with_name(f"{path.name}.old-{number}")
        with suppress(FileExistsError):
            os.link(path, aside)  # unlike a rename, it never takes another's place
            path.unlink()
            return aside
    raise AssertionError("the numbers do not end")


def _generate() -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate()


def _put(path: Path, key: "Ed25519PrivateKey") -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    _put_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _put_file(path: Path, pem: bytes) -> None:
    # Whole or not at all: a key that was cut off would lock its owner out of its own proofs.
    # And never in another's place.
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
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the folder's names survive a power cut."""
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written(error: OSError) -> LogUnavailable:
    return LogUnavailable(f"no key can be put beside the event log: {error.strerror}")
