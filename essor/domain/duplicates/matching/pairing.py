"""From records to pairs worth comparing, and from pairs to groups: blocking keys and connected components."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

MOST_WITH_KEY = 60  # a key that more records share tells nothing
Node = TypeVar("Node", bound=Hashable)


def holders(keys: Mapping[Node, Iterable[str]]) -> Iterator[list[Node]]:
    """Yield the records of each key that some share and not too many."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node, texts in keys.items():
        for text in texts:
            found[text].append(node)
    for nodes in found.values():
        if 1 < len(nodes) <= MOST_WITH_KEY:
            yield nodes


def groups(pairs: Iterable[tuple[Node, Node]]) -> list[list[Node]]:
    """Return the connected components of the pairs, each in the order in which its members came."""
    leader: dict[Node, Node] = {}

    def lead(node: Node) -> Node:
        path = []
        while leader[node] != node:
            path.append(node)
            node = leader[node]
        for one in path:
            leader[one] = node
        return node

    for one, two in pairs:
        leader.setdefault(one, one)
        leader.setdefault(two, two)
        first, second = lead(one), lead(two)
        if first != second:
            leader[second] = first
    found: dict[Node, list[Node]] = defaultdict(list)
    for node in leader:
        found[lead(node)].append(node)
    return list(found.values())
