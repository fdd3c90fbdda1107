"""The search over everything: suggestions below the search box, and the page of all results by object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.faces.web import addresses
from essor.faces.web.display import shown
from essor.faces.web.records.reading import actor_of, paths_of
from essor.faces.web.shapes import Action, Option, OptionGroup
from essor.query import run
from essor.query.search.find import Hit, find
from essor.query.search.index import searched
from essor.query.tree import Column, Compare, Constant, Path, Query

SUGGESTED, SHOWN, MOST, DETAILS = 8, 10, 100, 3
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One result: its name, its page, and what tells it from its namesakes."""

    id: str
    name: str
    href: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one object; `more` when there are others."""

    object: ObjectDef
    results: tuple[Found, ...]
    more: bool
    href: str


def typed(request: HttpRequest) -> str:
    """Return what was searched for."""
    return request.GET.get("q", "").strip()[:LONGEST]


@require_GET
def suggest(request: HttpRequest) -> HttpResponseBase:
    """Answer the best few results, by object in the order of their best."""
    actor, text = actor_of(request), typed(request)
    hits = find(actor, text, limit=SUGGESTED) if text else []
    groups = [
        OptionGroup(
            str(group.object.plural),
            tuple(
                Option(
                    one.id,
                    one.name,
                    detail=one.details[0] if one.details else "",
                    icon=group.object.icon,
                    href=one.href,
                )
                for one in group.results
            ),
        )
        for group in grouped(actor, text, hits, SUGGESTED)
    ]
    return render(request, "searching/suggest.html.jinja", {"groups": groups, "query": text})


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """Draw all results, or those of one object (`in`)."""
    actor, text = actor_of(request), typed(request)
    catalog = catalog_for(actor)
    only = request.GET.get("in", "")
    wanted = (catalog.object(only).name,) if only and catalog.has(only) else ()
    hits = find(actor, text, objects=wanted, limit=MOST) if text else []
    found = grouped(actor, text, hits, MOST if wanted else SHOWN)
    context = {
        "query": text,
        "groups": found,
        "tabs": tabs(catalog, text, wanted, found),
        "only": wanted,
        "objects": [obj for obj in catalog if searched(obj) and obj.tab],
    }
    return render(request, "searching/page.html.jinja", context)


def tabs(catalog: Catalog, text: str, wanted: Sequence[str], found: Iterable[Group]) -> list[Action]:
    """Return the tabs: everything, and each object that has results or is chosen."""
    names = dict.fromkeys((*wanted, *(group.object.name for group in found)))
    if wanted:
        names = dict.fromkeys(obj.name for obj in catalog if searched(obj) and obj.tab)
    everything = Action(_("Everything"), href(text), current=not wanted)
    return [
        everything,
        *(Action(str(catalog.object(one).plural), href(text, one), current=one in wanted) for one in names),
    ]


def href(text: str, only: str = "") -> str:
    """Return the address of a search."""
    return f"{addresses.SEARCH}?{urlencode({'q': text, 'in': only} if only else {'q': text})}"


def grouped(actor: Actor, text: str, hits: Sequence[Hit], most: int) -> list[Group]:
    """Return the hits by object, the object of the best hit first; one query an object for what is shown."""
    catalog = catalog_for(actor)
    by_object: dict[str, list[int]] = {}
    for hit in hits:
        by_object.setdefault(hit.object_name, []).append(hit.record_id)
    found = []
    for name, keys in by_object.items():
        obj = catalog.object(name)
        results = results_of(actor, obj, keys[:most])
        if results:
            found.append(Group(obj, tuple(results), len(keys) > most, href(text, obj.name)))
    return found


def results_of(actor: Actor, obj: ObjectDef, keys: Sequence[int]) -> list[Found]:
    """Return the records with their names and details, in the order of `keys`."""
    fields = [obj.field(name) for name in obj.telling()[:DETAILS]]
    paths = dict.fromkeys(("Id", obj.name_field, *paths_of(fields)))
    if obj.has("CurrencyIsoCode"):
        paths["CurrencyIsoCode"] = None
    query = Query(
        obj.name,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in paths),
        where=Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys)),
    )
    rows: dict[int, dict[str, Any]] = {row["Id"]: row for row in run.rows(actor, query)}
    made = []
    for key in keys:
        if key in rows:
            record_id = str(obj.field("Id").kind.to_json(key, obj.field("Id")))
            details = tuple(text for field in fields if (text := shown(field, rows[key]).text))
            made.append(
                Found(
                    record_id,
                    str(rows[key][obj.name_field] or obj.label),
                    addresses.record(record_id),
                    details,
                )
            )
    return made
