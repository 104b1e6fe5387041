"""The script that checks a bundle without us: what it lets pass, and what it finds."""

import ast
import asyncio
import base64
import copy
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from eventlog.bundle import bundle_of
from eventlog.checkpoints import signed_checkpoint
from eventlog.notes import Checkpoint
from eventlog.records import Record, draft
from eventlog.sqlite.log import SqliteEventLog
from eventlog.tree import EMPTY_ROOT
from statemachine.assessment import CriterionResult, Quotation
from statemachine.commands import forget_content, give_answer
from statemachine.errors import IllegalMove, IllegalSession
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Ending,
    Event,
    QuestionAsked,
    SessionAdopted,
    SummaryGiven,
)
from statemachine.interview import replay
from statemachine.roles import DATA_ANALYST
from statemachine.session import Config, Session, Speaker
from statemachine.states import State
from tests.docs.bundles import (
    HOLD,
    IDS,
    SCRIPT,
    SIGNER,
    STRANGER,
    Bundle,
    LawlessLog,
    SignedLog,
    as_text,
    bundle_saying,
    fill,
    lawless_bundle,
    load_script,
)
from tests.eventlog.interviews import (
    AT,
    OPENING,
    REFUSAL,
    STOPPED,
    TEMPLATES,
    WHOLE,
    ask,
    close,
    keep,
    start,
    tell,
)
from tests.statemachine.strategies import Run, adoptions, few, runs
from tests.stories import adopted

script = load_script()
KEY = str(SIGNER.verifier)


async def _made() -> tuple[dict[str, Bundle], list[str]]:
    log = SignedLog(SIGNER)
    checkpoints = await fill(log)
    bundles = {name: await bundle_of(log, id, exported_at=AT) for name, id in IDS.items()}
    whole = IDS["whole"]
    bundles["kept"] = await bundle_of(log, whole, exported_at=AT, kept=checkpoints[1])
    return bundles, checkpoints


BUNDLES, CHECKPOINTS = asyncio.run(_made())
KEPT = CHECKPOINTS[1]


def findings(bundle: Bundle, kept: str | None = None, key: str = KEY) -> list[str]:
    read = script.read_bundle(as_text(bundle))
    return list(script.findings_in(read, [script.read_key(key)], kept))


@pytest.mark.parametrize("name", BUNDLES)
def test_a_good_bundle_passes(name: str) -> None:
    assert findings(BUNDLES[name]) == []


def test_bundles_of_a_file_pass(tmp_path: Path) -> None:
    async def make() -> list[Bundle]:
        log = SqliteEventLog(tmp_path / "interviews.db")
        try:
            kept = (await fill(log))[2]
            return [await bundle_of(log, id, exported_at=AT, kept=kept) for id in IDS.values()]
        finally:
            await log.close()

    for bundle in asyncio.run(make()):
        assert findings(bundle, bundle["kept"]["checkpoint"], bundle["key"]) == []


RECORDINGS = sorted((SCRIPT.parents[1] / "tests" / "recordings").glob("schema-*/*.json"))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_bundles_of_every_release_pass(file: Path) -> None:
    bundle = json.loads(file.read_text(encoding="utf-8"))
    assert findings(bundle, key=bundle["key"]) == []


def test_a_log_of_any_size_goes_on_from_any_earlier_one() -> None:
    async def make() -> list[Bundle]:
        log = SignedLog(SIGNER)
        earlier = [SIGNER.sign(Checkpoint(SIGNER.name, 0, EMPTY_ROOT).text())]
        made = []
        for size in range(1, 10):
            id = f"00000000-0000-4000-8000-{size:012d}"
            await tell(log, id, start())
            earlier.append(await signed_checkpoint(log))
            made += [await bundle_of(log, id, exported_at=AT, kept=note) for note in earlier]
        return made

    for bundle in asyncio.run(make()):
        assert findings(bundle, bundle["kept"]["checkpoint"]) == []


# --- What was tampered with is found, and where -----------------------------------------------

Tampering = Callable[[Bundle], object]


def event(bundle: Bundle, number: int) -> Bundle:
    found: Bundle = bundle["events"][number - 1]
    return found


def put(number: int, **members: object) -> Tampering:
    return lambda bundle: event(bundle, number).update(members)


def flip(number: int, name: str) -> Tampering:
    """Another last hexadecimal digit."""

    def tamper(bundle: Bundle) -> None:
        value = event(bundle, number)[name]
        event(bundle, number)[name] = value[:-1] + ("0" if value[-1] != "0" else "1")

    return tamper


def in_words(number: int, old: str, new: str) -> Tampering:
    def tamper(bundle: Bundle) -> None:
        words = event(bundle, number)["payload"]
        assert old in words
        event(bundle, number)["payload"] = words.replace(old, new)

    return tamper


def on_events(change: Callable[[list[Bundle]], object]) -> Tampering:
    return lambda bundle: change(bundle["events"])


def on_proof(change: Callable[[list[str]], object]) -> Tampering:
    return lambda bundle: change(event(bundle, 3)["inclusionProof"])


def on_note(old: str, new: str) -> Tampering:
    def tamper(bundle: Bundle) -> None:
        assert old in bundle["checkpoint"]
        bundle["checkpoint"] = bundle["checkpoint"].replace(old, new, 1)

    return tamper


