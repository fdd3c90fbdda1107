"""Suspected duplicates of an object: groups, the likeliest first; the search over all records; what is no duplicate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.rights import Permission
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates import groups, jobs, merging, pairs, setting
from essor.domain.duplicates.models import KeyState
from essor.faces.web import addresses
from essor.faces.web.display import Shown, shown
from essor.faces.web.duplicates.telling import compared
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.jobs.models import JobRun
from essor.kernel import ids
from essor.kernel.errors import Forbidden, NotFound
from essor.records.merge import FEWEST, MOST
from essor.records.models import Batch
from essor.records.undelete import KEPT_DAYS

RECENT = 5
UNSEEN_PAGES = 25  # pages of groups that the reader sees nothing of


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a group: its page, and what its group was found by."""

    href: str
    title: str
    object: ObjectDef
    facts: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One group as the page draws it; without `merge_href` there is nothing that the reader could merge."""

    id: int
    percent: int
    members: tuple[Member, ...]
    unseen: int
    merge_href: str


def allowed(actor: Actor, name: str) -> ObjectDef:
    """Return the object; Forbidden for those who may not merge its records."""
    obj = catalog_for(actor).object(name)
    may = obj.is_record and current.get().object(obj.name).createable
    if not may or not row_access.may(actor, obj, "edit") or not row_access.may(actor, obj, "delete"):
        raise Forbidden(_("You may not merge %(plural)s.") % {"plural": obj.plural})
    return obj


@require_GET
def show(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the groups, twenty at a time."""
    actor = actor_of(request)
    obj = allowed(actor, name)
    columns = _columns(obj)
    found = groups.page(actor, obj.name, columns, request.GET.get("after", ""))
    for _page in range(UNSEEN_PAGES):
        if found.groups or not found.next:
            break
        found = groups.page(actor, obj.name, columns, found.next)
    state = KeyState.objects.filter(object_name=obj.name).first()
    mine = JobRun.objects.filter(kind=jobs.KIND, finished=None).order_by("-pk")
    context = {
        "object": obj,
        "cards": [_card(obj, one, columns) for one in found.groups],
        "next": found.next,
        "tabs": _tabs(actor, obj),
        "may_customize": actor.can(Permission.CUSTOMIZE),
        "ruled": bool(setting.rules_for(current.get(), obj.name)),
        "scanned": state.scanned_date if state else None,
        "running": next((one for one in mine if one.params.get("object") == obj.name), None),
        "merged": _recent(actor, obj),
    }
    return render(request, "duplicates/groups.html.jinja", context)


def _columns(obj: ObjectDef) -> list[str]:
    """Return what a group shows of its records: the fields compared on either side, with the parents' names."""
    paths: list[str] = []
    for pair in compared(obj.name):
        for name in pair:
            paths.append(name)
            field = current.get().object(obj.name).by_name.get(name.lower())
            if field is not None and field.relationship:
                paths.append(f"{field.relationship}.Name")
    return list(dict.fromkeys(paths))


def _card(obj: ObjectDef, group: groups.Group, columns: list[str]) -> Card:
    members = []
    for target, key, values in group.members:
        facts = []
        for path in columns:
            field = target.by_name.get(path.lower())
            if field is None or path in ("FirstName", "LastName", target.name_field):
                continue
            facts.append((str(field.label), shown(field, values)))
        title = str(values.get(target.name_field) or target.label)
        told = tuple(one for one in facts if one[1])
        members.append(Member(addresses.record(ids.encode(target.prefix, key)), title, target, told))
    own = [key for target, key, _values in group.members if target.name == obj.name][:MOST]
    href = merge_href(obj, own) if len(own) >= FEWEST else ""
    return Card(group.id, min(99, round(100 * group.likeness)), tuple(members), group.unseen, href)


def merge_href(obj: ObjectDef, keys: list[int]) -> str:
    """Return the page that merges these records."""
    words = "&".join(f"ids={ids.encode(obj.prefix, key)}" for key in keys)
    return f"{addresses.duplicates(obj.name)}merge?{words}"


def _tabs(actor: Actor, obj: ObjectDef) -> list[Action]:
    seen = catalog_for(actor)
    names = dict.fromkeys([*setting.objects(), obj.name])
    return [
        Action(str(seen.object(name).plural), addresses.duplicates(name), current=name == obj.name)
        for name in names
        if seen.has(name) and row_access.may(actor, seen.object(name), "delete")
    ]


def _recent(actor: Actor, obj: ObjectDef) -> list[Batch]:
    """Return the reader's latest merges that can still be undone; of everybody's for administrators."""
    rows = Batch.objects.filter(
        kind=merging.KIND,
        object_name=obj.name,
        undone_date=None,
        created_date__gte=timezone.now() - timedelta(days=KEPT_DAYS),
    )
    mine = rows if actor.is_admin else rows.filter(user_id=actor.user_id)
    return list(mine.order_by("-created_date")[:RECENT])


@require_POST
def search(request: HttpRequest, name: str) -> HttpResponseBase:
    """Start the search over all records."""
    actor = actor_of(request)
    jobs.start(actor, allowed(actor, name).name)
    return HttpResponseRedirect(addresses.duplicates(name))


@require_POST
def dismiss(request: HttpRequest, name: str, group: int) -> HttpResponseBase:
    """Remember that the records of a group are different ones."""
    actor = actor_of(request)
    obj = allowed(actor, name)
    seen = groups.visible_pairs(actor, obj.name, group)
    if not seen:
        raise NotFound(_("There is no such group."))
    count = pairs.dismiss(obj.name, seen, actor.user_id)
    text = ngettext(
        "%(num)d pair is no longer suspected.", "%(num)d pairs are no longer suspected.", count
    ) % {"num": count}
    flash(request, text, undo=f"{addresses.duplicates(obj.name)}groups/{group}/reopen")
    return HttpResponseRedirect(addresses.duplicates(obj.name))


@require_POST
def reopen(request: HttpRequest, name: str, group: int) -> HttpResponseBase:
    """Take a dismissal back."""
    pairs.reopen(allowed(actor_of(request), name).name, group)
    return HttpResponse(status=204)
