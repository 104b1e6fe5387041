"""Signed notes and checkpoints, as C2SP writes them."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eventlog.notes import BadNote, Checkpoint, Signer, VerifierKey

# A key of fixed bytes: Ed25519 signatures depend on nothing else.
SIGNER = Signer("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
CHECKPOINT = Checkpoint("example.org/log", 7, hashlib.sha256(b"root").digest())
NOTE = SIGNER.sign(CHECKPOINT.text())


ROOT = CHECKPOINT.text().splitlines()[2]


def test_a_note_is_its_text_an_empty_line_and_a_signature_line() -> None:
    text, signature = NOTE.split("\n\n")
    assert text == f"example.org/log\n7\n{base64.b64encode(CHECKPOINT.root).decode()}"
    dash, name, encoded = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("—", "example.org/log")
    public = SIGNER.private.public_key().public_bytes_raw()
    id = hashlib.sha256(b"example.org/log\n\x01" + public).digest()[:4]
    signed = base64.b64decode(encoded)
    assert signed[:4] == id
    SIGNER.private.public_key().verify(signed[4:], f"{text}\n".encode())


def test_a_verifier_key_is_text_that_reads_back() -> None:
    text = str(SIGNER.verifier)
    name, id, encoded = text.split("+", 2)
    assert (name, len(id), base64.b64decode(encoded)[:1]) == ("example.org/log", 8, b"\x01")
    assert VerifierKey.parse(f"{text}\n") == SIGNER.verifier


def test_a_signed_note_opens_with_its_key_and_holds_its_checkpoint() -> None:
    assert Checkpoint.parse(SIGNER.verifier.open(NOTE)) == CHECKPOINT


def test_the_signatures_of_others_are_passed_over() -> None:
    other = Signer("example.org/witness", Ed25519PrivateKey.generate())
    namesake = Signer("example.org/log", Ed25519PrivateKey.generate())
    text, own = NOTE.split("\n\n")
    lines = [signer.sign(CHECKPOINT.text()).split("\n\n")[1] for signer in (other, namesake)]
    note = f"{text}\n\n" + "".join(
        ["nonsense\n", "— example.org/log ?\n", "— example.org/log é\n", *lines, own]
    )
    assert SIGNER.verifier.open(note) == CHECKPOINT.text()


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (NOTE.replace("\n7\n", "\n8\n"), "does not hold"),
        (NOTE.replace("\n\n", "\n"), "no signatures"),
        ("", "no signatures"),
        (Signer("other", SIGNER.private).sign(CHECKPOINT.text()), "not signed by example.org/log"),
    ],
)
def test_a_note_that_was_changed_or_is_not_ours_does_not_open(note: str, reason: str) -> None:
    with pytest.raises(BadNote, match=reason):
        SIGNER.verifier.open(note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1",
        f"a\nmany\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        "a\n1\n?\n",
        "a\n1\né\n",
        "a\n1\nAAAA\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote, match="does not hold a checkpoint"):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+AAAA",
        "name+00000000+?",
        "name+00000000+é",
        str(SIGNER.verifier)[:-4] + "AAAA",
        str(VerifierKey("name", bytes(31))),
    ],
)
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote, match="not a verifier key"):
        VerifierKey.parse(text)
