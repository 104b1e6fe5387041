"""The key that a log's checkpoints are signed with."""

import asyncio
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eventlog.errors import LogUnavailable
from eventlog.keys import load_signer
from eventlog.sqlite import SqliteEventLog


def test_a_key_is_made_on_first_use_for_its_owner_alone(log: SqliteEventLog, path: Path) -> None:
    key = path.with_name(f"{path.name}.key")
    assert not key.exists()
    signer = asyncio.run(log.signer())
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert signer.name.startswith("interview-gateway/")
    assert [other.name for other in path.parent.glob("*.key*")] == [key.name]


def test_the_same_key_signs_after_a_restart(path: Path) -> None:
    verifiers = []
    for _ in range(2):
        log = SqliteEventLog(path)
        verifiers.append(asyncio.run(log.signer()).verifier)
        asyncio.run(log.close())
    assert verifiers[0] == verifiers[1]


def test_a_file_that_is_no_key_is_left_as_it_is(tmp_path: Path) -> None:
    key = tmp_path / "log.key"
    key.write_text("keys are on the hook")
    with pytest.raises(LogUnavailable, match="neither read nor made"):
        load_signer(key, "id")
    assert key.read_text() == "keys are on the hook"


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "log.key"
    other = X25519PrivateKey.generate()
    key.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(LogUnavailable, match="not an Ed25519 key"):
        load_signer(key, "id")


def test_a_folder_that_takes_no_key_says_so(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="neither read nor made"):
        load_signer(tmp_path / "missing" / "log.key", "id")


def test_all_who_need_a_key_at_once_get_the_same_one(tmp_path: Path) -> None:
    key = tmp_path / "log.key"
    with ThreadPoolExecutor(8) as pool:
        signers = list(pool.map(lambda _: load_signer(key, "id"), range(32)))
    assert len({signer.verifier for signer in signers}) == 1
    assert [file.name for file in tmp_path.iterdir()] == [key.name]
