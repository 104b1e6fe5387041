"""A bundle: the evidence of one interview as one JSON document that anybody can check offline.
`docs/verify.md` describes it, `docs/verify_bundle.py` checks it.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from eventlog.checkpoints import checkpoint_at
from eventlog.errors import EventLogError, LogCorrupted
from eventlog.notes import BadNote, Checkpoint, VerifierKey, signing_key_id
from eventlog.protocol import ProvableLog
from eventlog.records import Record
from eventlog.times import to_text
from statemachine.session import InterviewId

FORMAT: Final = "interview-gateway/bundle/1"

Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Salt = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
Count = Annotated[int, Field(ge=0)]


class BadBundle(EventLogError):
    """A document that is no bundle; the message says what is wrong with it."""


class _Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True)


class BundledEvent(_Shape):
    """A record, its hashes in hexadecimal; `payload` is the very text that is committed to."""

    position: Count
    version: Annotated[int, Field(ge=1)]
    kind: str
    schema_version: int
    time: str
    payload: str | None
    salt: Salt | None
    commitment: Hash
    leaf: Hash
    inclusion_proof: list[Hash]

    @classmethod
    def of(cls, record: Record, proof: Sequence[bytes]) -> "BundledEvent":
        return cls(
            position=record.position,
            version=record.version,
            kind=record.kind,
            schema_version=record.schema_version,
            time=record.time,
            payload=record.payload,
            salt=record.salt.hex() if record.salt is not None else None,
            commitment=record.commitment.hex(),
            leaf=record.leaf.hex(),
            inclusion_proof=[hash.hex() for hash in proof],
        )

    def record(self, interview_id: str) -> Record:
        return Record(
            position=self.position,
            interview_id=interview_id,
            version=self.version,
            kind=self.kind,
            schema_version=self.schema_version,
            time=self.time,
            payload=self.payload,
            salt=bytes.fromhex(self.salt) if self.salt is not None else None,
            commitment=bytes.fromhex(self.commitment),
            leaf=bytes.fromhex(self.leaf),
        )


class KeptCheckpoint(_Shape):
    """A checkpoint that somebody kept earlier, and the proof that the log goes on from it."""

    checkpoint: str
    consistency_proof: list[Hash]


class Bundle(_Shape):
    """The document."""

    format: Literal["interview-gateway/bundle/1"]
    interview_id: InterviewId
    exported_at: str
    events: Annotated[list[BundledEvent], Field(min_length=1)]
    checkpoint: str
    key: str
    kept: KeptCheckpoint | None = None


async def bundle_of(
    log: ProvableLog, interview_id: str, *, exported_at: datetime, kept: str | None = None
) -> dict[str, Any]:
    """The bundle of an interview that the log knows, as JSON data; with `kept`, a signed note,
    also the proof that the log goes on from that checkpoint.

    Raises BadNote where `kept` is no checkpoint of this log, LogCorrupted or LogUnavailable.
    """
    signer = await log.signer()
    # The log may grow meanwhile. Records first: a head read before them could leave out the event
    # that tells where their words have gone.
    records = await log.records(interview_id)
    size = await log.head()
    try:
        bundle = Bundle(
            format=FORMAT,
            interview_id=interview_id,
            exported_at=to_text(exported_at),
            events=[
                BundledEvent.of(record, await log.inclusion_proof(record.position, size))
                for record in records
            ],
            checkpoint=await checkpoint_at(log, size),
            key=str(signer.verifier),
            kept=await _going_on_from(log, kept, size) if kept is not None else None,
        )
    except ValidationError as error:
        raise LogCorrupted(
            f"the evidence of interview {interview_id} is not what can be"
        ) from error
    return bundle.model_dump(mode="json", by_alias=True, exclude=None if kept else {"kept"})


async def _going_on_from(log: ProvableLog, note: str, size: int) -> KeptCheckpoint:
    kept = Checkpoint.parse(note)
    if kept.origin != log.origin:
        raise BadNote("the note is a checkpoint of another log")
    _check_signature(note, log.origin, await log.keys())
    if kept.size > size:
        raise BadNote(f"it covers {kept.size} events, and the log holds only {size}")
    if kept.root != await log.root(kept.size):
        raise BadNote(f"the log does not hold the {kept.size} events that it covers")
    proof = await log.consistency_proof(kept.size, size)
    return KeptCheckpoint(checkpoint=note, consistency_proof=[hash.hex() for hash in proof])


def _check_signature(note: str, origin: str, keys: Sequence[VerifierKey | None]) -> None:
    """Raises BadNote where the note is signed by none of the `keys`, or falsely by one of them."""
    id, known = signing_key_id(note, origin), [key for key in keys if key is not None]
    signers = [key for key in known if key.id == id]
    if signers or None not in keys:  # else it may be the key that nobody knows
        (signers or known)[-1].open(note)


def records_of(text: str) -> tuple[Record, ...]:
    """The records that a bundle holds; none of it is checked but its shape. Raises BadBundle."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadBundle("it is not JSON") from error
    format = document.get("format") if isinstance(document, dict) else None
    if format != FORMAT:
        raise BadBundle(f"its format is {format!r:.60}, and not {FORMAT!r}")
    try:
        bundle = Bundle.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadBundle(f"{place}: {first['msg']}") from error
    return tuple(event.record(bundle.interview_id) for event in bundle.events)
