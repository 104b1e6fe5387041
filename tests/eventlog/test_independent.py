"""Our tree and notes, judged by an implementation that is not ours (aics-tlog of PyPI, which
needs Python 3.12)."""

from typing import Any

import pytest

from eventlog.checkpoints import signed_checkpoint
from eventlog.memory import MemoryEventLog
from tests.eventlog.interviews import WHOLE, new_id, tell
from tests.eventlog.running import in_loop


@pytest.fixture(scope="module")
def tlog() -> Any:
    return pytest.importorskip("aics_tlog", reason="aics-tlog needs Python 3.12")


@in_loop
async def test_our_checkpoints_and_proofs_hold_for_others(tlog: Any) -> None:
    log = MemoryEventLog()
    await tell(log, new_id(), *WHOLE)
    old, old_root = await log.head(), await log.root(await log.head())
    await tell(log, new_id(), *WHOLE)

    signer = await log.signer()
    key = tlog.parse_vkey(str(signer.verifier))
    note = tlog.parse_note(await signed_checkpoint(log))
    assert tlog.verify_note(note, [key])
    assert tlog.verify_checkpoint(note, key, expected_origin=signer.name).ok
    checkpoint = tlog.parse_checkpoint(note.text)

    assert (checkpoint.origin, checkpoint.size) == (signer.name, await log.head())
    proof = await log.consistency_proof(old, checkpoint.size)
    assert tlog.verify_consistency(old, checkpoint.size, old_root, checkpoint.root, proof)
    for record in await log.records_from(0, checkpoint.size):
        path = await log.inclusion_proof(record.position, checkpoint.size)
        assert tlog.verify_inclusion(
            record.leaf, record.position, checkpoint.size, path, checkpoint.root
        )
