"""Who came in or tried to, and who changed what of the set-up; newest first, page by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access import principals
from essor.access.models import LoginHistory, SetupAuditTrail
from essor.access.rights import Permission
from essor.catalog.models import CatalogChange
from essor.faces.web.setup.doors import opened
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.journal_words import named, told
from essor.kernel.whole import whole

SHOWN = 50
LONGEST = 300
looking = opened(Permission.VIEW_SETUP)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the set-up."""

    when: datetime
    who: str
    action: str
    subject: str
    detail: str


@require_GET
@looking
def logins(request: HttpRequest) -> HttpResponseBase:
    """Draw the attempts to sign in, of one person with q, of one outcome with status."""
    query, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    found = LoginHistory.objects.select_related("user")
    if query:
        found = found.filter(Q(login__icontains=query) | Q(user__name__icontains=query) | Q(source_ip=query))
    if status in LoginHistory.Status.values:
        found = found.filter(status=status)
    rows, older = page(found, request)
    context = {
        "rows": rows,
        "older": older,
        "query": query,
        "status": status,
        "statuses": LoginHistory.Status.choices,
    }
    return draw(request, "logins", context, current="logins")


def page(found: QuerySet[Any], request: HttpRequest) -> tuple[list[Any], int]:
    """Return one page of rows, newest first, and the key behind which the next one starts (0: none)."""
    before = request.GET.get("before", "")
    if (key := whole(before)) is not None:
        found = found.filter(pk__lt=key)
    rows = list(found.order_by("-pk")[: SHOWN + 1])
    return rows[:SHOWN], rows[SHOWN - 1].pk if len(rows) > SHOWN else 0


@require_GET
@looking
def audit(request: HttpRequest) -> HttpResponseBase:
    """Draw the changes to people and rights, or to objects and fields (about=data)."""
    about = "data" if request.GET.get("about") == "data" else "people"
    model = CatalogChange if about == "data" else SetupAuditTrail
    rows, older = page(model.objects.all(), request)
    names = principals.names(row.actor_id if about == "data" else row.created_by_id for row in rows)
    entries = [_of_data(row, names) if about == "data" else _of_people(row, names) for row in rows]
    return draw(request, "audit", {"entries": entries, "older": older, "about": about}, current="audit")


def _of_people(row: SetupAuditTrail, names: dict[int, str]) -> Entry:
    who = names.get(row.created_by_id or 0, _("Essor"))
    return Entry(row.created_date, who, named(row.action), row.subject, _words(row.detail))


def _of_data(row: CatalogChange, names: dict[int, str]) -> Entry:
    subject = ".".join(part for part in (row.object_name, row.target) if part)
    before, after = row.before or {}, row.after or {}
    changed = {name: after.get(name) for name in after if after.get(name) != before.get(name)}
    return Entry(
        row.created_date, names.get(row.actor_id or 0, _("Essor")), named(row.verb), subject, _words(changed)
    )


def _words(detail: dict[str, Any]) -> str:
    text = told(detail)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
