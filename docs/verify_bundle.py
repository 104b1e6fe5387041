"""Check an exported interview (a bundle) offline: python verify_bundle.py bundle.json --key KEY

For who trusts nobody: this one file needs Python 3.9 or later and nothing else, opens no
connection and writes nothing. `verify.md` describes the format, so that you can write your own.

It answers: are these the words, times, kinds and order that were logged, under a head of the log
that the key signed, and do they make an interview? Exit code 0: yes. 1: no, and each line says
where and what is wrong. 2: the bundle cannot be read, or this was called wrongly.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "interview-gateway/bundle/1"
MAX_BYTES = 64 * 1024 * 1024
MAX_DIGITS = 18  # of a number: it stays below 2**63


class Unreadable(Exception):
    """What was given cannot be judged; the message says where and why."""


# --- JSON, read strictly ----------------------------------------------------------------------


def read_json(text: str) -> Any:
    """The value. A document that two programs could read in two ways is none: ValueError."""
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number is too large")
    return int(digits)


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Shape(NamedTuple):
    """What a member must be, in words and as a test."""

    words: str
    fits: Callable[[Any], bool]


def is_text(value: Any) -> bool:
    # JSON can escape half of a surrogate pair; UTF-8, and so a hash, cannot hold it.
    return type(value) is str and not any("\ud800" <= char <= "\udfff" for char in value)


def _one_of(*choices: str) -> Shape:
    return Shape(" or ".join(choices), lambda value: is_text(value) and value in choices)


def _hex(length: int, *, nullable: bool = False) -> Shape:
    def fits(value: Any) -> bool:
        if value is None:
            return nullable
        return is_text(value) and bool(re.fullmatch(f"[0-9a-f]{{{2 * length}}}", value))

    return Shape(f"{length} bytes in lower-case hexadecimal", fits)


TEXT = Shape("text", is_text)
TEXT_OR_NULL = Shape("text or null", lambda value: value is None or is_text(value))
COUNT = Shape("a whole number, not negative", lambda value: type(value) is int and value >= 0)
BOOLEAN = Shape("true or false", lambda value: type(value) is bool)
OBJECT = Shape("an object", lambda value: type(value) is dict)
LIST = Shape("a list", lambda value: type(value) is list)
HASH = _hex(32)
HASHES = Shape(
    f"a list of hashes, each {HASH.words}",
    lambda value: type(value) is list and all(HASH.fits(hash) for hash in value),
)

BUNDLE = {
    "format": _one_of(FORMAT),
    "interviewId": TEXT,
    "exportedAt": TEXT,
    "events": Shape("a list of one event or more", lambda value: LIST.fits(value) and bool(value)),
    "checkpoint": TEXT,
    "key": TEXT,
}
KEPT = {"checkpoint": TEXT, "consistencyProof": HASHES}
EVENT = {
    "position": COUNT,
    "version": COUNT,
    "kind": TEXT,
    "schemaVersion": COUNT,
    "time": TEXT,
    "payload": TEXT_OR_NULL,
    "salt": _hex(16, nullable=True),
    "commitment": HASH,
    "leaf": HASH,
    "inclusionProof": HASHES,
}


def misfit(value: Any, shapes: dict[str, Shape]) -> str | None:
    """What keeps `value` from being an object with such members, if anything does."""
    if type(value) is not dict:
        return "is not an object"
    for name, shape in shapes.items():
        if name not in value:
            return f"has no {name}"
        if not shape.fits(value[name]):
            return f"has a {name} that is not {shape.words}"
    return None


def _require(value: Any, shapes: dict[str, Shape], place: str) -> None:
    """Exactly these members: whatever else stood there would look proved, and is not."""
    problem = misfit(value, shapes)
    if problem is None:
        more = [name for name in value if name not in shapes]
        problem = f"has a member {shown(more[0])}, which the format does not know" if more else None
    if problem:
        raise Unreadable(f"{place} {problem}")


def read_bundle(text: str) -> dict[str, Any]:
    """The bundle, its shape checked. Raises Unreadable."""
    try:
        bundle = read_json(text)
    except ValueError as error:
        raise Unreadable(f"the bundle is not JSON: {error}") from None
    has_kept = type(bundle) is dict and "kept" in bundle
    _require(bundle, {**BUNDLE, "kept": OBJECT} if has_kept else BUNDLE, "the bundle")
    for number, event in enumerate(bundle["events"], start=1):
        _require(event, EVENT, f"event {number}")
    if has_kept:
        _require(bundle["kept"], KEPT, "kept")
    return dict(bundle)


# --- Ed25519 (RFC 8032), verification only ----------------------------------------------------
#
# Strict, and without the cofactor: s < L; every point in its one canonical encoding; no public
# key of small order, under which one signature fits many texts; and sB - kA must be R itself.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
SIGNATURE_BYTES = 64

Point = tuple[int, int, int, int]  # x = X/Z, y = Y/Z, xy = T/Z
IDENTITY: Point = (0, 1, 1, 0)


def _add(one: Point, other: Point) -> Point:
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _decoded(encoding: bytes) -> Point | None:
    y, x_is_odd = int.from_bytes(encoding, "little") & (2**255 - 1), encoding[31] >> 7
    if y >= P:
        return None
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if x * x % P != x_squared:
        x = x * SQRT_OF_MINUS_1 % P
    if x * x % P != x_squared or (x == 0 and x_is_odd):
        return None
    x = P - x if x % 2 != x_is_odd else x
    return x, y, 1, x * y % P


def _encoded(point: Point) -> bytes:
    x, y, z, _ = point
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
assert BASE is not None


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key signed this very message."""
    key = _decoded(public)
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != SIGNATURE_BYTES or s >= L or key is None or BASE is None:
        return False
    if _encoded(_times(8, key)) == _encoded(IDENTITY):
        return False
    x, y, z, t = key
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return _encoded(_add(_times(s, BASE), _times(k, (P - x, y, z, P - t)))) == signature[:32]


