"""Whom the mailings of a campaign are for: parts that let in and leave out, counted again at each change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.marketing.audience import jobs, keep
from essor.domain.marketing.audience.count import counted, listed
from essor.domain.marketing.audience.definition import MOST_PEOPLE, Audience, Part, Source
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.campaigns import members
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.campaigns.statuses import of_campaigns
from essor.domain.marketing.consent.ask import policy
from essor.domain.marketing.consent.people import KINDS, Person
from essor.domain.marketing.sending.states import DRAFT
from essor.faces.web import addresses
from essor.faces.web.campaigns.keys import key_of
from essor.faces.web.campaigns.people import shown
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action, Option, OptionGroup
from essor.faces.web.toasts import toast
from essor.kernel import ids
from essor.kernel.errors import EssorError, FieldError, NotFound, ValidationFailed
from essor.kernel.whole import whole, wholes
from essor.query import run
from essor.query.actions import list_views, segments
from essor.query.tree import All, Column, Compare, Constant, Order, Path, Query

CAMPAIGNS, SHOWN = 30, 50
MAILING = "ListEmail"
PICKED: tuple[Source, ...] = ("segment", "view", "members")


def _load(request: HttpRequest, record_id: str) -> Loaded:
    return load(actor_of(request), record_id, of=(CAMPAIGN,))


@require_GET
def page(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the audience with its numbers."""
    record = _load(request, record_id)
    crumbs = [
        Action(record.object.plural, addresses.object_list(CAMPAIGN)),
        Action(record.title, addresses.record(record.id)),
    ]
    return render(request, "campaigns/audience.html.jinja", {**_context(record), "crumbs": crumbs})


def _context(record: Loaded, problem: str = "") -> dict[str, Any]:
    audience = keep.of_campaign(record.key)
    found = None
    try:
        found = counted(audience, record.actor) if audience.include else None
    except EssorError as error:
        problem = str(error)
    rules, seen = policy(), record.catalog
    return {
        "record": record,
        "audience": audience,
        "counted": found,
        "problem": problem,
        "may": may_edit(record),
        "groups": sources(record.actor),
        "topics": _topics(record.actor),
        "reasons": Reason,
        "policy": rules,
        "segmented": [
            Action(
                _("New segment: %(people)s") % {"people": seen.object(one).plural},
                reverse("web:segments", args=[one]),
            )
            for one in KINDS
            if seen.has(one)
        ],
        "pickers": _pickers(record),
        "draft": _draft(record) if found else "",
        "may_mail": record.catalog.has(MAILING) and row_access.may(record.actor, MAILING, "create"),
    }


def _draft(record: Loaded) -> str:
    """Return the id of the campaign's newest mailing that was not launched, empty when there is none."""
    if not record.catalog.has(MAILING):
        return ""
    own = Compare(Path(("CampaignId",)), "eq", (Constant(record.key),))
    unsent = Compare(Path(("Status",)), "eq", (Constant(DRAFT, "text"),))
    newest = (Order(Path(("Id",)), descending=True),)
    query = Query(
        MAILING, columns=(Column(Path(("Id",))),), where=All((own, unsent)), order_by=newest, limit=1
    )
    rows = run.rows(record.actor, query)
    return ids.encode("0XB", rows[0]["Id"]) if rows else ""


def _pickers(record: Loaded) -> list[Any]:
    """Return the lookups by which people are picked by hand."""
    if not record.catalog.has(MEMBER):
        return []
    member = record.catalog.object(MEMBER)
    return [member.field(name) for name in ("ContactId", "LeadId") if member.has(name)]


def _topics(actor: Actor) -> list[dict[str, Any]]:
    query = Query(
        "CommunicationSubscription",
        columns=(Column(Path(("Id",))), Column(Path(("Name",)))),
        where=Compare(Path(("IsActive",)), "eq", (Constant(value=True),)),
        order_by=(Order(Path(("Name",))),),
    )
    return run.rows(actor, query)


def sources(actor: Actor) -> list[OptionGroup]:
    """Return what can be let in or left out: segments, list views, members of campaigns."""
    found: list[OptionGroup] = []
    seen = {"Contact": _("contacts"), "Lead": _("leads")}
    kept = [
        Option(f"segment:{one.pk}", f"{one.name} ({seen[name]})")
        for name in KINDS
        for one in segments.visible(actor, name)
    ]
    views = [
        Option(f"view:{one.pk}", f"{one.name} ({seen[name]})")
        for name in KINDS
        for one in list_views.visible(actor, name)
    ]
    found.extend(
        OptionGroup(label, tuple(some))
        for label, some in ((_("Segments"), kept), (_("Lists"), views))
        if some
    )
    query = Query(
        CAMPAIGN,
        columns=(Column(Path(("Id",))), Column(Path(("Name",)))),
        order_by=(Order(Path(("StartDate",)), descending=True),),
        limit=CAMPAIGNS,
    )
    rows = run.rows(actor, query)
    statuses = of_campaigns([row["Id"] for row in rows])
    for row in rows:
        some = [Option(f"members:{row['Id']}", _("All members of “%(name)s”") % {"name": row["Name"]})]
        some.extend(
            Option(
                f"members:{row['Id']}:{one.label}",
                _("%(label)s: %(value)s") % {"label": row["Name"], "value": one.label},
            )
            for one in statuses.get(row["Id"], ())
        )
        found.append(OptionGroup(str(row["Name"]), tuple(some)))
    return found


