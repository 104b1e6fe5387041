"""Check an exported interview (a bundle) offline: python verify_bundle.py bundle.json --key KEY

For who trusts nobody: this one file needs Python 3.9 or later and nothing else. It opens no
connection and writes no file. `verify.md` describes the format, so that you can write your own.

It answers: were these words, times, kinds and order logged, under a head of the log that the key
signed, and do they make an interview? Exit code 0: yes. 1: no, and each line says where and what
is wrong. 2: the bundle cannot be read, or this was called wrongly.
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
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

MAX_BYTES = 64 << 20
MAX_DIGITS = 18  # of a number: it stays below 2**63


class Problem(Exception):
    """Something is not as it must be; the message says what, whoever catches it says where."""


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Problem(otherwise)


@contextmanager
def noting(found: list[str], place: str) -> Iterator[None]:
    """A problem inside becomes a finding at this place."""
    try:
        yield
    except Problem as problem:
        found.append(f"{place}: {problem}")


# --- JSON, read strictly: what two programs could read in two ways is refused -----------------


def read_json(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant
        )
    except RecursionError:
        raise Problem("is not JSON to read: it is nested too deeply") from None
    except ValueError as error:
        raise Problem(f"is not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number is too large")
    return int(digits)


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no value")


def is_text(value: Any) -> bool:
    """JSON can escape half of a surrogate pair; UTF-8, and so a hash, cannot hold it."""
    return type(value) is str and value == value.encode("utf-8", "ignore").decode()


def fits(value: Any, shape: Any) -> bool:
    """A shape is a type, a pattern, a list's shape in a list, an object's members in a
    dictionary, or what to choose from in a tuple."""
    if isinstance(shape, dict):
        return type(value) is dict and all(n in value and fits(value[n], shape[n]) for n in shape)
    if isinstance(shape, list):
        return type(value) is list and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, tuple):
        return any(fits(value, choice) for choice in shape)
    if isinstance(shape, re.Pattern):
        return is_text(value) and shape.fullmatch(value) is not None
    if shape is str:
        return is_text(value)
    if shape is int:
        return type(value) is int and value >= 0  # True is no number
    return type(value) is bool if shape is bool else type(value) is type(shape) and value == shape


def need_members(value: Any, shapes: dict[str, Any], *, and_no_more: bool) -> None:
    need(type(value) is dict, "is not an object")
    for name, shape in shapes.items():
        need(name in value, f"has no member {name}")
        need(fits(value[name], shape), f"has a member {name} that the format does not allow")
    for name in value if and_no_more else ():
        need(name in shapes, f"has a member that the format does not know: {shown(name)}")


HASH, SALT = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")
KEPT = {"checkpoint": str, "consistencyProof": [HASH]}
BUNDLE = {
    "format": "interview-gateway/bundle/1",
    "interviewId": str,
    "exportedAt": str,
    "events": [{}],
    "checkpoint": str,
    "key": str,
}
EVENT = {
    "position": int,
    "version": int,
    "kind": str,
    "schemaVersion": int,
    "time": str,
    "payload": (str, None),
    "salt": (SALT, None),
    "commitment": HASH,
    "leaf": HASH,
    "inclusionProof": [HASH],
}


def read_bundle(text: str) -> dict[str, Any]:
    """The bundle, with exactly the format's members: any other would look proved, and is not."""
    bundle = read_json(text)
    need(type(bundle) is dict, "is not a bundle")
    optional = {"kept": KEPT} if "kept" in bundle else {}
    need_members(bundle, {**BUNDLE, **optional}, and_no_more=True)
    need(bundle["events"] != [], "has no events")
    for number, event in enumerate(bundle["events"], start=1):
        try:
            need_members(event, EVENT, and_no_more=True)
        except Problem as problem:
            raise Problem(f"has an event {number} that {problem}") from None
    if optional:
        need_members(bundle["kept"], KEPT, and_no_more=True)
    return dict(bundle)


# --- Ed25519 (RFC 8032), verification only ----------------------------------------------------
#
# Strict, and without the cofactor: s < L; points only in their one canonical encoding; no public
# key of small order, for it could be made to fit many texts; and sB - kA must be R, byte by byte.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z
IDENTITY: Point = (0, 1, 1, 0)