# --- Keys and checkpoints (C2SP signed-note and tlog-checkpoint) ------------------------------

ED25519 = b"\x01"
KEY_BYTES = 33


class Key(NamedTuple):
    """A public key and the name of the log that it signs for."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]


class Checkpoint(NamedTuple):
    """A head of the log: how many events, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes


def _base64(text: str) -> bytes:
    """What `text` encodes; nothing where it is not the one canonical encoding of it."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def read_key(text: str) -> Key:
    """The key of a line `name+id+base64`. Raises Unreadable."""
    name, _, rest = text.strip().partition("+")
    id, _, encoded = rest.partition("+")
    data = _base64(encoded)
    key = Key(name, data[1:])
    is_named = is_text(name) and re.fullmatch(r"\S+", name)
    if not is_named or len(data) != KEY_BYTES or data[:1] != ED25519 or key.id.hex() != id:
        raise Unreadable(f"{shown(text)} is not a verifier key for Ed25519")
    return key


def read_checkpoint(note: str) -> Checkpoint:
    """What a signed note says; its signature is not checked here. Raises ValueError."""
    text, blank, _ = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < 3 or "" in lines or not is_text(note):
        raise ValueError("is not a signed note of a checkpoint")
    origin, size, root = lines[:3]
    if not re.fullmatch(f"0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}}", size):
        raise ValueError("does not say how many events it covers")
    if len(_base64(root)) != hashlib.sha256().digest_size:
        raise ValueError("has no root")
    return Checkpoint(origin, int(size), _base64(root))


def signature_problem(note: str, key: Key) -> str | None:
    """What is wrong with the note's signature by `key`, if anything is."""
    text, _, signatures = note.rpartition("\n\n")
    if not re.fullmatch("(— [^ \n]+ [^ \n]+\n)+", signatures):
        return "has no signature lines as a signed note has them"
    for line in signatures.split("\n")[:-1]:
        _, name, encoded = line.split(" ")
        signature = _base64(encoded)
        if name == key.name and signature[:4] == key.id:
            holds = is_signature(key.public, f"{text}\n".encode(), signature[4:])
            return None if holds else "has a signature that does not hold"
    return f"is not signed with the key of {shown(key.name)}"  # others may have signed it too


