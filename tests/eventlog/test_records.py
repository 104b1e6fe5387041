"""Records: what their hashes are made of."""

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog import records
from eventlog.records import RFC6962_LEAF, SALT_BYTES, SALTS_AT_ONCE, draft, leaf_hash
from statemachine.canonical import canonical_json
from statemachine.commands import give_answer
from tests.eventlog.interviews import AT, new_id
from tests.eventlog.running import lingering_in
from tests.forked import CAN_FORK

words = st.text(st.characters(codec="utf-8"), max_size=20)


@given(words, words, words, st.integers(0, 2**63 - 1))
def test_a_leaf_is_the_hash_of_the_canonical_json(
    id: str, kind: str, time: str, position: int
) -> None:
    metadata = {
        "commitment": "07" * 32,
        "interviewId": id,
        "kind": kind,
        "position": position,
        "schemaVersion": 1,
        "time": time,
        "version": 2,
    }
    assert (
        leaf_hash(
            position=position,
            interview_id=id,
            version=2,
            kind=kind,
            schema_version=1,
            time=time,
            commitment=b"\7" * 32,
        )
        == sha256(RFC6962_LEAF + canonical_json(metadata)).digest()
    )


def salts(count: int) -> list[bytes]:
    """Of so many drafts, one after another."""
    answer = give_answer("Yes.")
    return [draft(new_id(), 1, answer, AT).salt or b"" for _ in range(count)]


def test_no_salt_is_given_twice() -> None:
    given = salts(2 * SALTS_AT_ONCE + 1)
    assert len(set(given)) == len(given)
    assert {len(salt) for salt in given} == {SALT_BYTES}


def test_threads_that_draw_at_once_get_salts_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SALTS_AT_ONCE", 1)

    def draw(_: int) -> list[bytes]:
        with lingering_in(records):
            return salts(150)  # more than are left of those drawn before

    with ThreadPoolExecutor(4) as threads:
        given = [salt for drawn in threads.map(draw, range(4)) for salt in drawn]
    assert len(set(given)) == 4 * 150


@pytest.mark.skipif(not CAN_FORK, reason="there is no fork")
def test_a_forked_process_draws_salts_of_its_own() -> None:
    salts(1)  # so that some are drawn and not given yet
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, b"".join(salts(SALTS_AT_ONCE)))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    others = {told[at : at + SALT_BYTES] for at in range(0, len(told), SALT_BYTES)}
    assert len(others) == SALTS_AT_ONCE
    assert others.isdisjoint(salts(SALTS_AT_ONCE))