@require_POST
def change(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Add a part, take one away, choose the topic: kept at once and counted again."""
    record = _load(request, record_id)
    problem = ""
    try:
        keep.change(record.actor, record.key, lambda audience: _changed(audience, request))
    except (ValidationFailed, NotFound) as refused:
        problem = str(refused)
    return render(
        request,
        "campaigns/audience_parts.html.jinja",
        _context(record, problem),
        status=422 if problem else 200,
    )


def _changed(audience: Audience, request: HttpRequest) -> Audience:
    data = request.POST
    verb, _colon, known = data.get("do", "").partition(":")
    if verb in ("include", "exclude"):
        parts = audience.include if verb == "include" else audience.exclude
        parts = _picked(parts, data.getlist("ContactId"), data.getlist("LeadId"))
        there = {one.id for one in parts}
        parts += tuple(one for one in _chosen(data.get("part", "")) if one.id not in there)
        return replace(audience, include=parts) if verb == "include" else replace(audience, exclude=parts)
    if verb == "drop-include":
        return replace(audience, include=_without(audience.include, known))
    if verb == "drop-exclude":
        return replace(audience, exclude=_without(audience.exclude, known))
    topic = data.get("topic", "")
    return replace(audience, topic=whole(topic), capped=data.get("capped") == "1")


def _without(parts: tuple[Part, ...], known: str) -> tuple[Part, ...]:
    return tuple(one for one in parts if one.id != known)


def _chosen(text: str) -> tuple[Part, ...]:
    """Return the part that an option of `sources` stands for, nothing for none."""
    if not text:
        return ()
    source, _colon, rest = text.partition(":")
    key, _colon, status = rest.partition(":")
    known, number = next((one for one in PICKED if one == source), None), whole(key)
    if known is None or number is None:
        raise ValidationFailed([FieldError("part", "INVALID_FIELD_VALUE", _("Choose one of the list."))])
    return (Part(known, number, (status,) if status else ()),)


def _picked(parts: tuple[Part, ...], contacts: Iterable[str], leads: Iterable[str]) -> tuple[Part, ...]:
    """Return the parts with people picked by hand added to those of their kind."""
    for name, texts in (("Contact", contacts), ("Lead", leads)):
        keys = [key for text in texts if (key := key_of(text, current.get().object(name).prefix)) is not None]
        if not keys:
            continue
        held = next((one for one in parts if one.source == "people" and one.object == name), None)
        people = tuple(dict.fromkeys((*(held.people if held else ()), *keys)))[:MOST_PEOPLE]
        fresh = Part("people", object=name, people=people)
        parts = tuple(fresh if one is held else one for one in parts) if held else (*parts, fresh)
    return parts


@require_GET
def people(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw those behind a number: ?reason= (none: who is mailed), ?after=kind.key a page further."""
    record = _load(request, record_id)
    text = request.GET.get("reason", "")
    reason = next((one for one in Reason if str(one.value) == text), None)
    kind, _dot, key = request.GET.get("after", "").partition(".")
    numbers = wholes((kind, key))
    after = Person(*numbers) if len(numbers) == 2 else None  # noqa: PLR2004 -- the kind and the key
    rows = listed(keep.of_campaign(record.key), record.actor, reason, after=after, size=SHOWN)
    last = rows[-1][0] if len(rows) == SHOWN else None
    here = f"{reverse('web:audience_people', args=[record.id])}?reason={reason.value if reason else ''}"
    context = {
        "title": reason.label if reason else _("Gets the mail"),
        "about": "",
        "rows": shown(record.actor, rows),
        "more": f"{here}&after={last.kind}.{last.id}" if last else "",
        "further": after is not None,
    }
    return render(request, "campaigns/people.html.jinja", context)


@require_POST
def to_members(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make those who may be mailed members of the campaign, in the background."""
    record = _load(request, record_id)
    members.checked(record.actor, record.key)
    total = counted(keep.of_campaign(record.key), record.actor).mailable
    jobs.start(record.actor, record.key, total=total)
    response = render(request, "campaigns/audience_parts.html.jinja", _context(record))
    toast(response, _("This goes on in the background. You will be told when it is done."), tone="info")
    return response
