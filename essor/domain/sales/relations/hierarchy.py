"""The tree of companies that an account is part of, with open and won amounts by currency and in the company's own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.currencies import rates
from essor.query import run
from essor.query.tree import Aggregate, All, Call, Column, Compare, Condition, Constant, Order, Path, Query

DEEPEST, MOST = 20, 500
TOGETHER = ""  # stands for all currencies, in the company's own
Sums = Counter[str]


@dataclass(slots=True)
class Node:
    """One account in the tree: its own open and won amounts and those with all below, {currency: small units}.

    Under `TOGETHER` stands the same in the company's currency, where another one is in it and all rates are known.
    """

    id: int
    name: str
    parent: int | None
    depth: int = 0
    open: Sums = field(default_factory=Counter)
    won: Sums = field(default_factory=Counter)
    all_open: Sums = field(default_factory=Counter)
    all_won: Sums = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes from the top down, children below their parents; `cut` when there are more than are shown."""

    nodes: tuple[Node, ...]
    cut: bool = False


def tree(actor: Actor, key: int) -> Tree:
    """Return the tree around an account, as far as the actor sees accounts and amounts."""
    seen = catalog_for(actor)
    if not seen.object("Account").has("ParentId"):
        return Tree(tuple(_nodes(actor, _ids([key]))))
    top = _top(actor, key)
    found = {node.id: node for node in _nodes(actor, _ids([top]))}
    level, cut = [top], False
    for _depth in range(DEEPEST):
        where = Compare(Path(("ParentId",)), "in", tuple(Constant(one) for one in level))
        rows = [node for node in _nodes(actor, where) if node.id not in found]
        cut = cut or len(found) + len(rows) > MOST
        rows = rows[: MOST - len(found)]
        if not rows:
            break
        found |= {node.id: node for node in rows}
        level = [node.id for node in rows]
    _amounts(actor, found)
    nodes = tuple(_ordered(found, top))
    way = rates.conversion(actor.company.currency)
    for node in nodes:
        for sums in (node.open, node.won, node.all_open, node.all_won):
            if way is None or not way.adds(set(sums) - {TOGETHER}):
                sums.pop(TOGETHER, None)
    return Tree(nodes, cut)


def _ids(keys: Iterable[int]) -> Condition:
    return Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))


def _nodes(actor: Actor, where: Condition) -> list[Node]:
    names = ["Id", "Name", *(["ParentId"] if catalog_for(actor).object("Account").has("ParentId") else [])]
    columns = tuple(Column(Path((name,))) for name in names)
    query = Query("Account", columns=columns, where=where, order_by=(Order(Path(("Name",))),), limit=MOST + 1)
    return [Node(row["Id"], row["Name"], row.get("ParentId")) for row in run.rows(actor, query)]


def _top(actor: Actor, key: int) -> int:
    """Return the highest account above that the actor sees."""
    seen = {key}
    for _level in range(DEEPEST):
        node = next(iter(_nodes(actor, _ids([key]))), None)
        if (
            node is None
            or node.parent is None
            or node.parent in seen
            or not _nodes(actor, _ids([node.parent]))
        ):
            return key
        key = node.parent
        seen.add(key)
    return key


def _amounts(actor: Actor, found: dict[int, Node]) -> None:
    seen = catalog_for(actor)
    needed = ("AccountId", "Amount", "IsClosed", "IsWon", "CurrencyIsoCode")
    if not seen.has("Opportunity") or not all(seen.object("Opportunity").has(name) for name in needed):
        return
    for node_id, currency, total, worth in _sums(actor, found, "IsClosed", value=False):
        found[node_id].open.update({currency: total, TOGETHER: worth})
    for node_id, currency, total, worth in _sums(actor, found, "IsWon", value=True):
        found[node_id].won.update({currency: total, TOGETHER: worth})


def _sums(
    actor: Actor, found: Iterable[int], flag: str, *, value: bool
) -> Iterator[tuple[int, str, int, int]]:
    account, currency = Path(("AccountId",)), Path(("CurrencyIsoCode",))
    keys = tuple(Constant(key) for key in found)
    where = All((Compare(account, "in", keys), Compare(Path((flag,)), "eq", (Constant(value=value),))))
    total = Column(Aggregate("SUM", Path(("Amount",))), "total")
    worth = Column(Aggregate("SUM", Call("convertCurrency", (Path(("Amount",)),))), "worth")
    columns = (Column(account), Column(currency), total, worth)
    for row in run.rows(
        actor, Query("Opportunity", columns=columns, where=where, group_by=(account, currency))
    ):
        if row["total"]:
            home = actor.company.currency
            yield row["AccountId"], row["CurrencyIsoCode"] or home, row["total"], row["worth"] or 0


def _ordered(found: dict[int, Node], top: int) -> Sequence[Node]:
    below: dict[Any, list[Node]] = defaultdict(list)
    for node in found.values():
        if node.id != top:
            below[node.parent].append(node)
    order: list[Node] = []

    def walk(node: Node, depth: int) -> None:
        node.depth = depth
        node.all_open, node.all_won = Counter(node.open), Counter(node.won)
        order.append(node)
        for child in below[node.id]:
            walk(child, depth + 1)
            node.all_open += child.all_open
            node.all_won += child.all_won

    walk(found[top], 0)
    return order