def swap(events: list[Bundle]) -> None:
    events[2], events[3] = events[3], events[2]


def renumbered(events: list[Bundle]) -> None:
    """Leave the third event out, and hide it."""
    del events[2]
    for number, after in enumerate(events, start=1):
        after["version"] = number


def exchanged(events: list[Bundle]) -> None:
    """Put the answer of another interview in place of this one's."""
    other = next(e for e in BUNDLES["summary"]["events"] if e["kind"] == "answer-given")
    for name in ("payload", "salt", "commitment"):
        events[2][name] = other[name]


def consistently(events: list[Bundle]) -> None:
    """Change words, and all hashes but the log's."""
    changed = events[2]
    changed["payload"] = changed["payload"].replace("Because", "Be cause")
    words = bytes.fromhex(changed["salt"]) + changed["payload"].encode()
    changed["commitment"] = script.sha256(words).hex()
    changed["leaf"] = script.sha256(
        b"\x00"
        + json.dumps(
            {"interviewId": IDS["whole"]}
            | {
                name: changed[name]
                for name in ("commitment", "kind", "position", "schemaVersion", "time", "version")
            },
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
    ).hex()


def erased(number: int) -> Tampering:
    return put(number, payload=None, salt=None)


def by_stranger(bundle: Bundle) -> None:
    bundle["key"] = str(STRANGER.verifier)
    bundle["checkpoint"] = STRANGER.sign(bundle["checkpoint"].rpartition("\n\n")[0] + "\n")


def renamed(bundle: Bundle) -> None:
    text = bundle["checkpoint"].rpartition("\n\n")[0] + "\n"
    bundle["checkpoint"] = SIGNER.sign(text.replace(SIGNER.name, "another/log"))


AT_3 = f"event 3 (position {event(BUNDLES['whole'], 3)['position']}): "
TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "one letter": (in_words(3, "Because", "because"), AT_3 + "payload and salt"),
    "white space": (in_words(3, ":", ": "), AT_3 + "payload and salt"),
    "time": (put(3, time="2026-01-05T10:30:00.001Z"), AT_3 + "the leaf"),
    "no time": (put(3, time="2026-02-30T10:30:00.000Z"), AT_3 + "the time"),
    "another time zone": (put(3, time="2026-01-05T10:30:00.000+00:00Z"), AT_3 + "the time"),
    "microseconds": (put(3, time="2026-01-05T10:30:00.000000Z"), AT_3 + "the time"),
    "kind": (put(3, kind="session-refused"), AT_3 + "the leaf"),
    "unknown kind": (put(3, kind="answer-praised"), AT_3 + "this checker does not know"),
    "schema version": (put(3, schemaVersion=2), AT_3 + "this checker does not know"),
    "position": (put(3, position=1), "event 3 (position 1): the leaf"),
    "far position": (put(3, position=10**9), "event 3 (position 1000000000): the leaf"),
    "version": (put(3, version=4), AT_3 + "it is version 4"),
    "salt": (flip(3, "salt"), AT_3 + "payload and salt"),
    "no salt": (put(3, salt=None), AT_3 + "only one"),
    "no payload": (put(3, payload=None), AT_3 + "only one"),
    "commitment": (flip(3, "commitment"), AT_3 + "payload and salt"),
    "leaf": (flip(3, "leaf"), AT_3 + "the leaf"),
    "proof flipped": (on_proof(lambda p: p.__setitem__(0, "0" * 64)), AT_3 + "the inclusion"),
    "proof shorter": (on_proof(list.pop), AT_3 + "the inclusion"),
    "proof longer": (on_proof(lambda p: p.append("0" * 64)), AT_3 + "the inclusion"),
    "proof turned round": (on_proof(list.reverse), AT_3 + "the inclusion"),
    "no proof": (on_proof(list.clear), AT_3 + "the inclusion"),
    "removed": (on_events(lambda e: e.pop(2)), "event 3 (position {4}): it is version 4"),
    "first removed": (on_events(lambda e: e.pop(0)), "event 1 (position {2}): it is version 2"),
    "removed and hidden": (on_events(renumbered), "event 3 (position {4}): the leaf"),
    "twice": (on_events(lambda e: e.insert(2, e[2])), "event 4 (position {3}): it is version 3"),
    "swapped": (on_events(swap), "event 3 (position {4}): it is version 4"),
    "inserted": (
        on_events(lambda e: e.insert(2, BUNDLES["summary"]["events"][2])),
        "event 4 (position {3}): it is version 3",
    ),
    "exchanged": (on_events(exchanged), AT_3 + "the leaf"),
    "consistently": (on_events(consistently), AT_3 + "the inclusion"),
    "erased": (erased(3), AT_3 + "nothing says that this was forgotten"),
    "interview": (lambda b: b.update(interviewId=IDS["summary"]), AT_3 + "the leaf"),
    "payload no JSON": (put(3, payload="{"), AT_3 + "payload and salt"),
    "signature": (on_note(" ", " A"), "checkpoint: "),
    "size": (on_note("\n71\n", "\n72\n"), "checkpoint: has a signature that does not hold"),
    "origin": (on_note("test\n", "text\n"), "checkpoint: is of the log"),
    "origin, signed": (renamed, "checkpoint: is of the log"),
    "no checkpoint": (lambda b: b.update(checkpoint=""), "checkpoint: is not a signed note"),
    "empty line": (on_note("\n", "\n\n"), "checkpoint: is not a signed note"),
    "no root": (on_note("=\n", "\n"), "checkpoint: has a root that is not a hash"),
    "unsigned": (
        lambda b: b.update(checkpoint=b["checkpoint"].rpartition("—")[0]),
        "checkpoint: is not a signed note",
    ),
    "other key": (lambda b: b.update(key=str(STRANGER.verifier)), "key: it is not the key"),
    "signed by a stranger": (by_stranger, "checkpoint: is not signed by the key"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found_where_it_was_done(what: str) -> None:
    tamper, expected = TAMPERINGS[what]
    bundle = copy.deepcopy(BUNDLES["whole"])
    positions = [0, *(e["position"] for e in bundle["events"])]
    tamper(bundle)
    found = findings(bundle)
    assert any(line.startswith(expected.format(*positions)) for line in found), found


def test_a_stranger_can_only_make_a_bundle_that_agrees_with_itself() -> None:
    bundle = copy.deepcopy(BUNDLES["whole"])
    by_stranger(bundle)
    assert findings(bundle, key=bundle["key"]) == []
    assert findings(bundle) != []


@pytest.mark.parametrize("position", [1, 7, 8, 10**9])
def test_a_leaf_is_not_proved_beyond_the_end_of_the_tree(position: int) -> None:
    """Though it is the root of a tree that has no leaf at this position."""
    names = ("commitment", "kind", "position", "schemaVersion", "time", "version")
    far = event(BUNDLES["whole"], 1) | {"position": position, "inclusionProof": []}
    metadata = {"interviewId": ""} | {name: far[name] for name in names}
    text = json.dumps(metadata, sort_keys=True, separators=(",", ":"))
    leaf = script.sha256(b"\x00" + text.encode())
    for size in (1, position):
        with pytest.raises(script.Problem, match="the inclusion proof"):
            script.read_event(far | {"leaf": leaf.hex()}, "", (size, leaf), False)


def respelled(encoded: str) -> str:
    """Other base64 of the same bytes: in the last letter before the padding not all bits count."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stem, padding = encoded.rstrip("="), encoded[len(encoded.rstrip("=")) :]
    other = stem[:-1] + letters[letters.index(stem[-1]) ^ 1] + padding
    assert base64.b64decode(other) == base64.b64decode(encoded)
    return other


def test_base64_has_one_spelling() -> None:
    bundle = copy.deepcopy(BUNDLES["whole"])
    signature = bundle["checkpoint"].split()[-1]
    on_note(signature, respelled(signature))(bundle)
    [finding] = findings(bundle)
    assert finding.startswith("checkpoint: is not signed by the key")
    root = Checkpoint(SIGNER.name, 69, bytes(32)).text().split()[2]
    note = SIGNER.sign(f"{SIGNER.name}\n71\n{respelled(root)}\n")
    assert findings(bundle | {"checkpoint": note})[0] == "checkpoint: has a root that is not a hash"


@pytest.mark.parametrize("name", ["", "a b", "a\n", "\ud800"])
def test_a_key_has_a_name_that_a_note_can_hold(name: str) -> None:
    public = SIGNER.verifier.public
    id = hashlib.sha256(name.encode("utf-8", "replace") + b"\n\x01" + public).hexdigest()[:8]
    with pytest.raises(script.Problem, match="is not a verifier key"):
        script.read_key(f"{name}+{id}+{base64.b64encode(bytes([1]) + public).decode()}")


@pytest.mark.parametrize(
    ("id", "data"),
    [
        ("00000000", b"\x01" + SIGNER.verifier.public),
        (None, b"\x02" + SIGNER.verifier.public),
        (None, b"\x01" + SIGNER.verifier.public[:-1]),
        (None, b"\x01" + SIGNER.verifier.public + b"\x00"),
        (None, b""),
    ],
)
def test_a_key_is_named_by_its_hash_and_for_ed25519(id: str | None, data: bytes) -> None:
    made = hashlib.sha256(b"log\n" + b"\x01" + data[1:]).hexdigest()[:8]
    with pytest.raises(script.Problem, match="is not a verifier key for Ed25519"):
        script.read_key(f"log+{id or made}+{base64.b64encode(data).decode()}")


def test_a_key_of_another_algorithm_is_refused_though_named_by_its_hash() -> None:
    data = b"\x02" + SIGNER.verifier.public
    id = hashlib.sha256(b"log\n" + data).hexdigest()[:8]
    with pytest.raises(script.Problem, match="is not a verifier key for Ed25519"):
        script.read_key(f"log+{id}+{base64.b64encode(data).decode()}")


@pytest.mark.parametrize("size", ["064", "-1", "+64", "6_7", "٦٧", "9" * 19, "1e3", ""])
def test_a_size_has_one_spelling(size: str) -> None:
    bundle = copy.deepcopy(BUNDLES["whole"])
    root = bundle["checkpoint"].split("\n")[2]
    bundle["checkpoint"] = SIGNER.sign(f"{SIGNER.name}\n{size}\n{root}\n")
    (line,) = findings(bundle)
    assert line.startswith("checkpoint: ")


def test_words_gone_or_left_need_what_was_forgotten_to_say_so() -> None:
    forgotten = copy.deepcopy(BUNDLES["forgotten"])
    last = forgotten["events"].pop()
    assert any("nothing says" in line for line in findings(forgotten))
    forgotten["events"].append(last)
    event(forgotten, 3).update(payload='{"content":"Because."}', salt="00" * 16)
    assert any("these words were to be forgotten" in line for line in findings(forgotten))


@pytest.mark.parametrize(
    "change",
    [
        {"questions_asked": 1},
        {"answers_given": 1},
        {"state": State.QUESTIONING},
        {"adopted": True},
        {"total_questions": 1},
    ],
)
def test_what_is_told_of_forgotten_words_must_fit(change: dict[str, object]) -> None:
    told = forget_content(replay(WHOLE), "Asked for it.")
    assert findings(lawless_bundle(*WHOLE, told, forgotten=True)) == []
    bundle = lawless_bundle(*WHOLE, told.model_copy(update=change), forgotten=True)
    assert findings(bundle) != []


# --- Checkpoints that were kept ---------------------------------------------------------------


def test_a_kept_checkpoint_that_is_proved_passes() -> None:
    assert findings(BUNDLES["kept"], KEPT) == []
    assert findings(BUNDLES["whole"], BUNDLES["whole"]["checkpoint"]) == []


def test_a_kept_checkpoint_that_is_not_proved_asks_for_another_export() -> None:
    for bundle in (BUNDLES["whole"], BUNDLES["kept"]):
        (line,) = findings(bundle, CHECKPOINTS[0])
        assert f"audit export {IDS['whole']} --format json --checkpoint FILE" in line


def test_a_kept_checkpoint_of_a_split_log_is_found() -> None:
    size = int(BUNDLES["whole"]["checkpoint"].split("\n")[1])
    split = SIGNER.sign(Checkpoint(SIGNER.name, size, bytes(32)).text())
    assert "other ones" in findings(BUNDLES["whole"], split)[0]
    earlier = SIGNER.sign(Checkpoint(SIGNER.name, 13, bytes(32)).text())
    bundle = copy.deepcopy(BUNDLES["kept"])
    bundle["kept"]["checkpoint"] = earlier
    assert findings(bundle)[0].startswith("kept: the log is not proved to go on")


def test_a_kept_checkpoint_by_another_key_is_found() -> None:
    note = STRANGER.sign(KEPT.rpartition("\n\n")[0] + "\n")
    [finding] = findings(BUNDLES["kept"], note)
    assert finding.startswith("--checkpoint: is not signed by the key")
    bundle = copy.deepcopy(BUNDLES["kept"])
    bundle["kept"]["checkpoint"] = note
    [finding] = findings(bundle)
    assert finding.startswith("kept: is not signed by the key")


@pytest.mark.parametrize(
    "change", [list.pop, list.clear, list.reverse, lambda p: p.append("0" * 64)]
)
def test_a_changed_consistency_proof_is_found(change: Callable[[list[str]], object]) -> None:
    bundle = copy.deepcopy(BUNDLES["kept"])
    change(bundle["kept"]["consistencyProof"])
    assert findings(bundle) == ["kept: the log is not proved to go on from it"]


def test_a_checkpoint_may_have_signatures_of_others_too() -> None:
    bundle = copy.deepcopy(BUNDLES["whole"])
    text, _, line = bundle["checkpoint"].rpartition("\n\n")
    bundle["checkpoint"] = f"{text}\n\n— witness.example AAAAAAAA\n{line}"
    assert findings(bundle) == []


# --- The rules ----------------------------------------------------------------------------------


def summary(asked: int, answered: int) -> SummaryGiven:
    return SummaryGiven(
        content="Well.", questions_asked=asked, responses_given=answered, origin=TEMPLATES
    )


def taken(length: int, **changes: object) -> SessionAdopted:
    """An adopted session that was changed."""
    return SessionAdopted(session=adopted(length).session.model_copy(update=changes))


def assessed(start: int, end: int, text: str, **changes: object) -> AssessmentGiven:
    """An assessment whose level rests on one quotation, of the message of "One."."""
    quotation = Quotation(message=3, start=start, end=end, text=text)
    result = CriterionResult(id="a", name="A", level=1, anchor="Low.", quotations=(quotation,))
    criteria = (result.model_copy(update=changes),)
    return AssessmentGiven(criteria=criteria, kit="nurse", kit_version="0", by="ada")


OF_OPENING = (Quotation(message=1, start=0, end=6, text="Please"),)
ANSWERED = (*OPENING, give_answer("One 🦊."))
ROLE = DATA_ANALYST
ILLEGAL: dict[str, tuple[Sequence[Event], int]] = {
    "two answers": ((*OPENING, give_answer("One."), give_answer("Two.")), 4),
    "two questions": ((*OPENING, ask(2)), 3),
    "answer first": ((start(), give_answer("One.")), 2),
    "question skipped": ((*OPENING, give_answer("One."), ask(3)), 4),
    "too many": ((*WHOLE[:5], ask(3)), 6),
    "closed too early": ((*OPENING, close()), 3),
    "closed while a question waits": ((*OPENING, close(Ending.CLOSED_BY_INTERVIEWER)), 3),
    "adopted with too few answers": ((taken(3, is_complete=True),), 1),
    "adopted with an answer last": (
        (taken(5, messages=adopted(5).session.messages[:4], current_question=1),),
        1,
    ),
    "adopted at another question": ((taken(5, current_question=3),), 1),
    "adopted with too many questions": (
        (taken(5, config=Config(role=ROLE, total_questions=1)),),
        1,
    ),
    "closed at once": ((start(), close()), 2),
    "wrong ending": ((*WHOLE[:5], close(Ending.CLOSED_BY_INTERVIEWER)), 6),
    "wrong other ending": ((*WHOLE[:3], close()), 4),
    "after the end": ((*WHOLE, ask(3)), 7),
    "kept without an answer": ((*WHOLE[:2], keep()), 3),
    "kept under another number": ((*WHOLE[:3], keep(number=2)), 4),
    "kept for the third time": ((*WHOLE[:3], *(keep(), WHOLE[2]) * 2, keep()), 8),
    "stopped without having been asked": ((*WHOLE[:3], close(Ending.STOPPED_BY_CANDIDATE)), 4),
    "not counted as stopped": ((*STOPPED, summary(1, 1)), 7),
    "summary of nothing": ((start(), summary(0, 0)), 2),
    "summary of more": ((*OPENING, summary(2, 0)), 3),
    "summary of less": ((*OPENING, give_answer("One."), summary(1, 0)), 4),
    "assessed before the first question": ((start(), assessed(0, 3, "One")), 2),
    "a quotation of another place": ((*ANSWERED, assessed(1, 4, "One")), 4),
    "a quotation counted in UTF-16": ((*ANSWERED, assessed(4, 6, "🦊")), 4),
    "a quotation of the opening": ((*ANSWERED, assessed(0, 3, "One", against=OF_OPENING)), 4),
    "a level that rests on nothing": ((*ANSWERED, assessed(0, 3, "One", quotations=())), 4),
    "started twice": ((start(), start()), 2),
    "adopted late": ((start(), adopted()), 2),
    "not started": ((ask(1),), 1),
    "released only": ((*OPENING, HOLD[1]), 3),
    "held twice": ((*OPENING, HOLD[0], HOLD[0]), 4),
    "forgotten on hold": (
        (start(), HOLD[0], forget_content(replay([start()]), "Asked for it.")),
        3,
    ),
    "after forgetting": ((start(), forget_content(replay([start()]), "Asked."), REFUSAL), 3),
    "forgotten at once": ((forget_content(replay([start()]), "Asked."),), 1),
}


def test_a_quotation_is_counted_in_code_points() -> None:
    for quoted in (assessed(4, 5, "🦊"), assessed(0, 6, "One 🦊.")):
        assert findings(lawless_bundle(*ANSWERED, quoted)) == []


@pytest.mark.parametrize("what", ILLEGAL)
def test_events_that_the_rules_forbid_are_found_though_signed(what: str) -> None:
    events, number = ILLEGAL[what]
    bundle = lawless_bundle(*events, forgotten=any(isinstance(e, ContentForgotten) for e in events))
    found = findings(bundle)
    assert found
    assert found[0].startswith(f"event {number} (position {number}): "), found


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ('{"number":1,"content":"Why?","number":1}', "twice"),
        ('{"number":1,"content":"Why?","more":NaN}', "NaN"),
        ('{"number":1,"content":"Why?","more":-Infinity}', "Infinity"),
        ('{"number":1,"content":"Why?","more":1000000000000000000}', "too large"),
        ('{"number":1,"content":"Why?","more":' + "[" * 100_000, "nested too deeply"),
        ('{"number":true,"content":"Why?"}', "number"),
        ('{"number":1.0,"content":"Why?"}', "number"),
        ('{"number":1,"content":"\\ud800"}', "content"),
        ('{"number":1}', "content"),
        ("1", "not an object"),
        ("[]", "not an object"),
        ("null", "not an object"),
        ("", "not JSON"),
        ("{}", "number"),
    ],
)
def test_a_payload_that_can_be_read_in_two_ways_or_none_is_found(payload: str, words: str) -> None:
    (line,) = findings(bundle_saying("question-asked", payload))
    assert line.startswith("event 2 (position 1): the payload")
    assert words in line


def test_events_of_another_release_cannot_be_judged() -> None:
    (line,) = findings(bundle_saying("question-asked", '{"number":1,"content":"Why?"}', 2))
    assert "schema version 2" in line
    (line,) = findings(bundle_saying("candidate-praised\x1b", "{}"))
    assert "the kind candidate-praised<U+001B>" in line


def test_a_payload_may_hold_more_than_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payload = '{"content":"Why?","number":1,"session":1,"messages":2,"reason":3,"more":1e999}'
    file = tmp_path / "bundle.json"
    file.write_text(as_text(bundle_saying("question-asked", payload)), encoding="utf-8")
    assert script.main([str(file), "--show"]) == 0
    assert "Why?" in capsys.readouterr().out


def test_what_came_later_must_stand_later_in_the_log() -> None:
    async def make() -> Bundle:
        log = LawlessLog(SIGNER)
        log.take(draft(IDS["whole"], 2, ask(1), AT))
        log.take(draft(IDS["whole"], 1, start(), AT))
        return await bundle_of(log, IDS["whole"], exported_at=AT)

    bundle = asyncio.run(make())
    bundle["events"].reverse()
    assert findings(bundle) == ["event 2 (position 0): it stands after position 1"]


def is_legal(events: Sequence[Event]) -> bool:
    try:
        replay(events)
    except (IllegalMove, IllegalSession):
        return False
    return True


@st.composite
def tellings(draw: st.DrawFn) -> Run:
    """A legal run, or one that something was done to: much of that is illegal, not all."""
    events = list(draw(runs() | adoptions().map(lambda both: both[1])))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(events) - 1))
        match draw(st.sampled_from(["drop", "again", "swap", "insert", "number", "session"])):
            case "drop" if len(events) > 1:
                del events[place]
            case "again":
                events.insert(place, events[place])
            case "swap":
                other = draw(st.integers(0, len(events) - 1))
                events[place], events[other] = events[other], events[place]
            case "insert":
                events.insert(place + 1, draw(st.sampled_from(STRAY)))
            case "number" if isinstance(asked := events[place], QuestionAsked):
                events[place] = ask(asked.number + draw(st.sampled_from([-1, 1])))
            case "session" if isinstance(took := events[0], SessionAdopted):
                events[0] = SessionAdopted(
                    session=took.session.model_copy(update=draw(st.sampled_from(CHANGES)))
                )
    return tuple(events)


CHANGES: tuple[dict[str, Any], ...] = (
    {"is_complete": True},
    {"is_complete": False},
    {"current_question": 1},
    {"current_question": 2},
    {"messages": adopted(3).session.messages},
    {"messages": adopted(3).session.messages[:2]},
    {"messages": adopted(5).session.messages[2:]},
)
STRAY: tuple[Event, ...] = (
    start(),
    ask(1),
    ask(2),
    AnswerGiven(content="Because."),
    close(),
    close(Ending.CLOSED_BY_INTERVIEWER),
    summary(1, 1),
    REFUSAL,
    adopted(3),
    adopted(7),
    *HOLD,
)


@few
@given(tellings())
def test_the_script_and_the_gateway_know_the_same_rules(events: Run) -> None:
    # Where an adopted session's question was kept already, the script cannot tell how often.
    kept_before = any(isinstance(e, SessionAdopted) and rebuilt_kept(e.session) for e in events)
    found = findings(lawless_bundle(*events))
    assert (found == []) == is_legal(events) or (kept_before and not found)


def rebuilt_kept(session: Session) -> bool:
    spoken = sum(message.role is Speaker.ASSISTANT for message in session.messages)
    return spoken - session.is_complete > session.current_question


@few
@given(runs() | adoptions().map(lambda both: both[1]))
def test_what_was_legally_forgotten_passes(events: Run) -> None:
    interview = replay(events)
    assume(not interview.on_hold)
    told = forget_content(interview, "Asked for it.")
    assert findings(lawless_bundle(*events, told, forgotten=True)) == []


@few
@given(
    runs(),
    st.sampled_from(["questions_asked", "answers_given"]),
    st.sampled_from([-1, 1]),
)
def test_what_is_told_otherwise_of_a_started_one_does_not(events: Run, name: str, by: int) -> None:
    interview = replay(events)
    told = forget_content(interview, "Asked for it.")
    assume(getattr(told, name) + by >= 0)
    # An answer less may have been a "yes" to the end of the interview.
    assume(not (interview.is_complete and interview.kept))
    told = told.model_copy(update={name: getattr(told, name) + by})
    assert findings(lawless_bundle(*events, told, forgotten=True)) != []


# --- Any input at all ---------------------------------------------------------------------------

unhurried = settings(deadline=None)  # Ed25519 in Python takes its time on a busy machine
WHOLE_TEXT = as_text(BUNDLES["kept"])
PARSED = json.loads(WHOLE_TEXT)


def proved(document: Bundle) -> Bundle:
    """All of it but the one member that nothing vouches for."""
    return {name: value for name, value in document.items() if name != "exportedAt"}


def exit_code(text: str) -> int:
    """What the script makes of a bundle, with the bundle's own key."""
    try:
        bundle = script.read_bundle(text)
        key = script.read_key(bundle["key"])
    except script.Problem:
        return 2
    return 1 if script.findings_in(bundle, [key]) else 0


@unhurried
@given(st.integers(0, len(WHOLE_TEXT) - 1), st.characters(codec=None), st.booleans())
def test_no_other_character_goes_unnoticed(place: int, char: str, insert: bool) -> None:
    text = WHOLE_TEXT[:place] + char + WHOLE_TEXT[place + (not insert) :]
    if exit_code(text) == 0:
        assert proved(json.loads(text)) == proved(PARSED)


@unhurried
@given(st.integers(0, len(WHOLE_TEXT) - 1), st.sampled_from('0123456789abcdef=+/ ,:"\\n-'))
def test_nor_does_one_of_those_that_stand_there(place: int, char: str) -> None:
    text = WHOLE_TEXT[:place] + char + WHOLE_TEXT[place + 1 :]
    if exit_code(text) == 0:
        assert proved(json.loads(text)) == proved(PARSED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
PLACES: tuple[tuple[str | int, ...], ...] = (
    *((name,) for name in PARSED),
    *(("events", n, name) for n in (0, 5) for name in PARSED["events"][0]),
    *(("kept", name) for name in PARSED["kept"]),
)


@unhurried
@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_is_judged(place: tuple[str | int, ...], value: object) -> None:
    bundle = copy.deepcopy(PARSED)
    inner = bundle
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    if exit_code(json.dumps(bundle)) == 0:
        assert proved(bundle) == proved(PARSED)


@unhurried
@given(st.sampled_from([1, 3, 6]), JSON, st.booleans())
def test_any_payload_is_judged_and_shown(number: int, value: object, is_part: bool) -> None:
    bundle = copy.deepcopy(PARSED)
    words = json.loads(event(bundle, number)["payload"])
    if is_part:
        words |= dict.fromkeys(words, value) | {"session": value, "reason": value}
    event(bundle, number)["payload"] = json.dumps(words if is_part else value)
    assert exit_code(json.dumps(bundle)) == 1


@unhurried
@given(st.text(st.characters(codec=None)) | st.text('{}[]":,0123456789eE+-.truefalsn \\u'))
@example("[" * 100_000)
@example('{"a":' * 100_000)
@example("9" * 100_000)
@example('{"format":"interview-gateway/bundle/1","format":"interview-gateway/bundle/1"}')
@example("NaN")
def test_what_is_no_bundle_is_said_to_be_none(text: str) -> None:
    assert exit_code(text) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "interview-gateway/bundle/2"}, "format"),
        ({"events": []}, "no events"),
        ({"events": [1]}, "events"),
        ({"more": 1}, "more"),
        ({"kept": None}, "kept"),
        ({"interviewId": "\ud800"}, "interviewId"),
    ],
)
def test_a_shape_that_is_wrong_is_named(change: Bundle, words: str) -> None:
    with pytest.raises(script.Problem, match=words):
        script.read_bundle(json.dumps(BUNDLES["whole"] | change))


