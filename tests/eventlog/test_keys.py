"""The file of the key that signs a log's checkpoints."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eventlog.errors import LogUnavailable, NoSigningKey
from eventlog.keys import (
    install_staged,
    kept_aside,
    load_signer,
    load_verifier,
    make_key,
    stage_key,
    staged_at,
)

NAME = "interview-gateway/id"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "log.key"


def test_a_key_is_made_whole_and_for_its_owner_alone(key: Path) -> None:
    make_key(key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert load_signer(key, NAME).name == NAME
    assert [other.name for other in key.parent.iterdir()] == [key.name]


def test_reading_a_key_makes_none(key: Path) -> None:
    with pytest.raises(NoSigningKey, match="is missing"):
        load_signer(key, NAME)
    assert load_verifier(key, NAME) is None
    assert not key.exists()


def test_a_file_that_is_no_key_is_left_as_it_is(key: Path) -> None:
    key.write_text("keys are on the hook")
    with pytest.raises(NoSigningKey, match="cannot be read"):
        load_signer(key, NAME)
    make_key(key)
    assert key.read_text() == "keys are on the hook"


def test_a_key_of_another_kind_is_refused(key: Path) -> None:
    other = X25519PrivateKey.generate()
    key.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(NoSigningKey, match="no Ed25519 key"):
        load_signer(key, NAME)


def test_a_folder_that_takes_no_key_says_so(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "log.key"
    for change in (make_key, lambda path: stage_key(path, NAME), install_staged):
        with pytest.raises(LogUnavailable, match="no key can be put beside"):
            change(missing)


def test_all_who_make_a_key_at_once_get_the_same_one(key: Path) -> None:
    def make(_: int) -> bytes:
        make_key(key)
        return key.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(32)))) == 1
    assert [file.name for file in key.parent.iterdir()] == [key.name]


def test_a_key_that_is_replaced_is_kept_aside_and_takes_no_other_ones_place(key: Path) -> None:
    make_key(key)
    verifiers = [load_verifier(key, NAME)]
    for _ in range(3):
        staged = stage_key(key, NAME)
        assert load_verifier(key, NAME) == verifiers[-1]
        install_staged(key)
        assert load_verifier(key, NAME) == staged
        verifiers.append(staged)
    assert [load_verifier(aside, NAME) for aside in kept_aside(key)] == verifiers[:-1]
    assert [aside.name for aside in kept_aside(key)] == [f"log.key.old-{n}" for n in (1, 2, 3)]
    assert all(stat.S_IMODE(aside.stat().st_mode) == 0o600 for aside in kept_aside(key))


def test_a_key_that_was_staged_in_vain_is_replaced_by_the_next(key: Path) -> None:
    make_key(key)
    stage_key(key, NAME)
    second = stage_key(key, NAME)
    assert load_verifier(staged_at(key), NAME) == second
