"""The members of a campaign on its page: how many of each status, who they are, their status changed in bulk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.domain.marketing.campaigns import members
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.campaigns.statuses import of_campaigns
from essor.faces.web import addresses, offers
from essor.faces.web.campaigns.keys import key_of
from essor.faces.web.lists.state import written
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import toast
from essor.kernel import ids
from essor.kernel.errors import FieldError, QueryRefused, ValidationFailed
from essor.query import run
from essor.query.tree import Aggregate, All, Column, Compare, Condition, Constant, Order, Path, Query
from essor.records import undo
from essor.records.change import Source

SIZE = 25
PATHS = (
    "Id",
    "Status",
    "HasResponded",
    "FirstRespondedDate",
    "ContactId",
    "Contact.Name",
    "Contact.Email",
    "Contact.Account.Name",
    "LeadId",
    "Lead.Name",
    "Lead.Email",
    "Lead.Company",
)


EXPORTED = (
    "Name",
    "Email",
    "CompanyOrAccount",
    "ContactId",
    "LeadId",
    "Status",
    "HasResponded",
    "FirstRespondedDate",
    "SentDate",
    "FirstOpenedDate",
    "FirstClickedDate",
    "BouncedDate",
    "OptedOutDate",
    "CheckedInDate",
)


@offers.record_panel(CAMPAIGN, draws=[MEMBER])
def members_panel(record: Loaded) -> offers.Panel | None:
    """Offer the members."""
    if not record.catalog.has(MEMBER):
        return None
    return offers.Panel("members", addresses.record(record.id, "members"), "main")


@offers.record_panel("Contact", "Lead")
def campaigns_panel(record: Loaded) -> offers.Panel | None:
    """Offer the campaigns of a person."""
    if not record.catalog.has(MEMBER) or not record.catalog.has(CAMPAIGN):
        return None
    return offers.Panel("campaigns", addresses.record(record.id, "campaigns"), "side")


@offers.record_action(CAMPAIGN)
def audience_button(record: Loaded) -> Action | None:
    """Lead to the audience of the campaign."""
    return Action(
        _("Audience"),
        f"/campaigns/{record.id}/audience",
        "users-group",
        "primary" if may_edit(record) else "",
    )


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the members, those of one status with ?status=, a page further with ?after=."""
    return _draw(request, load(actor_of(request), record_id, of=(CAMPAIGN,)))


def _draw(request: HttpRequest, record: Loaded) -> HttpResponseBase:
    wanted = request.GET.get("status", "")
    link = Compare(Path(("CampaignId",)), "eq", (Constant(record.key),))
    where: Condition = link
    if wanted:
        where = All((link, Compare(Path(("Status",)), "eq", (Constant(wanted, "text"),))))
    paths = [path for path in PATHS if _seen(record, path)]
    query = Query(
        MEMBER,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in paths),
        where=where,
        order_by=(Order(Path(("Id",)), descending=True),),
    )
    page = run.page(record.actor, query, after=request.GET.get("after") or None, size=SIZE)
    may = row_access.may(record.actor, record.catalog.object(MEMBER), "edit") and may_edit(record)
    context = {
        "record": record,
        "page": page,
        "people": [_person(row) for row in page.rows],
        "counts": _counts(record, link),
        "wanted": wanted,
        "may": may,
        "statuses": of_campaigns([record.key]).get(record.key, ()),
        "may_export": row_access.may(record.actor, record.catalog.object(MEMBER), "export"),
        "exported": ",".join(EXPORTED),
        "filter": written(where),
        "list_href": f"{addresses.object_list(MEMBER)}?parent=CampaignId:{record.id}",
    }
    return render(request, "campaigns/members.html.jinja", context)


def _seen(record: Loaded, path: str) -> bool:
    try:
        run.field_of(record.actor, MEMBER, path)
    except QueryRefused:
        return False
    return True


def _counts(record: Loaded, link: Condition) -> list[tuple[str, int]]:
    """Return how many members have each status, in the campaign's order."""
    status = Path(("Status",))
    grouped = Query(
        MEMBER, columns=(Column(status), Column(Aggregate("COUNT"), "n")), where=link, group_by=(status,)
    )
    found = {row["Status"]: int(row["n"]) for row in run.rows(record.actor, grouped)}
    known = [one.label for one in of_campaigns([record.key]).get(record.key, ())]
    return [(label, found.get(label, 0)) for label in known]


def _person(row: dict[str, Any]) -> dict[str, Any]:
    """Return a member as the template draws one: a converted lead is its contact."""
    contact = row.get("ContactId") is not None
    head = "Contact" if contact else "Lead"
    key = row.get(f"{head}Id")
    return {
        "id": ids.encode("00v", row["Id"]),
        "name": row.get(f"{head}.Name") or _("Hidden"),
        "email": row.get(f"{head}.Email"),
        "href": addresses.record(ids.encode("003" if contact else "00Q", key))
        if key and row.get(f"{head}.Name")
        else "",
        "company": row.get("Contact.Account.Name") if contact else row.get("Lead.Company"),
        "status": row.get("Status"),
        "responded": row.get("HasResponded"),
        "on": row.get("FirstRespondedDate"),
        "lead": not contact,
    }


@require_POST
def status(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Give the ticked members another status, in one batch that can be undone."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    label = request.POST.get("to", "")
    members.checked(record.actor, record.key, label)
    keys = [key for text in request.POST.getlist("ids") if (key := key_of(text, "00v")) is not None]
    if not keys or not label:
        raise ValidationFailed(
            [FieldError("", "REQUIRED_FIELD_MISSING", _("Tick members and choose a status."))]
        )
    batch, outcome = undo.begin(record.actor, "campaign_status", MEMBER), members.Added()
    done = members.set_status(
        record.actor, keys, label, source=Source(name="campaign", batch=batch), total=outcome
    )
    response = _draw(request, record)
    text = ngettext("%(num)d member changed.", "%(num)d members changed.", done) % {"num": done}
    reasons = " ".join(outcome.refused)
    toast(
        response,
        f"{text} {reasons}".strip(),
        undo=f"/undo/{batch}" if done else "",
        tone="warning" if reasons else "success",
    )
    return response


@require_GET
def of_person(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the campaigns that somebody is in."""
    record = load(actor_of(request), record_id, [], of=tuple(members.LINKS))
    rows = members.of_person(record.actor, record.object.name, record.key)
    return render(
        request, "campaigns/of_person.html.jinja", {"record": record, "rows": rows, "id_of": ids.encode}
    )
