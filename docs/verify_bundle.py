"""Check an exported interview (a bundle) offline: python verify_bundle.py bundle.json --key KEY

It needs only Python 3.9 or later, opens no connection and writes no file. verify.md says what it
checks. Exit code 0: all holds. 1: each line says where something does not. 2: it cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category

ACTING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # Unicode's categories
MAX_BYTES, MAX_DIGITS, HASH_SIZE = 64 << 20, 18, 32  # of a file; of a number; of SHA-256
Object = dict[str, Any]

class Problem(Exception):
    """A check failed. The message says what is wrong; whoever catches it adds the place."""

def need(condition: Any, otherwise: str) -> Any:
    if not condition:
        raise Problem(otherwise)
    return condition

@contextmanager
def noting(findings: list[str], place: str) -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        findings.append(f"{place}: {problem}")

def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()

def read_json(text: str, name: str) -> Any:
    """Read JSON, but refuse what two programs could read in two ways."""
    def members(pairs: list[tuple[str, Any]]) -> Object:
        need(len(dict(pairs)) == len(pairs), f"{name} is not JSON: a member stands twice")
        return dict(pairs)
    def number(digits: str) -> int:
        need(len(digits) <= MAX_DIGITS, f"{name} is not JSON: {digits:.20}… is too large")
        return int(digits)  # an error for NaN and Infinity
    try:
        return json.loads(text, object_pairs_hook=members, parse_int=number, parse_constant=number)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise Problem(f"{name} is not JSON: {why}") from None

def need_shape(value: Any, shape: Any, name: str, *, exact: bool = False) -> Any:
    """A shape is {name: shape}, [shape of each item] or a pattern for the JSON of a value. If it is
    `exact`, an object may have no other members: those would look proved."""
    if isinstance(shape, dict):
        need(type(value) is dict, f"{name} is not an object")
        for member in (*shape, *value) if exact else shape:
            need(member in shape, f"{name} has an unknown member {shown(member)}")
            need(member in value, f"{name} has no member {member}")
            need_shape(value[member], shape[member], f"{name}.{member}", exact=exact)
    elif isinstance(shape, list):
        need(type(value) is list, f"{name} is not a list")
        for number, item in enumerate(value, start=1):
            need_shape(item, shape[0], f"{name}[{number}]", exact=exact)
    else:
        text = "" if isinstance(value, (dict, list)) else json.dumps(value, ensure_ascii=False)
        need(re.fullmatch(shape, text), f"{name} is not what the format allows")
    return value

COUNT, FLAG, HASH = "[0-9]+", "true|false", '"[0-9a-f]{64}"'
TEXT = '"[^\ud800-\udfff]*"'  # UTF-8, and so a hash, cannot hold half of a surrogate pair
EVENT = {"position": COUNT, "version": COUNT, "kind": TEXT, "schemaVersion": COUNT, "time": TEXT,
    "payload": f"{TEXT}|null", "salt": '"[0-9a-f]{32}"|null',
    "commitment": HASH, "leaf": HASH, "inclusionProof": [HASH]}
KEPT = {"checkpoint": TEXT, "consistencyProof": [HASH]}
BUNDLE = {"format": '"interview-gateway/bundle/1"', "interviewId": TEXT, "exportedAt": TEXT,
    "events": [EVENT], "checkpoint": TEXT, "key": TEXT}

def read_bundle(text: str) -> Object:
    bundle = read_json(text, "bundle")
    shape = {**BUNDLE, "kept": KEPT} if type(bundle) is dict and "kept" in bundle else BUNDLE
    need(need_shape(bundle, shape, "bundle", exact=True)["events"], "bundle has no events")
    return dict(bundle)

# Ed25519 (RFC 8032), verification only. Strict, and without the cofactor: s < L; points only in
# their one encoding; no key of small order, which could fit many texts; and sB - kA must be R.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_1 = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z
IDENTITY: Point = (0, 1, 1, 0)

def _add(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b, c, d = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def _times(scalar: int, point: Point) -> Point:
    rest = _times(scalar >> 1, _add(point, point)) if scalar else IDENTITY
    return _add(rest, point) if scalar & 1 else rest

def _encode(point: Point) -> bytes:
    x, y = (part * pow(point[2], -1, P) % P for part in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little")

def _decode(encoding: bytes) -> Point | None:
    y = int.from_bytes(encoding, "little") & (2**255 - 1)
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    x = x if x * x % P == x_squared else x * ROOT_OF_MINUS_1 % P
    x = x if x % 2 == encoding[31] >> 7 else -x % P
    point = (x, y, 1, x * y % P)  # refused if it is none, or if this is not its one encoding
    return point if x * x % P == x_squared and _encode(point) == encoding else None

def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    r, s, key = signature[:32], int.from_bytes(signature[32:], "little"), _decode(public)
    base = _decode((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or IDENTITY
    if len(signature) != len(r) + 32 or s >= L or key is None or _times(8, key)[0] == 0:
        return False  # a key of small order has 8 times itself at x = 0
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L
    return _encode(_add(_times(s, base), _times(L - k, key))) == r

# Keys and checkpoints (C2SP signed-note and tlog-checkpoint).
KEY = re.compile("([^\\s+\ud800-\udfff]+)\\+([0-9a-f]{8})\\+(\\S*)")
NOTE = re.compile("((.+)\n(0|[1-9][0-9]{0,17})\n(.+)\n(?:.+\n)*)\n((?:— [^ \n]+ [^ \n]+\n)+)")
NOT_A_NOTE = "is not a signed note of a checkpoint"
Key = tuple[str, str, bytes]  # name, id, public key
Head = tuple[int, bytes]  # the size of the log's tree and its root

def from_base64(text: str) -> bytes:
    """Decode base64. Return nothing if `text` is not the one canonical encoding."""
    try:
        data = base64.b64decode(text)
    except ValueError:
        return b""
    return data if base64.b64encode(data).decode() == text else b""

def read_key(line: str) -> Key:
    name, id, encoded = need(KEY.fullmatch(line), "is not a verifier key").groups()
    data = from_base64(encoded)
    holds = sha256(f"{name}\n".encode() + data)[:4].hex() == id and len(data) == HASH_SIZE + 1
    need(holds and data[0] == 1, "is not a verifier key for Ed25519")
    return name, id, data[1:]

def read_checkpoint(note: str, keys: list[Key]) -> Head:
    """What a checkpoint says. One of the `keys` must have signed it, as one of their log."""
    text, origin, size, root, signatures = need(NOTE.fullmatch(note), NOT_A_NOTE).groups()
    need(len(from_base64(root)) == HASH_SIZE, "has a root that is not a hash")
    need(origin == keys[0][0], f"is of the log {shown(origin)}, the key of {shown(keys[0][0])}")
    for signer, encoded in re.findall("— (.+) (.+)\n", signatures):  # others may have signed too
        signature = from_base64(encoded)
        for _, _, public in (key for key in keys if key[:2] == (signer, signature[:4].hex())):
            holds = is_signature(public, text.encode(), signature[4:])
            need(holds, "has a signature that does not hold")
            return int(size), from_base64(root)
    raise Problem("is not signed by the key; if the log had an older one, give it with --key, too")

# The Merkle tree (RFC 9162): proofs of inclusion (2.1.3.2) and of consistency (2.1.4.2).
def climb(fn: int, sn: int, start: bytes, proof: list[str]) -> tuple[bytes, bytes]:
    """The hashes of a node with all to its left, and of all. A proof of a wrong length has none."""
    old = new = start
    for sibling in map(bytes.fromhex, proof):
        if sn == 0:
            return b"", b""
        if fn % 2 or fn == sn:
            old, new = sha256(b"\x01" + sibling + old), sha256(b"\x01" + sibling + new)
            while fn and fn % 2 == 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = sha256(b"\x01" + new + sibling)
        fn, sn = fn >> 1, sn >> 1
    return (old, new) if sn == 0 else (b"", b"")

def is_beginning(old: Head, head: Head, proof: list[str]) -> bool:
    (old_size, old_root), (size, root) = old, head
    if old_size in (0, size):
        return not proof and old_root == (root if old_size else sha256(b""))
    if old_size & (old_size - 1) == 0:  # a complete subtree: its root is known, the proof omits it
        proof = [old_root.hex(), *proof]
    fn, sn = old_size - 1, size - 1
    while fn % 2:
        fn, sn = fn >> 1, sn >> 1
    is_proof = old_size < size and proof != []
    return is_proof and climb(fn, sn, bytes.fromhex(proof[0]), proof[1:]) == (old_root, root)

# Events: what the payload of each kind must have. It may have more.
CONFIG = {"role": TEXT, "totalQuestions": COUNT}
MESSAGES = [{"role": '"(system|user|assistant)"', "content": TEXT}]
SESSION = {"config": CONFIG, "messages": MESSAGES, "currentQuestion": COUNT, "isComplete": FLAG}
QUOTES = [{"message": COUNT, "from": COUNT, "to": COUNT, "text": TEXT}]
PAYLOADS: dict[str, Object] = {
    "interview-started": {"config": CONFIG, "messages": MESSAGES},
    "session-adopted": {"session": SESSION}, "interview-exported": {"format": TEXT, "by": TEXT},
    "question-asked": {"number": COUNT, "content": TEXT}, "interview-held": {"reason": TEXT},
    "question-kept": {"number": COUNT, "content": TEXT},
    "interview-completed": {"ending": TEXT, "content": TEXT}, "answer-given": {"content": TEXT},
    "session-refused": {"place": TEXT, "fingerprint": TEXT}, "interview-released": {"reason": TEXT},
    "summary-given": {"questionsAsked": COUNT, "responsesGiven": COUNT, "content": TEXT},
    "reply-interrupted": {"content": TEXT, "backend": TEXT, "ofSummary": FLAG},
    "assessment-given": {"kit": TEXT, "criteria": [{"quotations": QUOTES, "against": QUOTES}]},
    "content-forgotten": {"reason": TEXT, "role": TEXT, "state": TEXT, "adopted": FLAG,
                          "totalQuestions": COUNT, "questionsAsked": COUNT, "answersGiven": COUNT}}

def read_event(event: Object, id: str, head: Head | None, is_forgotten: bool) -> Object:
    """Check all that one event shows by itself. Return its payload, or nothing if forgotten."""
    kind, version, time = event["kind"], event["schemaVersion"], event["time"]
    payload, salt, leaf = event["payload"], event["salt"], bytes.fromhex(event["leaf"])
    need(kind in PAYLOADS, f"this checker does not know the kind {shown(kind)}")
    need(version == 1, f"this checker does not know schema version {version} of {kind}")
    try:
        utc = datetime.fromisoformat(time[:-1]).replace(tzinfo=None)
    except ValueError:
        raise Problem("the time is not a time") from None
    need(utc.isoformat("T", "milliseconds") + "Z" == time, "the time is not as the format has it")
    need((payload is None) == (salt is None), "only one of payload and salt is here")
    need(payload is None or not is_forgotten, "these words were to be forgotten")
    need(payload is not None or is_forgotten, "nothing says that this was forgotten")
    hash = None if payload is None else sha256(bytes.fromhex(salt) + payload.encode()).hex()
    need(hash in (None, event["commitment"]), "payload and salt are not what was committed to")
    names = ("commitment", "kind", "position", "schemaVersion", "time", "version")
    metadata = {"interviewId": id, **{name: event[name] for name in names}}
    canonical = json.dumps(metadata, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    need(sha256(b"\x00" + canonical.encode()) == leaf, "the leaf is not the hash of the rest")
    position, proof, (size, root) = event["position"], event["inclusionProof"], head or (0, b"")
    is_in = position < size and climb(position, size - 1, leaf, proof)[1] == root
    need(is_in or head is None, "the inclusion proof does not lead to the checkpoint's root")
    if payload is None:
        return {}
    return dict(need_shape(read_json(payload, "the payload"), PAYLOADS[kind], "the payload"))

# The rules, a letter for each kind: Started, aDopted (E if complete), eXported, Question, Held,
# Kept, Completed, Answer, Refused, reLeased, sUmmary, reply Interrupted, assessmeNt, Forgotten.
LETTERS = dict(zip(PAYLOADS, "SDXQHKCARLUINF"))  # noqa: B905  # Python 3.9 has no strict
V, W = "[RHLIX]*", "[UNRHLIX]*"
STAYED = f"(A{W}K{W}){{0,2}}"
ORDER = f"((S{V}Q|D){W}({STAYED}A{W}Q{W})*{STAYED}(A{W}(C{W})?)?|S{V}|E{W})F?"
STOPPED = "stopped-by-candidate"
HOLDS = "([^HLF]*H[^HLF]*L)*[^HLF]*(H[^HLF]*|F)?"

def rules(kinds: list[str], said: list[Object]) -> Iterator[None]:
    """Go on event by event, up to one that breaks a rule. Of what was forgotten, the last tells."""
    letters = "".join(LETTERS[kind] for kind in kinds)
    first, told, words = said[0], said[letters.find("F")], list[str]()  # words: of answers only
    need(letters[0] in "SD", "an interview cannot begin like this")
    if letters[0] == "S":
        total, asked, answered = first.get("config", told)["totalQuestions"], 0, 0
        words = [""] * len(first.get("messages", []))
    elif first:  # nothing vouches for an adopted session, but it must be possible
        session, turns = first["session"], first["session"]["messages"]
        roles = "".join(turn["role"][0] for turn in turns)
        words = [t["content"] * (roles[n] == "u" and "a" in roles[:n]) for n, t in enumerate(turns)]
        total, asked = session["config"]["totalQuestions"], session["currentQuestion"]
        is_over, spoken = session["isComplete"], roles.count("a") - session["isComplete"]
        is_turns = re.fullmatch("s*u?a(ua)*", roles) and asked <= spoken <= 3 * asked
        need(is_turns, "the adopted session is not question, answer, question …")
        counted = [s.get("responsesGiven", s.get("answersGiven")) for s in said]  # "yes" to an end
        answered = asked - (not is_over or (spoken > asked and asked - 1 in counted))
    else:  # what there was in the end, less what came later
        total, asked = told["totalQuestions"], told["questionsAsked"] - letters.count("Q")
        is_over = told["state"] == "complete" and "C" not in letters
        answered = told["answersGiven"] if is_over else asked - 1
    if letters[0] == "D":
        need(0 <= asked - answered <= 1 <= asked, "the adopted session has counts that cannot be")
        letters = "E" + letters[1:] if is_over else letters
    stops = letters[0] == "D"
    legal = min(len(need(re.match(rule, letters), "")[0]) for rule in (ORDER, HOLDS))
    for n, letter in enumerate(letters):
        asked, answered = asked + (letter == "Q"), answered + (letter == "A") - (letter == "K")
        ending = "all-answered" if answered == total else "closed-by-interviewer"
        if letter in "QK":  # whose purpose is gone may have been to ask for the end
            stops = letter == "K" and said[n].get("purpose", "ask-stop") == "ask-stop"
        gone = {"ending": STOPPED} if told.get("answersGiven") == answered - 1 else {}
        if letter == "C" and stops and (said[n] or gone).get("ending") == STOPPED:
            ending, answered = STOPPED, answered - 1  # the "yes" was no answer
        state = "complete" if {*"CE"} & {*letters[:n]} else "questioning" if asked else "started"
        counts = {"questionsAsked": asked, "answersGiven": answered, "totalQuestions": total}
        must: dict[str, Object] = {
            "Q": {"number": asked}, "U": {"questionsAsked": asked, "responsesGiven": answered},
            "K": {"number": asked}, "C": {"ending": ending},
            "I": {} if asked == answered and state == "questioning" else {"ofSummary": bool(asked)},
            "F": {"state": state, "adopted": letters[0] != "S", **counts}}
        need(n < legal, "this cannot come here")
        need(asked <= total, f"there were to be only {total} questions")
        for name, value in must.get(letter, {}).items() if said[n] else ():
            need(said[n][name] == value, f"its {name} must be {value}")
        words += [said[n].get("content", "") if letter == "A" else ""] * (letter in "QKAC")
        for one in said[n]["criteria"] if letter == "N" and said[n] else ():
            need(one["quotations"] or not one.get("level"), "a level rests on no quotation")
            for quote in one["quotations"] + one["against"]:
                there = [*words, ""][min(quote["message"], len(words))][quote["from"]:quote["to"]]
                need(there == quote["text"] != "", "a quotation is not what an answer says there")
        yield

def findings_in(bundle: Object, keys: list[Key], given: str | None = None) -> list[str]:
    """All that is wrong, judged by `keys`; `given` is the note of a checkpoint that was kept."""
    found, said, head, last = list[str](), list[Object](), None, -1
    events, own = bundle["events"], read_key(bundle["key"])
    places = [f"event {n} (position {event['position']})" for n, event in enumerate(events, 1)]
    kinds = [event["kind"] for event in events]
    with noting(found, "key"):
        need(own in keys, f"it is not {'a' if keys[1:] else 'the'} key that you gave")
    with noting(found, "checkpoint"):
        head = read_checkpoint(bundle["checkpoint"], [own] if own in keys else keys)
    forgotten = kinds.index("content-forgotten") if "content-forgotten" in kinds else 0
    for n, event in enumerate(events):
        with noting(found, places[n]):
            need(event["version"] == n + 1, f"it is version {event['version']}")
            is_gone = n < forgotten and LETTERS.get(kinds[n]) not in {*"HLX"}
            said.append(read_event(event, bundle["interviewId"], head, is_forgotten=is_gone))
            need(event["position"] > last, f"it stands after position {last}")
            last = event["position"]
    judged = rules(kinds, said) if len(said) == len(events) else iter(())
    for place in places:
        with noting(found, place):
            next(judged, None)
    proved = [head]
    if head and "kept" in bundle:
        with noting(found, "kept"):
            kept = read_checkpoint(bundle["kept"]["checkpoint"], keys)
            is_proved = is_beginning(kept, head, bundle["kept"]["consistencyProof"])
            need(is_proved, "the log is not proved to go on from it")
            proved.append(kept)
    if head and given is not None:
        with noting(found, "--checkpoint"):
            mine = read_checkpoint(given, keys)
            need(mine[0] != head[0] or mine == head, "the bundle's covers as many, but other ones")
            again = f"audit export {shown(bundle['interviewId'])} --format json --checkpoint FILE"
            need(mine in proved, f"the bundle does not prove it; export again with `{again}`")
    return found

def verdict(bundle: Object, *, is_trusted: bool) -> list[str]:
    times, kinds = ([event[name] for event in bundle["events"]] for name in ("time", "kind"))
    (origin, size, *_), id = bundle["checkpoint"].split("\n"), shown(bundle["interviewId"])
    kept = bundle["kept"]["checkpoint"].split("\n")[1] if "kept" in bundle else None
    by = "the key you gave" if is_trusted else "the bundle's own key"
    lines = {
        f"Interview {id}: {len(times)} events, {times[0]} to {times[-1]}.": True,
        f"Log {shown(origin)}: its checkpoint over {size} events is signed by {by}.": True,
        "The log has each event as it is here, and they follow the rules of an interview.": True,
        f"The log goes on from the checkpoint over {kept} events that was kept.": kept,
        "It began with a session from a client, which proves nothing.": "session-adopted" in kinds,
        "A session that differed from the log was refused.": "session-refused" in kinds,
        "It was put on hold.": "interview-held" in kinds,
        "Its words were erased.": "content-forgotten" in kinds,
        "The gateway's clock was set back during the interview.": times != sorted(times),
        "NO --key WAS GIVEN: this shows only that the bundle is consistent.": not is_trusted,
        "Not proved: the exact time, who the candidate was, what is not in the bundle.": True,
    }
    return [line for line, is_so in lines.items() if is_so]

def transcript(event: Object) -> str:
    kind, said = event["kind"], json.loads(event["payload"] or '{"content": "(forgotten)"}')
    said = said.get("session", said) if kind == "session-adopted" else said
    turns = said.get("messages", []) if kind in ("session-adopted", "interview-started") else []
    words = [f"{turn['role']}: {turn['content']}" for turn in turns]
    words += [str(said[n]) for n in ("ending", "place", "reason", "by", "content") if n in said]
    lines = [f"    {shown(line)}" for text in words for line in text.split("\n")]
    return "\n".join(["", f"{event['version']}. {kind}, {event['time']}", *lines])

def shown(text: str) -> str:
    """Escape what acts on a terminal, reorders or hides."""
    return "".join(f"<U+{ord(c):04X}>" if category(c) in ACTING else c for c in text)

def read_text(file: str) -> str:
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            data = source.read(MAX_BYTES + 1)
        need(len(data) <= MAX_BYTES, f"is larger than {MAX_BYTES >> 20} MB")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no name of a file
        raise Problem(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None

def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported interview offline.")
    parser.add_argument("bundle", help="the bundle's file, or - for standard input")
    parser.add_argument("--key", action="append", default=[], help="a key you trust, or its file")
    parser.add_argument("--checkpoint", metavar="FILE", help="a checkpoint that you kept")
    parser.add_argument("--show", action="store_true", help="print what was said, too")
    given = parser.parse_args(arguments)
    unreadable, bundle, keys, kept = list[str](), Object(), list[Key](), None
    with noting(unreadable, given.bundle):
        bundle = read_bundle(read_text(given.bundle))
        keys = [read_key(bundle["key"])]
    with noting(unreadable, "--key"):
        trusted = [key if KEY.fullmatch(key) else read_text(key).strip() for key in given.key]
        keys = [read_key(line) for line in trusted] or keys
        need(len({name for name, _, _ in keys}) <= 1, "are keys of more than one log")
    with noting(unreadable, "--checkpoint"):
        kept = read_text(given.checkpoint) if given.checkpoint is not None else None
        need(kept is None or NOTE.fullmatch(kept), NOT_A_NOTE)
    if unreadable:
        print("\n".join(unreadable), file=sys.stderr)
        return 2
    found = findings_in(bundle, keys, kept)
    lines = found or verdict(bundle, is_trusted=bool(given.key))
    said = map(transcript, bundle["events"] if given.show and not found else ())
    text, encoding = "\n".join([*lines, *said]), sys.stdout.encoding
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    return 1 if found else 0

if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader has gone: `| head`
        os._exit(1)
