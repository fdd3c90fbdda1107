"""What the builder's form sends, as a draft; and the buttons of the form as changes of the draft.

Every node sends `node` (its id, in document order), `p.N` (the node it hangs on) and `k.N` (criterion, group, link,
fixed); the rest depends on its kind, see the template.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from django.http import QueryDict

from essor.faces.web.lists.filters import nodes
from essor.faces.web.lists.filters.nodes import (
    MODES,
    QUANTITIES,
    ROOT,
    Criterion,
    Fixed,
    Group,
    Link,
    Node,
)
from essor.kernel.whole import whole, wholes
from essor.query.limits import DEEPEST_CONDITION

MOST_NODES = 600


def draft_of(data: QueryDict) -> Group:
    """Return the draft that a form sent; an empty one when it sent none.

    A node hangs on one that came before it and is sent once, so that no form makes a circle or a tree without end; what
    hangs deeper than any question may go is left out.
    """
    depths: dict[int, int] = {}
    below: dict[int, list[int]] = defaultdict(list)
    for key in wholes(data.getlist("node")[:MOST_NODES]):
        if key in depths:
            continue
        parent = whole(data.get(f"p.{key}", ""))
        above = depths.get(parent) if parent is not None else None
        depths[key] = 1 if above is None else above + 1
        if parent is not None and above is not None and above < DEEPEST_CONDITION:
            below[parent].append(key)
    root = _node(data, ROOT, below) if ROOT in depths else None
    return root if isinstance(root, Group) else Group(ROOT)


def _node(data: QueryDict, key: int, below: dict[int, list[int]]) -> Node:
    kind = data.get(f"k.{key}", "criterion")
    inner = tuple(_node(data, one, below) for one in below[key])
    if kind == "group":
        mode = data.get(f"m.{key}", "")
        return Group(key, next((one for one in MODES if one == mode), "all"), inner)
    if kind == "link":
        quantity = data.get(f"q.{key}", "")
        inside = next((one for one in inner if isinstance(one, Group)), Group(key * 1000))
        return Link(
            key,
            data.get(f"l.{key}", ""),
            inside,
            next((one for one in QUANTITIES if one == quantity), "some"),
            data.get(f"n.{key}", "").strip(),
        )
    if kind == "fixed":
        return Fixed(key, data.get(f"j.{key}", ""))
    texts = tuple(text for text in data.getlist(f"v.{key}") if text.strip())
    return Criterion(
        key,
        data.get(f"f.{key}", ""),
        data.get(f"o.{key}", ""),
        texts,
        data.get(f"r.{key}", ""),
        data.get(f"n.{key}", "").strip(),
    )


def pressed(root: Group, button: str) -> Group:
    """Return the draft after a button: “add:1”, “group:1”, “remove:4”; an unknown one changes nothing."""
    verb, _colon, rest = button.partition(":")
    key = whole(rest)
    if key is None:
        return root
    if verb == "remove" and key != ROOT:
        return nodes.as_group(nodes.changed(root, key, None))
    new = nodes.next_id(root)
    if verb == "add":
        return nodes.added(root, key, Criterion(new))
    if verb == "group":
        return nodes.added(root, key, Group(new, "any", (Criterion(new + 1), Criterion(new + 2))))
    return root


def chosen(root: Group, key: int, path: str) -> Group:
    """Return the draft after a field (“Account.Industry”) or a relationship (“>Opportunities”) was chosen for a node."""
    node = nodes.find(root, key)
    if not isinstance(node, (Criterion, Link)):
        return root
    if path.startswith(">"):
        new = nodes.next_id(root)
        made: Node = Link(key, path[1:], Group(new, "all", (Criterion(new + 1),)))
    else:
        made = replace(node, field=path, error="") if isinstance(node, Criterion) else Criterion(key, path)
    return nodes.as_group(nodes.changed(root, key, made))
