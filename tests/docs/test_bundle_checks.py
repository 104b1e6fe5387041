"""What bundles of real logs never ask of the script: each check alone, by what only it refuses."""

import asyncio
from typing import Any

import pytest

from eventlog.bundle import bundle_of
from eventlog.notes import Signer
from statemachine.commands import forget_content
from statemachine.interview import replay
from tests.docs.bundles import (
    IDS,
    SIGNER,
    STRANGER,
    Bundle,
    LawlessLog,
    SignedLog,
    as_text,
    load_script,
)
from tests.eventlog.interviews import AT, REFUSAL, WHOLE, tell

script = load_script()
A, B, C = (bytes([n]) * 32 for n in range(3))


def parent(left: bytes, right: bytes) -> bytes:
    hashed: bytes = script.sha256(b"\x01" + left + right)
    return hashed


AB = parent(A, B)
ABC = parent(AB, C)


def test_a_proof_has_the_length_that_place_and_size_ask_for() -> None:
    assert script.climb(0, 1, A, [B.hex()])[1] == AB
    none = (b"", b"")
    assert script.climb(0, 0, A, [B.hex()]) == none, "longer than in a tree of one leaf"
    assert script.climb(0, 2, A, [B.hex()]) == none, "shorter than in a tree of three leaves"


@pytest.mark.parametrize(
    ("old", "head", "proof"),
    [
        ((2, AB), (3, ABC), [C]),
        ((3, ABC), (3, ABC), []),
        ((1, A), (3, ABC), [B, C]),
        ((0, script.sha256(b"")), (3, ABC), []),
    ],
)
def test_a_tree_begins_with_an_older_one_by_its_proof_and_by_no_other(
    old: tuple[int, bytes], head: tuple[int, bytes], proof: list[bytes]
) -> None:
    hashes = [hash.hex() for hash in proof]
    assert script.is_beginning(old, head, hashes)
    assert not script.is_beginning((old[0], bytes(31) + b"x"), head, hashes)
    assert not script.is_beginning(old, head, [*hashes, A.hex()])
    if old[0]:
        assert not script.is_beginning(old, (head[0], bytes(31) + b"x"), hashes)


def test_both_roots_must_follow_from_a_proof() -> None:
    """Of three leaves and of four: neither root is part of the proof itself."""
    proof = [C.hex(), A.hex(), AB.hex()]
    old, head = (3, ABC), (4, parent(AB, parent(C, A)))
    assert script.is_beginning(old, head, proof)
    assert not script.is_beginning((3, A), head, proof)
    assert not script.is_beginning(old, (4, A), proof)


def test_no_tree_begins_with_a_larger_one() -> None:
    assert not script.is_beginning((2, AB), (1, AB), [])


ROLES = {"s": "system", "u": "user", "a": "assistant"}


def adoption(roles: str, *, complete: bool, current: int, total: int) -> dict[str, Any]:
    messages = [{"role": ROLES[role], "content": "…"} for role in roles]
    config = {"role": "Data Analyst", "totalQuestions": total}
    session = {"config": config, "messages": messages}
    return {"session": session | {"currentQuestion": current, "isComplete": complete}}


def faults(kinds: list[str], said: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    judged = script.rules(kinds, said)
    for kind in kinds:
        with script.noting(found, kind):
            next(judged, None)
    return found


def test_an_adopted_session_that_an_interview_comes_to_is_legal() -> None:
    for legal in (
        adoption("sua", complete=False, current=1, total=1),
        adoption("ssauaua", complete=False, current=3, total=3),
        adoption("aua", complete=True, current=1, total=1),
    ):
        assert faults(["session-adopted"], [legal]) == []


@pytest.mark.parametrize(
    ("roles", "complete", "current", "total"),
    [
        ("auu", False, 3, 5),
        ("aau", False, 2, 5),
        ("suua", False, 1, 5),
        ("auauaua", False, 1, 5),
        ("a", True, 0, 5),
        ("auaua", False, 3, 2),
    ],
)
def test_an_adopted_session_that_no_interview_comes_to_is_found(
    roles: str, complete: bool, current: int, total: int
) -> None:
    said = adoption(roles, complete=complete, current=current, total=total)
    assert len(faults(["session-adopted"], [said])) == 1


@pytest.mark.parametrize(
    ("asked", "answered", "total", "legal"),
    [(2, 1, 5, True), (3, 1, 5, False), (1, 2, 5, False), (0, 0, 5, False), (6, 5, 5, False)],
)
def test_what_is_told_of_a_forgotten_adoption_must_be_possible(
    asked: int, answered: int, total: int, *, legal: bool
) -> None:
    counts = {"questionsAsked": asked, "answersGiven": answered, "totalQuestions": total}
    state = "complete" if asked == answered else "questioning"
    told = {"reason": "…", "role": "…", "state": state, "adopted": True, **counts}
    assert (faults(["session-adopted", "content-forgotten"], [{}, told]) == []) is legal


def test_an_event_after_the_forgetting_is_the_one_that_is_found() -> None:
    async def make() -> Bundle:
        log = LawlessLog(SIGNER)
        await log.tell(IDS["whole"], *WHOLE)
        log.forget(IDS["whole"])
        await log.tell(IDS["whole"], forget_content(replay(WHOLE), "Asked for it."), REFUSAL)
        return await bundle_of(log, IDS["whole"], exported_at=AT)

    bundle = script.read_bundle(as_text(asyncio.run(make())))
    [finding] = script.findings_in(bundle, [script.read_key(str(SIGNER.verifier))])
    assert finding.startswith("event 8 (position 7): this cannot come here")


def whole() -> Bundle:
    async def make() -> Bundle:
        log = SignedLog(SIGNER)
        await tell(log, IDS["whole"], *WHOLE)
        return await bundle_of(log, IDS["whole"], exported_at=AT)

    return asyncio.run(make())


def test_the_bundles_own_key_signs_its_checkpoint_though_another_is_trusted_too() -> None:
    bundle = whole()
    bundle["checkpoint"] = STRANGER.sign(bundle["checkpoint"].rpartition("\n\n")[0] + "\n")
    keys = [script.read_key(str(signer.verifier)) for signer in (SIGNER, STRANGER)]
    [finding] = script.findings_in(script.read_bundle(as_text(bundle)), keys)
    assert finding.startswith("checkpoint: is not signed by the key")


def test_keys_of_two_logs_and_notes_that_are_none_are_refused(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file, junk = tmp_path / "bundle.json", tmp_path / "junk"
    file.write_text(as_text(whole()), encoding="utf-8")
    junk.write_text("junk", encoding="utf-8")
    of_another_log = Signer("another/log", SIGNER.private)
    keys = ["--key", str(SIGNER.verifier), "--key", str(of_another_log.verifier)]
    assert script.main([str(file), *keys]) == 2
    assert "--key: are keys of more than one log" in capsys.readouterr().err
    assert script.main([str(file), "--checkpoint", str(junk)]) == 2
    assert "--checkpoint: is not a signed note" in capsys.readouterr().err
