"""Proofs about the tree over the log's events."""

from statemachine.session import Value


class InclusionReply(Value):
    """Hashes are in hexadecimal, as RFC 6962 orders them: from the leaf up."""

    position: int
    size: int
    leaf: str
    proof: list[str]


class ConsistencyReply(Value):
    """Hashes are in hexadecimal, as RFC 6962 orders them."""

    old: int
    new: int
    proof: list[str]
