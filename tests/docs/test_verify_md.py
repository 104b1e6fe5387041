"""The worked example in docs/verify.md is true."""

import hashlib
import json
import re

from eventlog.records import commit, leaf_hash
from tests.docs.bundles import SCRIPT, load_script

DOCUMENT = (SCRIPT.parent / "verify.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    (found,) = re.findall(rf"^```{name}\n(.*)\n```$", DOCUMENT, re.MULTILINE)
    return str(found)


def test_the_example_is_computed_as_the_document_says() -> None:
    commitment = hashlib.sha256(bytes.fromhex(block("salt")) + block("payload").encode())
    leaf = hashlib.sha256(b"\x00" + block("metadata").encode())
    assert (commitment.hexdigest(), leaf.hexdigest()) == (block("commitment"), block("leaf"))
    assert json.loads(block("metadata"))["commitment"] == block("commitment")


def test_the_log_and_the_script_compute_it_so_too() -> None:
    of_log = commit(bytes.fromhex(block("salt")), block("payload").encode())
    assert of_log.hex() == block("commitment")
    metadata = json.loads(block("metadata"))
    leaf = leaf_hash(
        position=metadata["position"],
        interview_id=metadata["interviewId"],
        version=metadata["version"],
        kind=metadata["kind"],
        schema_version=metadata["schemaVersion"],
        time=metadata["time"],
        commitment=of_log,
    )
    assert leaf.hex() == block("leaf")
    script = load_script()
    event = metadata | {name: block(name) for name in ("salt", "payload", "leaf")}
    said = script.read_event(event | {"inclusionProof": []}, event["interviewId"], None, False)
    assert said == json.loads(block("payload"))


def test_every_member_and_kind_is_described() -> None:
    script = load_script()
    told = script.PAYLOADS["content-forgotten"]
    for name in (*script.BUNDLE, *script.EVENT, *script.KEPT, *script.PAYLOADS, *told):
        assert f"`{name}`" in DOCUMENT