def _add(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b, c, d = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        result = _add(result, point) if scalar & 1 else result
        point, scalar = _add(point, point), scalar >> 1
    return result


def _encode(point: Point) -> bytes:
    x, y, z, _ = point
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(encoding: bytes) -> Point | None:
    y = int.from_bytes(encoding, "little") & (2**255 - 1)
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    x = x if x * x % P == x_squared else x * ROOT_OF_MINUS_1 % P
    x = x if x % 2 == encoding[31] >> 7 else -x % P
    point = (x, y, 1, x * y % P)
    # Refuses at once what is no point, a y of P or more, and a sign for an x of 0.
    return point if x * x % P == x_squared and _encode(point) == encoding else None


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key signed this very message."""
    r, s, key = signature[:32], int.from_bytes(signature[32:], "little"), _decode(public)
    base = _decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    if len(signature) != len(r) + 32 or s >= L or key is None or base is None:
        return False
    if _encode(_times(8, key)) == _encode(IDENTITY):
        return False
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L
    return _encode(_add(_times(s, base), _times(L - k, key))) == r


# --- Keys and checkpoints (C2SP signed-note and tlog-checkpoint) ------------------------------

ED25519 = b"\x01"


class Key(NamedTuple):
    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public)[:4]


class Checkpoint(NamedTuple):
    """A head of the log `origin`: how many events, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _base64(text: str) -> bytes:
    """What `text` encodes; nothing where it is not the one canonical encoding of it."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def read_key(line: str) -> Key:
    """The key that a line `name+id+base64` names."""
    name, _, rest = line.partition("+")
    id, _, encoded = rest.partition("+")
    key = Key(name, _base64(encoded)[1:])
    need(is_text(line) and re.fullmatch(r"\S+", name) is not None, "is not a verifier key")
    is_ed25519 = _base64(encoded) == ED25519 + key.public and len(key.public) == len(sha256(b""))
    need(is_ed25519 and key.id.hex() == id, "is not a verifier key for Ed25519")
    return key


def read_checkpoint(note: str) -> Checkpoint:
    """What a signed note says. Its signature is not checked here."""
    text, blank, _ = note.rpartition("\n\n")
    lines = text.split("\n")
    has_lines = blank != "" and all(lines) and lines[2:] != []
    need(has_lines and is_text(note), "is not a signed note of a checkpoint")
    origin, size, root = lines[:3]
    is_size = re.fullmatch(f"0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}}", size) is not None
    need(is_size, "does not say how many events it covers")
    need(len(_base64(root)) == len(sha256(b"")), "has a root that is none")
    return Checkpoint(origin, int(size), _base64(root))


def need_signature(note: str, keys: list[Key]) -> None:
    """The note must be signed by one of the `keys`, as a checkpoint of their log."""
    text, _, signatures = note.rpartition("\n\n")
    origin, log = text.partition("\n")[0], keys[0].name
    need(origin == log, f"is of the log {shown(origin)}, and the key is of {shown(log)}")
    lines = re.fullmatch("(— [^ \n]+ [^ \n]+\n)+", signatures)
    need(lines is not None, "is not signed as a note is")
    for _, name, encoded in (line.split(" ") for line in signatures.split("\n")[:-1]):
        signature = _base64(encoded)
        signers = [key for key in keys if (key.name, key.id) == (name, signature[:4])]
        if signers:  # others may have signed it, too
            holds = is_signature(signers[0].public, f"{text}\n".encode(), signature[4:])
            return need(holds, "has a signature that does not hold")
    raise Problem("is not signed by the key; if the log had an older one, give it with --key, too")


# --- The Merkle tree (RFC 9162, section 2.1) --------------------------------------------------


def parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def _climb(fn: int, sn: int, start: bytes, proof: list[bytes]) -> tuple[bytes, bytes] | None:
    """From a node up to the root: the hash of all that stands to its left, itself included, and
    the hash of all. None where the proof is too short or too long."""
    old = new = start
    for sibling in proof:
        if sn == 0:
            return None
        if fn % 2 or fn == sn:
            old, new = parent(sibling, old), parent(sibling, new)
            while fn and fn % 2 == 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = parent(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    return (old, new) if sn == 0 else None


def is_included(leaf: bytes, position: int, proof: list[bytes], head: Checkpoint) -> bool:
    """2.1.3.2: the head's tree has this leaf at this position."""
    hashes = _climb(position, head.size - 1, leaf, proof) if position < head.size else None
    return hashes is not None and hashes[1] == head.root


def is_beginning(old: Checkpoint, head: Checkpoint, proof: list[bytes]) -> bool:
    """2.1.4.2: the head's tree begins with the old one."""
    if old.size in (0, head.size):
        return not proof and old.root == (head.root if old.size else sha256(b""))
    if old.size & (old.size - 1) == 0:  # a complete subtree: its root is known, the proof omits it
        proof = [old.root, *proof]
    if old.size > head.size or not proof:
        return False
    fn, sn = old.size - 1, head.size - 1
    while fn % 2:
        fn, sn = fn >> 1, sn >> 1
    return _climb(fn, sn, proof[0], proof[1:]) == (old.root, head.root)


# --- Events: the hashes, and what the payloads say --------------------------------------------

STARTED, ADOPTED = "interview-started", "session-adopted"
QUESTION, ANSWER, COMPLETED = "question-asked", "answer-given", "interview-completed"
SUMMARY, REFUSED = "summary-given", "session-refused"
HELD, RELEASED, FORGOTTEN = "interview-held", "interview-released", "content-forgotten"

CONFIG = {"role": str, "totalQuestions": int}
MESSAGES = [{"role": ("system", "user", "assistant"), "content": str}]
SESSION = {"config": CONFIG, "messages": MESSAGES, "currentQuestion": int, "isComplete": bool}
TOLD = {
    "state": ("started", "questioning", "complete"),
    "questionsAsked": int,
    "answersGiven": int,
    "totalQuestions": int,
    "adopted": bool,
}
ENDINGS = ("all-answered", "closed-by-interviewer")
PAYLOADS: dict[str, dict[str, Any]] = {
    STARTED: {"config": CONFIG, "messages": MESSAGES},
    ADOPTED: {"session": SESSION},
    QUESTION: {"number": int, "content": str},
    ANSWER: {"content": str},
    COMPLETED: {"ending": ENDINGS, "content": str},
    SUMMARY: {"questionsAsked": int, "responsesGiven": int, "content": str},
    REFUSED: {"place": str, "fingerprint": str},
    HELD: {"reason": str},
    RELEASED: {"reason": str},
    FORGOTTEN: {"reason": str, "role": str, **TOLD},
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def need_words(event: dict[str, Any], _: str, __: Checkpoint | None) -> None:
    payload, salt = event["payload"], event["salt"]
    need((payload is None) == (salt is None), "only one of payload and salt is here")
    if payload is not None:
        commitment = sha256(bytes.fromhex(salt) + payload.encode()).hex()
        need(commitment == event["commitment"], "payload and salt are not what was committed to")


def need_leaf(event: dict[str, Any], interview_id: str, _: Checkpoint | None) -> None:
    names = ("commitment", "kind", "position", "schemaVersion", "time", "version")
    metadata = {"interviewId": interview_id, **{name: event[name] for name in names}}
    canonical = json.dumps(metadata, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    holds = sha256(b"\x00" + canonical.encode()).hex() == event["leaf"]
    need(holds, "the leaf is not the hash of this place, time, kind and commitment")


def need_inclusion(event: dict[str, Any], _: str, head: Checkpoint | None) -> None:
    proof = [bytes.fromhex(hash) for hash in event["inclusionProof"]]
    leaf = bytes.fromhex(event["leaf"])
    holds = head is None or is_included(leaf, event["position"], proof, head)
    need(holds, "the inclusion proof does not lead to the checkpoint's root")


def need_time(event: dict[str, Any], _: str, __: Checkpoint | None) -> None:
    try:
        is_time = TIME.fullmatch(event["time"]) and datetime.fromisoformat(event["time"][:-1])
    except ValueError:
        is_time = None
    need(bool(is_time), "the time is none")


def said_in(event: dict[str, Any]) -> dict[str, Any] | None:
    """What the event's payload says; None where it was forgotten."""
    kind, version = event["kind"], event["schemaVersion"]
    need(kind in PAYLOADS, f"this checker does not know the kind {shown(kind)}")
    need(version == 1, f"this checker does not know schema version {version} of {kind}")
    if event["payload"] is None:
        return None
    try:
        said = read_json(event["payload"])
        need_members(said, PAYLOADS[kind], and_no_more=False)
    except Problem as problem:
        raise Problem(f"the payload {problem}") from None
    return dict(said)


# --- The rules: which event may follow ---------------------------------------------------------

ALIVE = ("started", "questioning", "complete")
MAY_COME_WHILE = {
    STARTED: ("new",),
    ADOPTED: ("new",),
    QUESTION: ("started", "questioning"),
    ANSWER: ("questioning",),
    COMPLETED: ("questioning",),
    SUMMARY: ("questioning", "complete"),
    **dict.fromkeys((REFUSED, HELD, RELEASED, FORGOTTEN), ALIVE),
}


class Interview:
    """Where an interview stands, event by event. Where its words were forgotten, only the kinds
    are left to judge, and what the last event tells of it (`told`)."""

    def __init__(self, kinds: list[str], told: dict[str, Any] | None) -> None:
        self.kinds, self.told = kinds, told
        self.state, self.asked, self.answered, self.total = "new", 0, 0, 0
        self.on_hold = False

    def take(self, kind: str, said: dict[str, Any] | None) -> None:
        """Go on by this event, if it may come now."""
        need(self.state in MAY_COME_WHILE[kind], f"{kind} cannot come while {self.state}")
        if kind in TURNS:
            TURNS[kind](self, said)
        elif kind == SUMMARY and said:
            counts = (said["questionsAsked"], said["responsesGiven"])
            need(counts == (self.asked, self.answered), "the summary's counts do not fit")
        elif kind in (HELD, RELEASED):
            need(self.on_hold == (kind == RELEASED), f"{kind} cannot come now")
            self.on_hold = kind == HELD

    def _start(self, said: dict[str, Any] | None) -> None:
        self.state = "started"
        self.total = (said["config"] if said else self.told or {})["totalQuestions"]

    def _adopt(self, said: dict[str, Any] | None) -> None:
        """Nothing vouches for an adopted session, but it must be one that could be."""
        is_complete = self._adopt_session(said["session"]) if said else self._adopt_as_told()
        self.state = "complete" if is_complete else "questioning"
        waiting = 0 if is_complete else 1
        could_be = 1 <= self.asked <= self.total and self.asked - self.answered == waiting
        need(could_be, "the adopted session has counts that no interview comes to")

    def _adopt_session(self, session: dict[str, Any]) -> bool:
        roles = "".join(message["role"][0] for message in session["messages"])
        turns = re.fullmatch("s*u?(a(?:ua)*)", roles)  # prompts, the wish to start, then turns
        need(turns is not None, "the adopted session is not question, answer, question …")
        self.answered = turns.group(1).count("u") if turns else 0
        self.asked = self.answered + (not session["isComplete"])
        self.total = session["config"]["totalQuestions"]
        is_counted = session["currentQuestion"] == max(1, self.asked)
        need(is_counted, "the adopted session's currentQuestion does not fit its messages")
        return bool(session["isComplete"])

    def _adopt_as_told(self) -> bool:
        """What it held is what there was in the end, less what came after it."""
        told = self.told or {}
        self.total = told["totalQuestions"]
        self.asked = told["questionsAsked"] - self.kinds.count(QUESTION)
        self.answered = told["answersGiven"] - self.kinds.count(ANSWER)
        return told["state"] == "complete" and COMPLETED not in self.kinds

    def _ask(self, said: dict[str, Any] | None) -> None:
        need(self.asked == self.answered, "a question is already waiting for its answer")
        need(self.asked < self.total, f"there were to be only {self.total} questions")
        self.state, self.asked = "questioning", self.asked + 1
        need(not said or said["number"] == self.asked, f"question {self.asked} is due here")

    def _answer(self, _: dict[str, Any] | None) -> None:
        need(self.answered < self.asked, "no question is waiting for an answer")
        self.answered += 1

    def _complete(self, said: dict[str, Any] | None) -> None:
        need(self.asked == self.answered, "a question is still waiting for its answer")
        ending = ENDINGS[0] if self.answered == self.total else ENDINGS[1]
        need(not said or said["ending"] == ending, f"the ending must be {ending} here")
        self.state = "complete"

    def _forget(self, said: dict[str, Any] | None) -> None:
        need(not self.on_hold, "what is on hold cannot be forgotten")
        is_adopted = self.kinds[0] == ADOPTED
        there_was = [self.state, self.asked, self.answered, self.total, is_adopted]
        tells = [said[name] for name in TOLD] if said else []
        need(tells == there_was, "it tells another state or other counts than there were")
        self.state = "forgotten"


TURNS = {
    STARTED: Interview._start,
    ADOPTED: Interview._adopt,
    QUESTION: Interview._ask,
    ANSWER: Interview._answer,
    COMPLETED: Interview._complete,
    FORGOTTEN: Interview._forget,
}


# --- The verdict ------------------------------------------------------------------------------


def findings_in(bundle: dict[str, Any], keys: list[Key], given: str | None = None) -> list[str]:
    """All that is wrong, judged by `keys`; `given` is the note of a checkpoint that was kept."""
    found: list[str] = []
    own = read_key(bundle["key"])
    if own not in keys:
        found.append(f"key: it is not {'a' if keys[1:] else 'the'} key that you gave")
    head = None
    with noting(found, "checkpoint"):
        head = read_checkpoint(bundle["checkpoint"])
        need_signature(bundle["checkpoint"], [own] if own in keys else keys)
    _judge_events(found, bundle, head)
    if head:
        _judge_kept(found, bundle, keys, head, given)
    return found


def _judge_events(found: list[str], bundle: dict[str, Any], head: Checkpoint | None) -> None:
    events, id = bundle["events"], bundle["interviewId"]
    kinds = [event["kind"] for event in events]
    forgotten = kinds.index(FORGOTTEN) if FORGOTTEN in kinds else 0
    said: list[dict[str, Any] | None] = []
    position = -1
    for index, event in enumerate(events):
        place = _place(index, event)
        for check in (need_words, need_leaf, need_inclusion, need_time):
            with noting(found, place):
                check(event, id, head)
        with noting(found, place):
            need(event["version"] == index + 1, f"it is version {event['version']}")
        with noting(found, place):
            need(event["position"] > position, f"it stands after position {position}")
            position = event["position"]
        is_gone = index < forgotten and event["kind"] not in (HELD, RELEASED)
        with noting(found, place):
            need(not is_gone or event["payload"] is None, "these words were to be forgotten")
            need(is_gone or event["payload"] is not None, "nothing says that this was forgotten")
            said.append(said_in(event))
    if len(said) == len(events):  # else there is no telling what happened
        interview = Interview(kinds, said[forgotten] if forgotten else None)
        for index, event in enumerate(events):
            before = len(found)
            with noting(found, _place(index, event)):
                interview.take(event["kind"], said[index])
            if len(found) > before:  # what follows a wrong move cannot be judged
                return


def _place(index: int, event: dict[str, Any]) -> str:
    return f"event {index + 1} (position {event['position']})"


def _judge_kept(
    found: list[str], bundle: dict[str, Any], keys: list[Key], head: Checkpoint, given: str | None
) -> None:
    proved = [head]
    if "kept" in bundle:
        with noting(found, "kept"):
            kept = read_checkpoint(bundle["kept"]["checkpoint"])
            need_signature(bundle["kept"]["checkpoint"], keys)
            proof = [bytes.fromhex(hash) for hash in bundle["kept"]["consistencyProof"]]
            need(is_beginning(kept, head, proof), "the log is not proved to go on from it")
            proved.append(kept)
    if given is not None:
        with noting(found, "--checkpoint"):
            mine = read_checkpoint(given)
            need_signature(given, keys)
            is_other = mine.size == head.size and mine.root != head.root
            need(not is_other, "the bundle's covers as many events, and other ones")
            again = f"audit export {shown(bundle['interviewId'])} --format json --checkpoint FILE"
            need(mine in proved, f"the bundle does not prove it; export again with `{again}`")


NOTES = {
    ADOPTED: "It began with a session that the log did not know. Nothing vouches for that one.",
    REFUSED: "A session that said other than the log was turned away.",
    HELD: "It was put on hold.",
    FORGOTTEN: "Its words were forgotten. What they were cannot be told from this.",
}


def verdict(bundle: dict[str, Any], *, is_trusted: bool, is_kept: bool) -> list[str]:
    """What a bundle without findings proves, and what it does not."""
    head, times = read_checkpoint(bundle["checkpoint"]), [e["time"] for e in bundle["events"]]
    count = "1 event" if len(times) == 1 else f"{len(times)} events"
    whose = "the key you gave" if is_trusted else "the bundle's own key"
    lines = [
        f"Interview {shown(bundle['interviewId'])}: {count}, {times[0]} to {times[-1]}.",
        f"Log {shown(head.origin)}: its checkpoint over {head.size} events is signed by {whose}.",
        "Every event is as the log held it then, and they follow one another as the rules have it.",
    ]
    if "kept" in bundle:
        size = read_checkpoint(bundle["kept"]["checkpoint"]).size
        lines.append(f"The log goes on from the checkpoint over {size} events that was kept.")
    lines += [NOTES[kind] for kind in NOTES if kind in [e["kind"] for e in bundle["events"]]]
    if times != sorted(times):
        lines.append("The gateway's clock was set back in between.")
    if not is_trusted:
        kept = " and with the checkpoint you gave" if is_kept else ""
        lines.append(f"NO --key WAS GIVEN: this only shows that it agrees with itself{kept}.")
    return [*lines, "Not proved: the hour, who the candidate was, and what is not in the bundle."]


HARMFUL = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # what acts, reorders or hides


def shown(text: str) -> str:
    """Words of others, so that they do nothing to a terminal."""
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) in HARMFUL else c for c in text)


def transcript(bundle: dict[str, Any]) -> list[str]:
    lines = []
    for event in bundle["events"]:
        kind, said = event["kind"], said_in(event)
        words = ["(forgotten)"] if said is None else []
        if said and kind in (STARTED, ADOPTED):
            messages = (said["session"] if kind == ADOPTED else said)["messages"]
            words += [f"{message['role']}: {message['content']}" for message in messages]
        elif said:
            names = ("ending", "content", "place", "reason")
            words += [said[name] for name in names if name in PAYLOADS[kind]]
        lines += ["", f"{event['version']}. {kind}, {event['time']}"]
        lines += [f"    {shown(line)}" for text in words for line in text.split("\n")]
    return lines


# --- The command ------------------------------------------------------------------------------


def read_text(file: str) -> str:
    """The text of a file, or of standard input."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            data = source.read(MAX_BYTES + 1)
        need(len(data) <= MAX_BYTES, f"is larger than {MAX_BYTES >> 20} MB")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Problem("is not UTF-8") from None
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        why = getattr(error, "strerror", None) or error
        raise Problem(f"cannot be read: {why}") from None


def judge(given: argparse.Namespace) -> tuple[int, list[str]]:
    """The exit code and what to say."""
    unreadable: list[str] = []
    bundle, keys, kept = {}, [], None
    with noting(unreadable, given.bundle):
        bundle = read_bundle(read_text(given.bundle))
        keys = [read_key(bundle["key"])]
    if given.key:
        with noting(unreadable, "--key"):
            keys = [read_key(text) for text in map(_key_text, given.key)]
            need(len({key.name for key in keys}) == 1, "are keys of more than one log")
    if given.checkpoint is not None:
        with noting(unreadable, "--checkpoint"):
            kept = read_text(given.checkpoint)
            read_checkpoint(kept)
    if unreadable:
        return 2, unreadable
    if found := findings_in(bundle, keys, kept):
        return 1, found
    lines = verdict(bundle, is_trusted=bool(given.key), is_kept=kept is not None)
    return 0, lines + (transcript(bundle) if given.show else [])


def _key_text(given: str) -> str:
    """The key that was given as it is, or as a file of it."""
    is_key = re.fullmatch(r"[^+]+\+[0-9a-f]{8}\+\S+", given)
    return given if is_key else read_text(given).strip()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported interview offline.")
    parser.add_argument("bundle", help="the bundle's file, or - for standard input")
    key = "the log's public key that you trust, or a file with it; older ones of the log, too"
    parser.add_argument("--key", action="append", help=key)
    parser.add_argument("--checkpoint", metavar="FILE", help="a checkpoint that you kept")
    parser.add_argument("--show", action="store_true", help="print what was said, too")
    code, lines = judge(parser.parse_args(arguments))
    print("\n".join(lines), file=sys.stderr if code == 2 else sys.stdout, flush=True)  # noqa: PLR2004
    return code


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever read along has gone: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
