"""Signed notes and checkpoints: the head of the log, so that anyone can keep it.

The formats are C2SP's signed-note (https://c2sp.org/signed-note) and tlog-checkpoint
(https://c2sp.org/tlog-checkpoint), with Ed25519 signatures.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

# What signs and checks is imported where it is used: most commands read no signature.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = b"\x01"
"""The signature type that a key's id and text begin with."""

KEY_ID_BYTES = 4
KEY_BYTES = 32
ROOT_BYTES = 32


class BadNote(Exception):
    """A note that cannot be read or whose signature does not hold; the message says which."""


@dataclass(frozen=True)
class Checkpoint:
    """The head of the log `origin`: how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The body of the note: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint that a note's text holds. Raises BadNote."""
        try:
            origin, size, root, *_ = text.split("\n")
            decoded = base64.b64decode(root, validate=True)
            if size != str(int(size)) or int(size) < 0 or len(decoded) != ROOT_BYTES:
                raise ValueError(text)
            return cls(origin, int(size), decoded)
        except ValueError as error:
            raise BadNote("the note does not hold a checkpoint") from error


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name it signs by; as text, a C2SP verifier key (vkey)."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + ED25519 + self.public).digest()[
            :KEY_ID_BYTES
        ]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """The key that a vkey line names. Raises BadNote."""
        name, _, rest = text.strip().partition("+")
        id, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        found = cls(name, key[1:])
        if key[:1] != ED25519 or len(found.public) != KEY_BYTES or found.id.hex() != id:
            raise BadNote("that is not a verifier key for Ed25519")
        return found

    def open(self, note: str) -> str:
        """The text of a signed note, its signature checked. Raises BadNote."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        text, separator, _ = note.rpartition("\n\n")
        if not separator:
            raise BadNote("the note has no signatures")
        text += "\n"
        for id, signature in _signatures(note, self.name):
            if id != self.id:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
            except InvalidSignature:
                raise BadNote("the note's signature does not hold") from None
            return text
        raise BadNote(f"the note is not signed by {self.name} with the key {self.id.hex()}")


def signing_key_id(note: str, name: str) -> bytes | None:
    """The id of the key that a note says it was signed with by `name`; None where it says none.
    No signature is checked."""
    return next((id for id, _ in _signatures(note, name)), None)


def _signatures(note: str, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The id of the key, and the signature, of each line that `name` signed."""
    _, separator, lines = note.rpartition("\n\n")
    for line in lines.splitlines() if separator else ():
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "—" or signer != name:
            continue
        with suppress(ValueError):
            decoded = base64.b64decode(encoded, validate=True)
            yield decoded[:KEY_ID_BYTES], decoded[KEY_ID_BYTES:]


@dataclass(frozen=True)
class Signer:
    """Signs notes by `name` with a private key."""

    name: str
    private: "Ed25519PrivateKey"

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signed note of `text`, which ends in a newline."""
        signature = self.verifier.id + self.private.sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(signature).decode()}\n"
