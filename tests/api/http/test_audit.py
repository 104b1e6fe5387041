"""The evidence over HTTP: what a client keeps today shows tomorrow what became of the log."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventlog.notes import Checkpoint, VerifierKey
from eventlog.tree import is_consistent, is_included
from tests.desktop import Desktop
from tests.gateways import Served, serving

AUDIT = "/api/v1/audit"


@pytest.fixture
def audited(on_disk: str) -> Iterator[Served]:
    with serving(eventlog_url=on_disk) as gateway:
        yield gateway


def checkpoint_of(gateway: Served) -> Checkpoint:
    """The log's checkpoint, its signature checked with the key it serves."""
    key = VerifierKey.parse(gateway.get(f"{AUDIT}/key").text)
    return Checkpoint.parse(key.open(gateway.get(f"{AUDIT}/checkpoint").text))


def hashes(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(hash) for hash in proof]


def test_a_kept_checkpoint_is_shown_to_be_the_beginning_of_a_later_one(audited: Served) -> None:
    Desktop(audited).start(totalQuestions=1).finish()
    kept = checkpoint_of(audited)
    Desktop(audited).start(totalQuestions=3).finish()
    now = checkpoint_of(audited)
    assert (kept.origin, kept.size < now.size) == (now.origin, True)
    found = audited.get(f"{AUDIT}/consistency", old=kept.size).json()
    assert found["new"] == now.size
    assert is_consistent(kept.size, now.size, hashes(found["proof"]), kept.root, now.root)


def test_every_event_is_shown_to_be_in_the_checkpoint(audited: Served) -> None:
    Desktop(audited).start(totalQuestions=3).finish()
    checkpoint = checkpoint_of(audited)
    for position in range(checkpoint.size):
        found = audited.get(f"{AUDIT}/inclusion", position=position, size=checkpoint.size).json()
        leaf = bytes.fromhex(found["leaf"])
        proof = hashes(found["proof"])
        assert is_included(leaf, position, checkpoint.size, proof, checkpoint.root)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("inclusion?position=0", "position"),
        ("inclusion?position=0&size=1", "size"),
        ("inclusion?position=-1", "position"),
        ("inclusion", "position"),
        ("consistency?old=1", "old"),
        ("consistency?old=0&new=1", "new"),
        ("consistency?old=99999999999999999999", "old"),
    ],
)
def test_a_proof_of_what_there_is_not_names_the_parameter(
    fresh: Served, path: str, field: str
) -> None:
    response = fresh.client.get(f"{AUDIT}/{path}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


def test_an_empty_log_has_a_checkpoint_too(fresh: Served) -> None:
    assert checkpoint_of(fresh).size == 0


def kept_checkpoints(gateway: Served) -> list[str]:
    kept: list[str] = asyncio.run(gateway.app.state.gateway.log.kept_checkpoints())
    return kept


def test_a_checkpoint_is_stored_by_a_post_and_not_by_a_get(audited: Served) -> None:
    Desktop(audited).start()
    [of_the_empty_log] = kept_checkpoints(audited)
    given = audited.get(f"{AUDIT}/checkpoint").text
    assert kept_checkpoints(audited) == [of_the_empty_log]
    stored = audited.client.post(f"{AUDIT}/checkpoint").text
    assert kept_checkpoints(audited) == [of_the_empty_log, stored]
    assert stored == given
    assert audited.client.post(f"{AUDIT}/checkpoint").text == stored
    assert kept_checkpoints(audited) == [of_the_empty_log, stored], "the same head is stored once"


def files_of(folder: Path) -> dict[str, bytes]:
    """The files beside the log and their bytes. That of SQLite's index of its WAL is left out: it
    is shared memory, in which readers mark what they are reading."""
    files = (path for path in sorted(folder.iterdir()) if not path.name.endswith("-shm"))
    return {path.name: path.read_bytes() for path in files}


def test_no_get_of_the_whole_api_changes_a_byte(audited: Served, tmp_path: Path) -> None:
    desktop = Desktop(audited).start(totalQuestions=2)
    desktop.answer("A queue.")
    audited.client.post(f"{AUDIT}/checkpoint")
    Desktop(audited).start(totalQuestions=1).finish()
    document = audited.get("/openapi.json").json()
    paths = [path for path, methods in document["paths"].items() if "get" in methods]
    asked = [f"/transcript?format={format}" for format in ("json", "md", "html")]
    paths += [f"/api/v1/interviews/{{interviewId}}{of_it}" for of_it in asked]
    paths += ["/api/v1/interviews?q=queue", "/", "/docs", "/page/main.js", "/problems/too-slow"]
    proofs = {"/api/v1/audit/inclusion": "?position=1", "/api/v1/audit/consistency": "?old=2"}
    elsewhere = "/api/v1/scout/agents"  # no such service is set, whose answer it would be
    before = files_of(tmp_path)
    for path in paths:
        known = path.replace("{interviewId}", desktop.interview_id).replace("{id}", "nurse")
        url = known + proofs.get(path, "")
        for method in ("GET", "HEAD"):
            status = audited.client.request(method, url).status_code
            expected = 503 if path == elsewhere else 200
            assert status == expected or (method == "HEAD" and status == 405), (method, url)
        assert files_of(tmp_path) == before, url
    assert len(paths) > 15
