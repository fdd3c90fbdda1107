"""What became of a campaign's mails, from sent to responded, and of one mailing link by link; figures lead to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.domain.marketing.campaigns.calls import TASK
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.sending.models import Link, ListEmail
from essor.domain.marketing.tracking import reading
from essor.domain.marketing.tracking.models import OPENED
from essor.faces.web import addresses, offers
from essor.faces.web.campaigns.people import shown
from essor.faces.web.lists.state import rows_address, written
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import flash
from essor.kernel.errors import NotFound, QueryRefused
from essor.kernel.whole import whole
from essor.query import run
from essor.query.actions.segments import Step as SegmentStep
from essor.query.actions.segments import save_segment
from essor.query.tree import Aggregate, All, Any, Column, Compare, Condition, Constant, Path, Query, Related

MAILING = "ListEmail"
SOON = timedelta(days=7)
SHOWN = 50
NAMED = 60  # characters of a campaign's name in that of a segment


def _there(name: str) -> Condition:
    return Compare(Path((name,)), "notnull")


RESPONDED = Compare(Path(("HasResponded",)), "eq", (Constant(value=True),))
SILENT = Compare(Path(("HasResponded",)), "eq", (Constant(value=False),))
WARM = All((_there("FirstClickedDate"), SILENT))
STEPS: dict[str, Condition] = {
    # What the receiving server refused at once was sent too, as a bounce is.
    "sent": Any((_there("SentDate"), _there("BouncedDate"))),
    "delivered": All((_there("SentDate"), Compare(Path(("BouncedDate",)), "null"))),
    "opened": _there("FirstOpenedDate"),
    "clicked": _there("FirstClickedDate"),
    "responded": RESPONDED,
    "bounced": _there("BouncedDate"),
    "opted_out": _there("OptedOutDate"),
    "warm": WARM,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One figure of the funnel; `share` is its part of those mailed in percent points, None where that says nothing."""

    label: str
    count: int
    share: float | None
    href: str
    tone: str = ""


@offers.record_panel(CAMPAIGN)
def results_panel(record: Loaded) -> offers.Panel | None:
    """Offer the funnel of a campaign whose members can be seen."""
    return (
        offers.Panel("results", addresses.record(record.id, "results"), "top")
        if record.catalog.has(MEMBER)
        else None
    )


@offers.record_panel(MAILING)
def mailing_panel(record: Loaded) -> offers.Panel | None:
    """Offer the clicks and opens of a mailing that was launched."""
    return (
        None
        if record.values.get("Status") == "Draft"
        else offers.Panel("hits", addresses.record(record.id, "hits"), "main")
    )


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the funnel: one statement counts all of it."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    own = Compare(Path(("CampaignId",)), "eq", (Constant(record.key),))
    counts = _counts(record, own)
    context = {
        "record": record,
        "steps": _steps(counts, own),
        "warm": counts.get("warm", 0),
        "warm_href": rows_address(MEMBER, All((own, WARM))),
        "warm_filter": written(All((own, WARM))),
        "subject": _("Call: %(campaign)s") % {"campaign": record.values.get("Name") or ""},
        "day": timezone.localdate() + SOON,
        "may_add": record.catalog.has(MEMBER)
        and row_access.may(record.actor, record.catalog.object(MEMBER), "create"),
        "may_call": record.catalog.has(TASK)
        and row_access.may(record.actor, record.catalog.object(TASK), "create"),
    }
    return render(request, "campaigns/results.html.jinja", context)


def _counts(record: Loaded, own: Condition) -> dict[str, int]:
    columns = tuple(Column(Aggregate("COUNT", Path(("Id",)), where), name) for name, where in STEPS.items())
    try:
        (row,) = run.rows(record.actor, Query(MEMBER, columns=columns, where=own))
    except QueryRefused:  # a field of these is hidden from the reader
        return {}
    return {name: int(count or 0) for name, count in row.items()}


def _steps(counts: dict[str, int], own: Condition) -> list[Step]:
    sent = counts.get("sent", 0)
    words = {
        "sent": (_("Sent"), ""),
        "delivered": (pgettext("funnel", "Delivered"), ""),
        "opened": (pgettext("funnel", "Opened"), ""),
        "clicked": (pgettext("funnel", "Clicked"), ""),
        "responded": (pgettext("funnel", "Responded"), "good"),
        "bounced": (_("Bounced"), "warn"),
        "opted_out": (_("Opted out"), "warn"),
    }
    if not sent:
        return []
    return [
        Step(
            label,
            counts[name],
            None if name == "sent" else 100 * counts[name] / sent,
            rows_address(MEMBER, All((own, STEPS[name]))),
            tone if counts[name] else "",
        )
        for name, (label, tone) in words.items()
    ]


@require_POST
def segment(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Keep those who clicked and did not respond as a segment of contacts, and one of leads; each follows the campaign."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    warm = All((Compare(Path(("CampaignId",)), "eq", (Constant(record.key),)), WARM))
    name = _("Clicked, did not respond: %(campaign)s") % {"campaign": record.title[:NAMED]}
    there = Related("CampaignMembers", warm)
    made = [
        save_segment(record.actor, object_name=one, name=name, steps=[SegmentStep(name, there)])
        for one in KINDS
        if record.catalog.has(one) and run.count_up_to(record.actor, Query(one, where=there), 1)
    ]
    if not made:
        raise NotFound(_("Nobody clicked without responding."))
    flash(request, _("The segment is kept. It follows whoever clicks or responds from now on."))
    return HttpResponseRedirect(reverse("web:segment", args=[made[0].object_name, made[0].pk]))


@require_GET
def followers(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """List those who followed link ?link=, any link without it, or ?link=opened the mail; ?after= a page further."""
    record = load(actor_of(request), record_id, of=(MAILING,))
    text, after = request.GET.get("link", ""), whole(request.GET.get("after", "")) or 0
    link = OPENED if text == "opened" else whole(text)
    rows = reading.people(record.key, link, after=after, size=SHOWN)
    of_link = Link.objects.filter(list_email_id=record.key, number=OPENED if link is None else link)
    target = of_link.values_list("url", flat=True).first()
    title = (
        _("Who opened the e-mail")
        if link == OPENED
        else _("Who clicked this link")
        if target
        else _("Who clicked")
    )
    here = reverse("web:mailing_followers", args=[record.id])
    context = {
        "title": title,
        "about": target or "",
        "rows": shown(record.actor, [(person, address) for _key, person, address in rows]),
        "more": f"{here}?link={text}&after={rows[-1][0]}" if len(rows) == SHOWN else "",
        "further": bool(after),
    }
    return render(request, "campaigns/people.html.jinja", context)


@require_GET
def hits(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the clicks and opens of one mailing."""
    record = load(actor_of(request), record_id, of=(MAILING,))
    mailing = ListEmail.objects.get(pk=record.key)
    tallies = reading.by_link(mailing.pk)
    hours = reading.by_hour(mailing.pk)
    context = {
        "record": record,
        "opened": tallies.get(OPENED, reading.Tally()),
        "clicked": reading.clicked(mailing.pk),
        "links": reading.links(mailing.pk, tallies),
        "domains": reading.by_domain(mailing.pk),
        "hours": hours,
        "most": max((opens + clicks for _hour, opens, clicks in hours), default=0),
        "sent": mailing.total_sent,
    }
    return render(request, "campaigns/hits.html.jinja", context)