def is_text_of(name: str, value: object) -> bool:
    return name in ("kind", "time", "payload") and isinstance(value, str)


@pytest.mark.parametrize("name", BUNDLES["whole"]["events"][0])
def test_an_event_must_have_all_members_of_their_types(name: str) -> None:
    wrong: tuple[object, ...] = (True, 1.0, -1, "0" * 63, "0" * 65, "A" * 64, [1], {})
    for value in wrong:
        bundle = copy.deepcopy(BUNDLES["whole"])
        event(bundle, 2)[name] = value
        assert exit_code(as_text(bundle)) == (1 if is_text_of(name, value) else 2)
    del event(bundle, 2)[name]
    with pytest.raises(script.Problem, match=rf"events\[2\] has no member {name}"):
        script.read_bundle(as_text(bundle))


# --- Ed25519 ------------------------------------------------------------------------------------

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
"""Section 7.1, tests 1 to 3: public key, message, signature."""


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    key, text, by = (bytes.fromhex(part) for part in (public, message, signature))
    assert script.is_signature(key, text, by)
    assert not script.is_signature(key, text + b"!", by)
    malleable = (int.from_bytes(by[32:], "little") + script.L).to_bytes(32, "little")
    assert not script.is_signature(key, text, by[:32] + malleable)


@few
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 8 * 64))
def test_signatures_hold_exactly_when_cryptography_says_so(
    seed: bytes, message: bytes, bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    signature = private.sign(message)
    if bit < 8 * 64:
        number = int.from_bytes(signature, "little") ^ (1 << bit)
        signature = number.to_bytes(64, "little")
    try:
        public.verify(signature, message)
        holds = True
    except InvalidSignature:
        holds = False
    assert script.is_signature(public.public_bytes_raw(), message, signature) is holds


@pytest.mark.parametrize("length", [0, 31, 32, 63, 65, 96])
def test_a_signature_of_another_length_does_not_hold(length: int) -> None:
    assert not script.is_signature(SIGNER.verifier.public, b"", bytes(length))


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_a_signature_with_zeros_behind_it_does_not_hold(
    public: str, message: str, signature: str
) -> None:
    """They would change nothing of the number that they follow."""
    key, text, by = (bytes.fromhex(part) for part in (public, message, signature))
    assert not script.is_signature(key, text, by + b"\x00")


def test_what_is_on_the_curve_is_a_point_and_nothing_else() -> None:
    for y in range(2, 40):
        x_squared = (y * y - 1) * pow(script.D * y * y + 1, -1, script.P) % script.P
        is_square = pow(x_squared, (script.P - 1) // 2, script.P) == 1
        assert (script._decode(y.to_bytes(32, "little")) is not None) == is_square


@pytest.mark.parametrize(
    "y", [0, 1, script.P - 1, script.P, script.P + 1, 2**255 - 1, script.ROOT_OF_MINUS_1]
)
@pytest.mark.parametrize("sign", [0, 1])
def test_keys_of_small_order_or_in_other_encodings_sign_nothing(y: int, sign: int) -> None:
    public = (y | sign << 255).to_bytes(32, "little")
    for r in (public, (1).to_bytes(32, "little")):
        assert not script.is_signature(public, b"anything", r + bytes(32))


@pytest.mark.parametrize("sign", [0, 1])
def test_a_point_has_one_encoding(sign: int) -> None:
    for y in range(script.P, 2**255):
        assert script._decode((y | sign << 255).to_bytes(32, "little")) is None
    for y in (1, script.P - 1):  # their x is 0
        point = script._decode((y | sign << 255).to_bytes(32, "little"))
        assert (point is None) == (sign == 1)


def test_every_key_of_small_order_is_refused() -> None:
    """The eight points of small order, found by multiplying points by L."""
    found: set[bytes] = set()
    y = 2
    while len(found) < 8:
        point = script._decode(y.to_bytes(32, "little"))
        y += 1
        if point:
            small = script._times(script.L, point)
            found |= {script._encode(script._times(n, small)) for n in range(1, 9)}
    for public in found:
        assert not script.is_signature(public, b"anything", public + bytes(32))
        assert not script.is_signature(public, b"anything", (1).to_bytes(32, "little") + bytes(32))


# --- As a command -------------------------------------------------------------------------------


class Command:
    """The script, alone in a folder, as somebody runs it who has nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(SCRIPT, folder)

    def file(self, name: str, text: str | bytes) -> str:
        data = text.encode() if isinstance(text, str) else text
        (self.folder / name).write_bytes(data)
        return name

    def __call__(self, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-I", "verify_bundle.py", *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_it_says_what_a_good_bundle_proves(command: Command) -> None:
    file = command.file("bundle.json", as_text(BUNDLES["kept"]))
    kept = command.file("kept", KEPT.replace("\n", "\r\n"))
    key = command.file("key", KEY + "\n")
    code, out, err = command(file, "--key", KEY, "--checkpoint", kept)
    assert (code, err) == (0, "")
    assert f"Interview {IDS['whole']}: 6 events, 2026-01-05T10:30:00.000Z to " in out
    assert SIGNER.name in out
    assert "over 71 events is signed by the key you gave" in out
    assert "NO --key" not in out
    assert command(file, "--key", key, "--checkpoint", kept) == (code, out, err)


def test_without_a_key_it_says_that_this_shows_little(command: Command) -> None:
    code, out, _ = command("-", stdin=as_text(BUNDLES["whole"]).encode())
    assert code == 0
    assert "NO --key WAS GIVEN" in out


def test_it_shows_what_was_said_and_lets_it_do_nothing(command: Command) -> None:
    file = command.file("bundle.json", as_text(BUNDLES["closed"]))
    code, out, _ = command(file, "--show")
    assert code == 0
    assert "No <U+202E><U+001B>[2J idea. 🦉" in out


def test_it_shows_what_it_can_where_little_can_be_shown(command: Command) -> None:
    file = command.file("bundle.json", as_text(BUNDLES["closed"]))
    done = subprocess.run(
        [sys.executable, "verify_bundle.py", file, "--show"],
        cwd=command.folder,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert rb"\U0001f989" in done.stdout
    assert done.stderr == b""


def test_it_needs_python_3_9_and_nothing_else() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert not imported & {"socket", "subprocess", "urllib", "http", "ctypes", "pickle"}


@pytest.mark.parametrize("name", BUNDLES)
def test_every_kind_of_event_can_be_shown(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(as_text(BUNDLES[name]), encoding="utf-8")
    assert script.main([str(file), "--show"]) == 0
    out = capsys.readouterr().out
    for told in BUNDLES[name]["events"]:
        assert f"\n{told['version']}. {told['kind']}, {told['time']}\n" in out


def test_it_prints_findings_and_nothing_else(command: Command) -> None:
    bundle = copy.deepcopy(BUNDLES["whole"])
    in_words(3, "Because", "because")(bundle)
    file = command.file("bundle.json", as_text(bundle))
    code, out, err = command(file, "--show")
    assert (code, out, err) == (1, AT_3 + "payload and salt are not what was committed to\n", "")


def test_it_does_not_judge_what_it_cannot_read(command: Command) -> None:
    good = command.file("good", as_text(BUNDLES["whole"]))
    for arguments, words in (
        (["junk"], "not JSON"),
        (["latin"], "utf-8"),
        (["missing"], "No such file"),
        (["."], "cannot be read"),
        ([good, "--key", "junk"], "--key"),
        ([good, "--checkpoint", "junk"], "--checkpoint"),
        ([good, "--key"], "usage"),
        ([], "usage"),
    ):
        command.file("junk", "\x00 junk")
        command.file("latin", b'{"a": "\xff"}')
        code, out, err = command(*arguments)
        assert (code, out) == (2, ""), arguments
        assert words in err


def test_it_reads_no_more_than_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "MAX_BYTES", 1 << 20)
    file = tmp_path / "large"
    file.write_bytes(b" " * ((1 << 20) + 1))
    assert script.main([str(file)]) == 2
    assert "larger than 1 MB" in capsys.readouterr().err
    assert script.main(["\x00"]) == 2


# --- What makes the bundle ----------------------------------------------------------------------


def test_an_interview_forgotten_while_it_is_exported_makes_a_good_bundle() -> None:
    class Forgetting(SignedLog):
        """Forgets whenever it is asked for something the first time."""

        async def _forget(self) -> None:
            interview = await self.interview(IDS["whole"])
            assert interview is not None
            if not interview.is_forgotten:
                await tell(self, IDS["whole"], forget_content(interview, "Asked for it."))

        async def head(self) -> int:
            head = await super().head()
            await self._forget()
            return head

        async def records(self, interview_id: str) -> list[Record]:
            records = await super().records(interview_id)
            await self._forget()
            return records

    async def make() -> Bundle:
        log = Forgetting(SIGNER)
        await tell(log, IDS["whole"], *WHOLE)
        return await bundle_of(log, IDS["whole"], exported_at=AT)

    assert findings(asyncio.run(make())) == []
