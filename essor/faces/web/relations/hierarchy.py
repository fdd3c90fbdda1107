"""The tree of companies on its own page and beside an account."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from essor.domain.sales.relations.hierarchy import Tree, tree
from essor.faces.web import addresses, offers
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.kernel import ids
from essor.query import run
from essor.query.tree import Compare, Constant, Path, Query

BESIDE = 12


@offers.record_panel("Account")
def tree_panel(record: Loaded) -> offers.Panel | None:
    """Show the tree beside accounts that are part of one, as far as the reader sees it."""
    if record.values.get("ParentId") is None:
        if not record.object.has("ParentId"):
            return None
        below = Compare(Path(("ParentId",)), "eq", (Constant(record.key),))
        if not run.count_up_to(record.actor, Query("Account", where=below), 1):
            return None
    return offers.Panel("tree", addresses.record(record.id, "tree"), "side")


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the tree beside an account: its first lines."""
    record, found = _found(request, record_id)
    near = _near(found, record.key)
    context = {
        "record": record,
        "nodes": _lines(near),
        "more": len(found.nodes) > len(near.nodes),
        "tree": found,
    }
    return render(request, "relations/tree_panel.html.jinja", context)


@require_GET
def page(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the whole tree with sums."""
    record, found = _found(request, record_id)
    return render(
        request, "relations/tree.html.jinja", {"record": record, "nodes": _lines(found), "tree": found}
    )


def _found(request: HttpRequest, record_id: str) -> tuple[Loaded, Tree]:
    record = load(actor_of(request), record_id, [], of=("Account",))
    return record, tree(record.actor, record.key)


def _near(found: Tree, key: int) -> Tree:
    """Return the lines around an account when the tree is long."""
    at = next((place for place, node in enumerate(found.nodes) if node.id == key), 0)
    start = max(0, min(at - BESIDE // 2, len(found.nodes) - BESIDE))
    return Tree(found.nodes[start : start + BESIDE])


def _lines(found: Tree) -> list[tuple[str, object]]:
    return [(ids.encode("001", node.id), node) for node in found.nodes]
