"""The Merkle tree over the log's leaves, as RFC 6962 defines it (section 2.1).

Nodes of complete subtrees never change; they are kept as they complete, so a root, an
inclusion proof and a consistency proof each read O(log n) of them. `Nodes` is how they are
read: `nodes(level, index)` is the root of the subtree over the leaves from
`index * 2**level` on; level 0 are the leaves themselves.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

Nodes = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


@dataclass(frozen=True)
class Node:
    """The root of a complete subtree of `2**level` leaves."""

    level: int
    index: int
    hash: bytes


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed_by(position: int, leaf: bytes, nodes: Nodes) -> Iterator[Node]:
    """The nodes above the leaves that become complete when `leaf` comes to `position`."""
    hash, level, index = leaf, 0, position
    while index % 2:
        hash = parent(nodes(level, index - 1), hash)
        level, index = level + 1, index // 2
        yield Node(level, index, hash)


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves as the roots of the complete subtrees it consists of, the largest
    first: O(log n) hashes, by which it can grow and give its root."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, size: int, nodes: Nodes) -> "Frontier":
        levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        return cls(size, tuple(nodes(level, (size >> level) - 1) for level in levels))

    def plus(self, leaves: Iterable[bytes]) -> "Frontier":
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            hash, complete = leaf, size
            while complete & 1:
                hash, complete = parent(hashes.pop(), hash), complete >> 1
            hashes.append(hash)
            size += 1
        return Frontier(size, tuple(hashes))

    def completed_by(self, leaves: Iterable[bytes]) -> Iterator[Node]:
        """The nodes above the leaves that become complete when `leaves` come to the tree."""
        hashes = list(self.hashes)
        for index, leaf in enumerate(leaves, start=self.size):
            hash, level = leaf, 0
            while index >> level & 1:
                hash, level = parent(hashes.pop(), hash), level + 1
                yield Node(level, index >> level, hash)
            hashes.append(hash)

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        *larger, hash = self.hashes
        for left in reversed(larger):
            hash = parent(left, hash)
        return hash


def root(size: int, nodes: Nodes) -> bytes:
    """The root over the first `size` leaves."""
    return _subtree(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(position: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the leaf at `position` is in the tree of `size` leaves."""
    return list(_path(position, 0, size, nodes))


def consistency_proof(old_size: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `size` leaves begins with that of `old_size`."""
    if old_size in (0, size):
        return []
    return list(_difference(old_size, 0, size, nodes, is_known=True))


def _subtree(start: int, size: int, nodes: Nodes) -> bytes:
    """The root over the `size` leaves from `start` on; `start` divides by the power of two
    that `size` is rounded up to."""
    left = _left(size)
    if size == left:
        return nodes(size.bit_length() - 1, start // size)
    return parent(_subtree(start, left, nodes), _subtree(start + left, size - left, nodes))


def _left(size: int) -> int:
    """`size`, if it is a power of two; else the largest power of two below it."""
    return 1 << (size.bit_length() - 1)


def _split(size: int) -> int:
    """The largest power of two below `size`, where the tree of that size is split."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(position: int, start: int, size: int, nodes: Nodes) -> Iterator[bytes]:
    if size == 1:
        return
    left = _split(size)
    if position < left:
        yield from _path(position, start, left, nodes)
        yield _subtree(start + left, size - left, nodes)
    else:
        yield from _path(position - left, start + left, size - left, nodes)
        yield _subtree(start, left, nodes)


def _difference(
    old: int, start: int, size: int, nodes: Nodes, *, is_known: bool
) -> Iterator[bytes]:
    """`is_known`: the old tree's root over this part is known to whoever checks."""
    if old == size:
        if not is_known:
            yield _subtree(start, size, nodes)
        return
    left = _split(size)
    if old <= left:
        yield from _difference(old, start, left, nodes, is_known=is_known)
        yield _subtree(start + left, size - left, nodes)
    else:
        yield from _difference(old - left, start + left, size - left, nodes, is_known=False)
        yield _subtree(start, left, nodes)


def is_included(
    leaf: bytes, position: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    node, last, hash = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node % 2 or node == last:
            hash = parent(sibling, hash)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            hash = parent(hash, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and hash == expected_root


def is_consistent(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, expected_root: bytes
) -> bool:
    """Check a consistency proof (RFC 9162, 2.1.4.2)."""
    if old_size > size:
        return False
    if old_size == size:
        return not proof and old_root == expected_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            old_hash, new_hash = parent(sibling, old_hash), parent(sibling, new_hash)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            new_hash = parent(new_hash, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_hash == old_root and new_hash == expected_root
