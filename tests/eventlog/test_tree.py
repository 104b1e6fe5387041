"""The tree, against RFC 6962's own definition written out naively here."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog.tree import (
    EMPTY_ROOT,
    Frontier,
    Node,
    completed_by,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    root,
)

LEAVES = [hashlib.sha256(b"\x00" + bytes([n])).digest() for n in range(70)]
SIZES = st.integers(1, len(LEAVES))


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = naive_root(leaves[:split]) + naive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


class Tree:
    """A tree that keeps its nodes as they complete."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], bytes] = {}
        for position, leaf in enumerate(LEAVES):
            for node in completed_by(position, leaf, self.node):
                assert (node.level, node.index) not in self.kept
                self.kept[node.level, node.index] = node.hash

    def node(self, level: int, index: int) -> bytes:
        return self.kept[level, index] if level else LEAVES[index]


TREE = Tree()


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_root_is_that_of_the_definition(size: int) -> None:
    assert root(size, TREE.node) == naive_root(LEAVES[:size])


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex().startswith("e3b0c442")


def test_a_leaf_completes_the_nodes_it_is_the_last_of() -> None:
    completed = [
        [(node.level, node.index) for node in completed_by(n, LEAVES[n], TREE.node)]
        for n in range(8)
    ]
    assert completed == [
        [],
        [(1, 0)],
        [],
        [(1, 1), (2, 0)],
        [],
        [(1, 2)],
        [],
        [(1, 3), (2, 1), (3, 0)],
    ]
    assert list(completed_by(1, LEAVES[1], TREE.node)) == [Node(1, 0, naive_root(LEAVES[:2]))]


@given(size=SIZES, data=st.data())
def test_a_leaf_is_shown_to_be_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(position, size, TREE.node)
    expected = naive_root(LEAVES[:size])
    assert is_included(LEAVES[position], position, size, proof, expected)
    other = data.draw(st.integers(0, size).filter(lambda other: other != position))
    assert not is_included(LEAVES[position], other, size, proof, expected)
    assert not is_included(LEAVES[other % len(LEAVES)], position, size, proof, expected) or (
        other % len(LEAVES) == position
    )
    assert not is_included(LEAVES[position], position, size, [*proof, EMPTY_ROOT], expected)
    assert not is_included(LEAVES[position], position, size, proof, EMPTY_ROOT)


@given(sizes=st.tuples(st.integers(0, len(LEAVES)), SIZES).map(sorted))
def test_a_tree_is_shown_to_begin_with_an_older_one(sizes: list[int]) -> None:
    old, new = sizes
    proof = consistency_proof(old, new, TREE.node)
    roots = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    assert is_consistent(old, new, proof, *roots)
    assert not is_consistent(new, old, proof, *roots) or old == new
    assert not is_consistent(old, new, [*proof, EMPTY_ROOT], *roots)
    forged = naive_root([EMPTY_ROOT, *LEAVES[1:old]])
    assert not is_consistent(old, new, proof, forged, roots[1]) or old == 0
    assert not is_consistent(old, new, proof, roots[0], forged) or old == 0
    if proof:
        assert not is_consistent(old, new, proof[:-1], *roots)
        assert not is_consistent(old, new, [], *roots)


@given(sizes=st.tuples(st.integers(0, len(LEAVES)), st.integers(0, len(LEAVES))).map(sorted))
def test_a_frontier_grows_as_the_tree_does(sizes: list[int]) -> None:
    old, new = sizes
    grown = Frontier.of(old, TREE.node).plus(LEAVES[old:new])
    assert grown == Frontier.of(new, TREE.node) == Frontier().plus(LEAVES[:new])
    assert grown.root() == naive_root(LEAVES[:new])
