"""Keeps, changes, pins and removes list views."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import transaction
from django.db.models import BigIntegerField, CharField, QuerySet

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.kernel.db.written import Given, Written
from essor.query import codec
from essor.query.actions import keeping
from essor.query.actions.keeping import Sharing
from essor.query.environment import env_for
from essor.query.models import ListView, Pin, kept_for, roles_up
from essor.query.plan import plan
from essor.query.tree import Column, Condition, Order, Path, Query

PREFIX = "00B"
STEM = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class ListText:
    """A list as somebody made it: `columns` are paths; a key that begins with @ is no field but made by the face.

    `display` is the face's own: how it shows the list.
    """

    object_name: str
    name: str
    where: Condition | None = None
    columns: Sequence[str] = ()
    sort: Sequence[tuple[str, bool]] = ()
    sharing: Sharing = field(default_factory=Sharing)
    display: Mapping[str, str] = field(default_factory=dict)


def visible(actor: Actor, object_name: str) -> list[ListView]:
    """Return the list views of an object that the actor finds in the menu, by name: one query."""
    return _visible(tuple(sorted(roles_up(actor)))).objects(user=actor.user_id, object=object_name)


@lru_cache(maxsize=256)
def _visible(roles: tuple[int, ...]) -> Written[ListView]:
    """Return the question for people in or below some roles."""

    def views() -> QuerySet[ListView]:
        given = kept_for(Given("user", BigIntegerField()), roles, ListView)
        rows = ListView.objects.filter(given, object_name=Given("object", CharField()))
        return rows.order_by("name", "pk")

    return Written(views)


@transaction.atomic
def save_list_view(actor: Actor, text: ListText, view: ListView | None = None) -> ListView:
    """Return a new list view, or `view` changed. Raises QueryRefused when it cannot run in the actor's eyes."""
    obj = catalog_for(actor).object(text.object_name)
    if view is not None:
        keeping.require_change(actor, view)
    name, sharing = keeping.named(text.name), keeping.checked(text.sharing)
    fields = [path for path in text.columns if not path.startswith("@")]
    plan(question(obj.name, text.where, fields, text.sort), env_for(actor))
    view = view or ListView(object_name=obj.name, owner_id=actor.user_id)
    view.name, view.visibility = name, sharing.visibility
    view.developer_name = view.developer_name or developer_name(obj.name, name)
    view.query = codec.to_json(Query(obj.name, where=text.where))
    view.columns, view.sort = list(text.columns), [[path, descending] for path, descending in text.sort]
    view.display = dict(text.display)
    view.save()
    view.roles.set(sharing.roles)
    return view


def question(
    object_name: str, where: Condition | None, columns: Sequence[str], sort: Sequence[tuple[str, bool]]
) -> Query:
    """Return the query of a list."""
    return Query(
        object_name,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in columns),
        where=where,
        order_by=tuple(Order(Path(tuple(path.split("."))), descending=down) for path, down in sort),
    )


def developer_name(object_name: str, name: str) -> str:
    """Return an API name made of the name that no other view of the object has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"\W+", "_", plain).strip("_")[:STEM] or "View"
    stem = stem if stem[0].isalpha() else f"V_{stem}"
    taken = set(
        ListView.objects.filter(object_name=object_name, developer_name__startswith=stem).values_list(
            "developer_name", flat=True
        )
    )
    return next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)


@transaction.atomic
def delete_list_view(actor: Actor, view: ListView) -> None:
    """Remove a list view; tabs that open with it open with all records again."""
    keeping.require_change(actor, view)
    Pin.objects.filter(object_name=view.object_name, view=str(view.pk)).delete()
    view.delete()


def pin(actor: Actor, object_name: str, view: str) -> None:
    """Let the object's tab open with `view` for the actor; an empty key takes the pin away."""
    if view:
        Pin.objects.update_or_create(user_id=actor.user_id, object_name=object_name, defaults={"view": view})
    else:
        Pin.objects.filter(user_id=actor.user_id, object_name=object_name).delete()


def pinned(actor: Actor, object_name: str) -> str:
    """Return the key of the view that the actor's tab opens with, empty when none was chosen."""
    found = _PINNED.rows(user=actor.user_id, object=object_name)
    return str(found[0][0]) if found else ""


_PINNED: Written[Pin] = Written(
    lambda: Pin.objects.filter(
        user_id=Given("user", BigIntegerField()), object_name=Given("object", CharField())
    ).values_list("view")
)
