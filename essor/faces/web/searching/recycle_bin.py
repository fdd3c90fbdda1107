"""The recycle bin: what was deleted by whom and when, and the way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access import principals
from essor.access.actor import Actor
from essor.access.rights import Permission
from essor.access.view import catalog_for
from essor.domain.bulk import jobs
from essor.faces.web import addresses
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole, wholes
from essor.records.models import Deleted
from essor.records.undelete import KEPT_DAYS, undelete

SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One deleted record; `along` is how many others come back with it."""

    key: str
    name: str
    label: str
    icon: str
    who: str
    when: datetime
    along: int


def sees_all(actor: Actor) -> bool:
    """Tell whether the actor finds everybody's deletions; others find their own."""
    return actor.can(Permission.MODIFY_ALL_DATA)


def entries(actor: Actor) -> QuerySet[Deleted]:
    """Return the chosen records of the deletions that the actor may take back, of objects that the actor knows."""
    known = [obj.name for obj in catalog_for(actor) if obj.is_record]
    rows = Deleted.objects.filter(root=True, object_name__in=known)
    return rows if sees_all(actor) else rows.filter(deletion__user_id=actor.user_id)


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw one page of the bin, newest first; `q` looks for a name, `in` keeps one object, `before` is the page's key."""
    actor = actor_of(request)
    catalog = catalog_for(actor)
    text, only, before = (request.GET.get(name, "").strip() for name in ("q", "in", "before"))
    rows = entries(actor)
    names = sorted(set(rows.values_list("object_name", flat=True).distinct()))
    if text:
        rows = rows.filter(name__icontains=text[:80])
    if catalog.has(only):
        rows = rows.filter(object_name=catalog.object(only).name)
    if (key := whole(before)) is not None:
        rows = rows.filter(pk__lt=key)
    page = list(rows.select_related("deletion").order_by("-pk")[: SIZE + 1])
    more = (
        f"{addresses.RECYCLE_BIN}?{urlencode({'q': text, 'in': only, 'before': page[SIZE - 1].pk})}"
        if len(page) > SIZE
        else ""
    )
    context = {
        "lines": list(_lines(actor, page[:SIZE])),
        "query": text,
        "only": only,
        "more": more,
        "everybody": sees_all(actor),
        "objects": [(name, str(catalog.object(name).plural)) for name in names],
        "days": KEPT_DAYS,
        "first": not before,
    }
    return render(request, "searching/recycle_bin.html.jinja", context)


def _lines(actor: Actor, rows: list[Deleted]) -> Iterator[Line]:
    catalog = catalog_for(actor)
    people = principals.names(row.deletion.user_id for row in rows)
    deletions = {row.deletion_id for row in rows}
    others = Deleted.objects.filter(deletion_id__in=deletions).values("deletion_id").annotate(n=Count("pk"))
    counts = {row["deletion_id"]: row["n"] for row in others}
    for row in rows:
        obj = catalog.object(row.object_name)
        yield Line(
            str(row.pk),
            row.name or _("No name"),
            str(obj.label),
            obj.icon,
            people.get(row.deletion.user_id or 0, ""),
            row.deletion.created_date,
            counts[row.deletion_id] - 1,
        )


@require_POST
def bring_back(request: HttpRequest) -> HttpResponseBase:
    """Bring the selected records back, each with all that went with it."""
    actor = actor_of(request)
    keys = wholes(request.POST.getlist("ids"))
    chosen: dict[str, list[int]] = defaultdict(list)
    rows = entries(actor).filter(Q(pk__in=keys)).order_by("-deletion")  # masters went after their details
    for name, key in rows.values_list("object_name", "record_id"):
        chosen[name].append(key)
    if not chosen:
        raise NotFound(_("There is no such record in the recycle bin."))
    count = 0
    for name, ids in chosen.items():
        # Records of one deletion come back together: those that are back already need no second way.
        left = list(
            entries(actor).filter(object_name=name, record_id__in=ids).values_list("record_id", flat=True)
        )
        count += undelete(actor, name, left) if left else 0
    flash(request, ngettext("%(num)d record is back.", "%(num)d records are back.", count) % {"num": count})
    return HttpResponseRedirect(addresses.RECYCLE_BIN)


@require_POST
def empty(request: HttpRequest) -> HttpResponseBase:
    """Remove everything in the bin for good, in the background."""
    jobs.start_emptying(actor_of(request))
    flash(request, _("The recycle bin is being emptied."), tone="info")
    return HttpResponseRedirect(addresses.JOBS)
