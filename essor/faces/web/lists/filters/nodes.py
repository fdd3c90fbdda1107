"""A filter being edited: the same shape as the tree of conditions, but with what was typed, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Mode = Literal["all", "any", "none"]
Quantity = Literal["some", "none", "at_least", "fewer"]
MODES: tuple[Mode, ...] = ("all", "any", "none")
QUANTITIES: tuple[Quantity, ...] = ("some", "none", "at_least", "fewer")
ROOT = 1


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison. `texts` are the values as typed; `relative` is a date literal, “me” or “team” instead of them."""

    id: int
    field: str = ""
    operator: str = ""
    texts: tuple[str, ...] = ()
    relative: str = ""
    number: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria of which all, any or none must hold."""

    id: int
    mode: Mode = "all"
    items: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Records that have some, no, at least n or fewer than n records of a relationship that match what is inside."""

    id: int
    relationship: str
    inside: Group
    quantity: Quantity = "some"
    number: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A condition that the builder cannot edit (a function, a sub-select): kept as it is, shown as SOQL."""

    id: int
    json: str


Node = Criterion | Group | Link | Fixed


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, in document order."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below one."""
    if isinstance(node, Group):
        return node.items
    return (node.inside,) if isinstance(node, Link) else ()


def next_id(root: Group) -> int:
    """Return an id that no node has."""
    return max(node.id for node in walk(root)) + 1


def find(root: Group, wanted: int) -> Node | None:
    """Return the node with an id."""
    return next((node for node in walk(root) if node.id == wanted), None)


def changed(node: Node, wanted: int, to: Node | None) -> Node:
    """Return the tree with the node `wanted` replaced by `to`, or left out."""
    if node.id == wanted and to is not None:
        return to
    if isinstance(node, Group):
        kept = tuple(changed(one, wanted, to) for one in node.items if to is not None or one.id != wanted)
        return replace(node, items=kept)
    if isinstance(node, Link):
        inside = changed(node.inside, wanted, to)
        return replace(node, inside=inside if isinstance(inside, Group) else node.inside)
    return node


def added(root: Group, group_id: int, new: Node) -> Group:
    """Return the tree with a node more at the end of a group."""
    group = find(root, group_id)
    if not isinstance(group, Group):
        return root
    return as_group(changed(root, group_id, replace(group, items=(*group.items, new))))


def as_group(node: Node) -> Group:
    """Return the root again; nothing but a group is ever put in its place."""
    if not isinstance(node, Group):
        message = "the root of a filter is a group"
        raise TypeError(message)
    return node


def pruned(root: Group) -> Group:
    """Return the draft without criteria that nobody has begun, nor groups that are empty then: they ask nothing."""
    kept: list[Node] = []
    for node in root.items:
        if isinstance(node, Group):
            smaller = pruned(node)
            kept.extend([smaller] if smaller.items else [])
        elif isinstance(node, Link):
            kept.append(replace(node, inside=pruned(node.inside)))
        elif not isinstance(node, Criterion) or node.field:
            kept.append(node)
    return replace(root, items=tuple(kept))