def checkpoint_problem(note: str, key: Key) -> str | None:
    """What keeps the note from being a checkpoint of the key's log, if anything does."""
    try:
        origin = read_checkpoint(note).origin
    except ValueError as error:
        return str(error)
    if origin != key.name:
        return f"is of the log {shown(origin)}, and the key is that of {shown(key.name)}"
    return signature_problem(note, key)


# --- The Merkle tree (RFC 9162, section 2.1) --------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def is_included(leaf: bytes, position: int, proof: list[bytes], head: Checkpoint) -> bool:
    """Whether the head's tree has this leaf at this position (2.1.3.2)."""
    fn, sn, hash = position, head.size - 1, leaf
    if fn > sn:
        return False
    for sibling in proof:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            hash = node(sibling, hash)
            while fn and fn % 2 == 0:
                fn, sn = fn // 2, sn // 2
        else:
            hash = node(hash, sibling)
        fn, sn = fn // 2, sn // 2
    return sn == 0 and hash == head.root


def is_beginning(old: Checkpoint, head: Checkpoint, proof: list[bytes]) -> bool:
    """Whether the head's tree begins with the old one (2.1.4.2)."""
    if old.size == head.size:
        return old.root == head.root and not proof
    if old.size == 0:
        return old.root == sha256(b"") and not proof
    if old.size > head.size or not proof:
        return False
    if old.size & (old.size - 1) == 0:  # a full subtree: its root is known, so the proof omits it
        proof = [old.root, *proof]
    fn, sn = old.size - 1, head.size - 1
    while fn % 2:
        fn, sn = fn // 2, sn // 2
    old_hash = new_hash = proof[0]
    for sibling in proof[1:]:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            old_hash, new_hash = node(sibling, old_hash), node(sibling, new_hash)
            while fn and fn % 2 == 0:
                fn, sn = fn // 2, sn // 2
        else:
            new_hash = node(new_hash, sibling)
        fn, sn = fn // 2, sn // 2
    return sn == 0 and old_hash == old.root and new_hash == head.root


# --- Events -----------------------------------------------------------------------------------

STARTED, ADOPTED = "interview-started", "session-adopted"
QUESTION, ANSWER, COMPLETED = "question-asked", "answer-given", "interview-completed"
SUMMARY, REFUSED = "summary-given", "session-refused"
HELD, RELEASED, FORGOTTEN = "interview-held", "interview-released", "content-forgotten"

OUTLIVE_FORGETTING = (HELD, RELEASED, FORGOTTEN)
SCHEMA_VERSION = 1

PAYLOADS = {
    STARTED: {"config": OBJECT, "messages": LIST},
    ADOPTED: {"session": OBJECT},
    QUESTION: {"number": COUNT, "content": TEXT},
    ANSWER: {"content": TEXT},
    COMPLETED: {"ending": _one_of("all-answered", "closed-by-interviewer"), "content": TEXT},
    SUMMARY: {"content": TEXT, "questionsAsked": COUNT, "responsesGiven": COUNT},
    REFUSED: {"place": TEXT, "fingerprint": TEXT},
    HELD: {"reason": TEXT},
    RELEASED: {"reason": TEXT},
    FORGOTTEN: {
        "reason": TEXT,
        "state": _one_of("started", "questioning", "complete"),
        "role": TEXT,
        "totalQuestions": COUNT,
        "questionsAsked": COUNT,
        "answersGiven": COUNT,
        "adopted": BOOLEAN,
    },
}
CONFIG = {"role": TEXT, "totalQuestions": COUNT}
MESSAGE = {"role": _one_of("system", "user", "assistant"), "content": TEXT}
SESSION = {"config": OBJECT, "messages": LIST, "currentQuestion": COUNT, "isComplete": BOOLEAN}


def leaf_of(interview_id: str, event: dict[str, Any]) -> bytes:
    """The hash that binds an event's place, time and kind to the commitment to its words."""
    names = ("commitment", "kind", "position", "schemaVersion", "time", "version")
    metadata = {"interviewId": interview_id, **{name: event[name] for name in names}}
    canonical = json.dumps(metadata, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(b"\x00" + canonical.encode())


def is_time(text: str) -> bool:
    """RFC 3339 as the log writes it: UTC, milliseconds, Z."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", text):
        return False
    try:
        datetime.fromisoformat(text[:-1])
    except ValueError:
        return False
    return True


def evidence_problems(
    interview_id: str, event: dict[str, Any], head: Checkpoint | None
) -> list[str]:
    """What of the event is not as the log's hashes have it."""
    problems = []
    payload, salt, leaf = event["payload"], event["salt"], bytes.fromhex(event["leaf"])
    if (payload is None) != (salt is None):
        problems.append("has only one of payload and salt")
    elif payload is not None:
        if sha256(bytes.fromhex(salt) + payload.encode()).hex() != event["commitment"]:
            problems.append("has a payload (or salt) other than was committed to")
    if leaf_of(interview_id, event) != leaf:
        problems.append("has a leaf that is not the hash of its place, time, kind and commitment")
    proof = [bytes.fromhex(hash) for hash in event["inclusionProof"]]
    if head and not is_included(leaf, event["position"], proof, head):
        problems.append("is not proved to be in the log: its inclusion proof does not hold")
    if not is_time(event["time"]):
        problems.append("has a time that is none")
    return problems


def payload_problem(event: dict[str, Any]) -> str | None:
    """What keeps the payload from being one of the event's kind, if anything does."""
    kind, version = event["kind"], event["schemaVersion"]
    if kind not in PAYLOADS:
        return f"is of a kind that this checker does not know: {shown(kind)}"
    if version != SCHEMA_VERSION:
        return f"has schema version {version}; this checker knows only {SCHEMA_VERSION}"
    if event["payload"] is None:
        return None
    try:
        said = read_json(event["payload"])
    except ValueError as error:
        return f"has a payload that is not JSON: {error}"
    problem = misfit(said, PAYLOADS[kind])
    if not problem and kind in (STARTED, ADOPTED):
        problem = _beginning_misfit(said if kind == STARTED else said["session"], kind)
    return f"has a payload that {problem}" if problem else None


def _beginning_misfit(begun: Any, kind: str) -> str | None:
    problem = misfit(begun, SESSION) if kind == ADOPTED else None
    problem = problem or misfit(begun["config"], CONFIG)
    for message in begun["messages"] if problem is None else ():
        problem = problem or misfit(message, MESSAGE)
    return problem


def said_in(event: dict[str, Any]) -> dict[str, Any] | None:
    """What a payload that was checked says; None where it was forgotten."""
    return None if event["payload"] is None else dict(read_json(event["payload"]))


# --- The rules of an interview ----------------------------------------------------------------

NEW, OPEN, ASKING, DONE, GONE = "new", "started", "questioning", "complete", "forgotten"
MAY_COME_WHILE = {
    STARTED: (NEW,),
    ADOPTED: (NEW,),
    QUESTION: (OPEN, ASKING),
    ANSWER: (ASKING,),
    COMPLETED: (ASKING,),
    SUMMARY: (ASKING, DONE),
    REFUSED: (OPEN, ASKING, DONE),
    HELD: (OPEN, ASKING, DONE),
    RELEASED: (OPEN, ASKING, DONE),
    FORGOTTEN: (OPEN, ASKING, DONE),
}


class Interview:
    """Where an interview stands after some of its events.

    Of one that was forgotten only the kinds are left, and what its last event tells: `told`.
    """

    def __init__(self, kinds: list[str], told: dict[str, Any] | None) -> None:
        self.kinds, self.told = kinds, told
        self.state, self.asked, self.answered, self.total = NEW, 0, 0, 0
        self.on_hold = False

    def refusal(self, kind: str, said: dict[str, Any] | None) -> str | None:
        """Why such an event cannot come now, if it cannot; else the interview goes on by it."""
        if self.state not in MAY_COME_WHILE[kind]:
            return f"cannot be: {kind} while the interview is {self.state}"
        if kind in (STARTED, ADOPTED):
            return self._begin(kind, said)
        if kind == QUESTION:
            return self._ask(said)
        if kind == ANSWER:
            if self.answered == self.asked:
                return "answers no question: none was waiting"
            self.answered += 1
        elif kind == COMPLETED:
            return self._complete(said)
        elif kind == SUMMARY:
            counts = (self.asked, self.answered)
            if said and (said["questionsAsked"], said["responsesGiven"]) != counts:
                return f"sums up other than the {self.asked} questions and {self.answered} answers"
        elif kind in (HELD, RELEASED):
            if self.on_hold == (kind == HELD):
                return f"cannot be: the interview was {'' if self.on_hold else 'not '}on hold"
            self.on_hold = kind == HELD
        elif kind == FORGOTTEN:
            return self._forget(said)
        return None

    def _begin(self, kind: str, said: dict[str, Any] | None) -> str | None:
        if said is None:
            return self._begin_as_told(kind)
        begun = said if kind == STARTED else said["session"]
        self.state, self.total = OPEN, begun["config"]["totalQuestions"]
        return self._adopt(begun) if kind == ADOPTED else None

    def _begin_as_told(self, kind: str) -> str | None:
        told = self.told or {}
        self.state, self.total = OPEN, told["totalQuestions"]
        if kind == STARTED:
            return None
        # What the adopted session held is what is told in the end, less what came after it.
        self.asked = told["questionsAsked"] - self.kinds.count(QUESTION)
        self.answered = told["answersGiven"] - self.kinds.count(ANSWER)
        was_done = told["state"] == DONE and COMPLETED not in self.kinds
        return self._adopted(DONE if was_done else ASKING)

    def _adopt(self, session: dict[str, Any]) -> str | None:
        """Nothing vouches for the session; but its messages must be those of an interview."""
        roles = [message["role"] for message in session["messages"]]
        while roles and roles[0] == "system":
            roles.pop(0)
        if roles and roles[0] == "user":  # the wish to start
            roles.pop(0)
        turns, is_done = len(roles), session["isComplete"]
        if turns % 2 == 0 or roles != ["assistant", "user"] * (turns // 2) + ["assistant"]:
            return "adopts a session whose messages are not question, answer, question …"
        self.answered = turns // 2
        self.asked = self.answered if is_done else self.answered + 1
        if session["currentQuestion"] != max(1, self.asked):
            return "adopts a session whose currentQuestion does not fit its messages"
        return self._adopted(DONE if is_done else ASKING)

    def _adopted(self, state: str) -> str | None:
        self.state = state
        waiting = 1 if state == ASKING else 0
        if not 1 <= self.asked <= self.total or self.asked - self.answered != waiting:
            return "adopts a session that no interview can have come to"
        return None

    def _ask(self, said: dict[str, Any] | None) -> str | None:
        if self.asked != self.answered:
            return "asks while a question is waiting for its answer"
        if self.asked == self.total:
            return f"asks more than the {self.total} questions there are to be"
        self.state, self.asked = ASKING, self.asked + 1
        if said and said["number"] != self.asked:
            return f"is question {said['number']}, and {self.asked} is due"
        return None

    def _complete(self, said: dict[str, Any] | None) -> str | None:
        if self.asked != self.answered:
            return "completes the interview while a question is waiting for its answer"
        self.state = DONE
        is_all = self.answered == self.total
        if said and (said["ending"] == "all-answered") != is_all:
            return f"ends {said['ending']} after {self.answered} of {self.total} answers"
        return None

    def _forget(self, said: dict[str, Any] | None) -> str | None:
        if self.on_hold:
            return "forgets words that were on hold"
        is_adopted = self.kinds[0] == ADOPTED
        there_is = (self.state, self.asked, self.answered, self.total, is_adopted)
        names = ("state", "questionsAsked", "answersGiven", "totalQuestions", "adopted")
        self.state = GONE
        if said and tuple(said[name] for name in names) != there_is:
            return "tells other than the state and counts there were"
        return None


# --- The verdict ------------------------------------------------------------------------------


def findings_in(bundle: dict[str, Any], key: Key, given: str | None = None) -> list[str]:
    """All that is wrong with the bundle, judged by `key`; `given` is a checkpoint kept."""
    found = []
    if read_key(bundle["key"]) != key:
        found.append("key: the bundle's key is another than the one given")
    problem = checkpoint_problem(bundle["checkpoint"], key)
    if problem:
        found.append(f"checkpoint: it {problem}")
    try:
        head: Checkpoint | None = read_checkpoint(bundle["checkpoint"])
    except ValueError:
        head = None
    found += _events_findings(bundle, head)
    if head:
        found += _kept_findings(bundle, key, head, given)
    return found


def _events_findings(bundle: dict[str, Any], head: Checkpoint | None) -> list[str]:
    found, events = [], bundle["events"]
    kinds = [event["kind"] for event in events]
    forgotten_at = kinds.index(FORGOTTEN) if FORGOTTEN in kinds else -1
    is_readable, position = True, -1
    for index, event in enumerate(events):
        problems = evidence_problems(bundle["interviewId"], event, head)
        if event["version"] != index + 1:
            problems.append(f"has version {event['version']}, and {index + 1} is due")
        if event["position"] <= position:
            problems.append(f"does not come after position {position}")
        is_gone = index < forgotten_at and event["kind"] not in OUTLIVE_FORGETTING
        if is_gone and event["payload"] is not None:
            problems.append("has words that were said to be forgotten")
        if not is_gone and event["payload"] is None:
            problems.append("has no payload, and nothing says that it was forgotten")
            is_readable = False
        problem = payload_problem(event)
        if problem:
            problems.append(problem)
            is_readable = False
        position = event["position"]
        found += [f"{_place(index, event)}: it {problem}" for problem in problems]
    return found + _order_findings(events, kinds, forgotten_at) if is_readable else found


def _order_findings(events: list[dict[str, Any]], kinds: list[str], forgotten_at: int) -> list[str]:
    """The first event that the rules do not allow; what it leads to cannot be judged."""
    told = said_in(events[forgotten_at]) if forgotten_at >= 0 else None
    interview = Interview(kinds, told)
    for index, event in enumerate(events):
        refusal = interview.refusal(event["kind"], said_in(event))
        if refusal:
            return [f"{_place(index, event)}: it {refusal}"]
    return []


def _place(index: int, event: dict[str, Any]) -> str:
    return f"event {index + 1} (position {event['position']})"


def _kept_findings(
    bundle: dict[str, Any], key: Key, head: Checkpoint, given: str | None
) -> list[str]:
    found, proved = [], [head]
    kept = bundle.get("kept")
    if kept:
        problem = checkpoint_problem(kept["checkpoint"], key)
        if problem:
            found.append(f"kept: its checkpoint {problem}")
        else:
            old = read_checkpoint(kept["checkpoint"])
            proof = [bytes.fromhex(hash) for hash in kept["consistencyProof"]]
            if is_beginning(old, head, proof):
                proved.append(old)
            else:
                found.append("kept: the log is not proved to go on from its checkpoint")
    if given is not None:
        problem = checkpoint_problem(given, key)
        if problem:
            found.append(f"--checkpoint: it {problem}")
        elif read_checkpoint(given) not in proved:
            found.append(_not_proved(read_checkpoint(given), head, bundle["interviewId"]))
    return found


def _not_proved(given: Checkpoint, head: Checkpoint, interview_id: str) -> str:
    if given.size == head.size:
        return "--checkpoint: it has the bundle's size and another root: these are two logs"
    again = f"interview-gateway audit export {shown(interview_id)} --format json --checkpoint FILE"
    return f"--checkpoint: the bundle does not prove anything of it; export it again with `{again}`"


def read_within(file: str) -> str:
    """The file's text, or that of standard input for `-`. Raises Unreadable."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Unreadable(f"{shown(file)} is larger than {MAX_BYTES >> 20} MB")
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Unreadable(f"{shown(file)} is not UTF-8") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{shown(file)} cannot be read: {shown(str(error))}") from None


def key_named(text: str) -> Key:
    """The key that was given: itself, or in a file. Raises Unreadable."""
    try:
        return read_key(text)
    except Unreadable:
        return read_key(read_within(text))


def verdict(bundle: dict[str, Any], *, is_trusted: bool, is_kept: bool) -> list[str]:
    """What is proved of a bundle without findings, and what is not."""
    events = bundle["events"]
    head = read_checkpoint(bundle["checkpoint"])
    times = [event["time"] for event in events]
    number = "1 event" if len(events) == 1 else f"{len(events)} events"
    lines = [
        f"Interview {shown(bundle['interviewId'])}: {number}, {times[0]} to {times[-1]}.",
        "Their words, times, kinds and order are as they were logged, and fit the rules.",
        f"The log is {shown(head.origin)}, as its signed checkpoint over {head.size} has it.",
    ]
    if "kept" in bundle:
        size = read_checkpoint(bundle["kept"]["checkpoint"]).size
        lines.append(f"It goes on from the checkpoint over {size} that was kept.")
    lines += [note for kind, note in NOTES.items() if kind in [event["kind"] for event in events]]
    if times != sorted(times):
        lines.append("Note: the gateway's clock was set back in between.")
    if not is_trusted:
        kept = " and the checkpoint you kept" if is_kept else ""
        lines.append(f"NO KEY WAS GIVEN: this shows only that the bundle agrees with itself{kept}.")
    lines.append(
        "Not proved: the hour, who the candidate was, what was never logged or came later."
    )
    return lines


NOTES = {
    ADOPTED: "Note: it began with a session that the log did not know; nothing vouches for that.",
    REFUSED: "Note: a session that said other than the log was turned away.",
    HELD: "Note: it was put on hold.",
    FORGOTTEN: "Note: its words were forgotten; what they were cannot be told from this.",
}


# --- The transcript ---------------------------------------------------------------------------

HARMFUL = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # controls, and what reorders or hides


def shown(text: str) -> str:
    """Words of others, such that they do nothing to a terminal."""
    return "".join(
        f"\\u{{{ord(char):x}}}" if unicodedata.category(char) in HARMFUL else char for char in text
    )


def transcript(bundle: dict[str, Any]) -> list[str]:
    """What happened, event by event."""
    lines = []
    for event in bundle["events"]:
        said = said_in(event)
        lines += ["", f"{event['version']}. {event['kind']}, {event['time']}"]
        if said is None:
            lines.append("    (forgotten)")
            continue
        begun = said.get("session", said)
        for message in begun.get("messages", ()):
            lines += _indented(f"{message['role']}: {message['content']}")
        for name in ("content", "reason", "ending", "place"):
            if name in said:
                lines += _indented(said[name])
    return lines


def _indented(words: str) -> list[str]:
    return [f"    {shown(line)}" for line in words.split("\n")]


# --- The command ------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names; the exit code."""
    parser = argparse.ArgumentParser(description="Check an exported interview offline.")
    parser.add_argument("bundle", help="the bundle's file, or - for standard input")
    parser.add_argument("--key", help="the log's public key that you trust, or a file with it")
    parser.add_argument("--checkpoint", metavar="FILE", help="a checkpoint that you kept")
    parser.add_argument("--show", action="store_true", help="print what was said, too")
    given = parser.parse_args(arguments)
    try:
        bundle = read_bundle(read_within(given.bundle))
        key = read_key(bundle["key"]) if given.key is None else key_named(given.key)
        kept = None if given.checkpoint is None else read_within(given.checkpoint)
        findings = findings_in(bundle, key, kept)
    except Unreadable as error:
        print(f"verify_bundle: {error}", file=sys.stderr)
        return 2
    lines = findings or verdict(bundle, is_trusted=given.key is not None, is_kept=kept is not None)
    if given.show and not findings:
        lines += transcript(bundle)
    print("\n".join(lines))
    return 1 if findings else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    code = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read along has gone: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
