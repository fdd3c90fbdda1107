"""What a campaign brought, itself and those below it: numbers beside their aims, its deals by a chosen model, its return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access.rights import Permission
from essor.domain.marketing.campaigns import door, hierarchy, places
from essor.domain.marketing.campaigns.hierarchy import COST, EXPECTED, Branch, Exchange
from essor.domain.marketing.campaigns.influence import (
    DEAL,
    MODELS,
    Influence,
    Model,
    days,
    influence,
    roi,
    set_days,
)
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.campaigns.statuses import families
from essor.faces.web import addresses, formatting, offers
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Option
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import whole

WHOLE = 100
CREDIT = "campaign_credit"  # where the session keeps the model that somebody chose last
USUAL: Model = "even"


@dataclass(frozen=True, slots=True)
class Aim:
    """One number beside what was hoped for: texts are made by the template, `share` is the bar in percent, None without aim."""

    label: str
    value: float
    aim: int | None = None
    kind: str = "number"
    warns: bool = False
    hint: str = ""

    @property
    def share(self) -> int | None:
        """Return how much of the aim is reached, at most 100."""
        return None if not self.aim else max(0, min(WHOLE, round(self.value * WHOLE / self.aim)))

    @property
    def over(self) -> bool:
        """Tell whether more was spent than was meant to be, or less came back than was spent."""
        return self.value < 0 or (self.warns and self.aim is not None and self.value > self.aim)


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign of the table: `cost` and `won` in the currency of the whole, `roi` None without a cost."""

    level: int
    name: str
    href: str
    members: int
    responses: int
    cost: int
    won: int
    roi: float | None


@offers.record_panel(CAMPAIGN)
def figures_panel(record: Loaded) -> offers.Panel | None:
    """Offer the figures above the fields."""
    return offers.Panel("figures", addresses.record(record.id, "figures"), "top")


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the figures of a campaign; ?credit= chooses, and keeps, the model by which it is credited with deals."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    model = _model(request)
    currency = str(record.values.get("CurrencyIsoCode") or "EUR")
    branches = hierarchy.tree(record.actor, record.key)
    found = influence(record.actor, [one.values["Id"] for one in branches])
    codes = {hierarchy.currency_of(one, currency) for one in branches}.union(*found.values())
    money = hierarchy.exchange(record.actor, currency, codes)
    sums, unknown = hierarchy.totals(branches, money)
    credited, left = {}, set(unknown)
    for one in branches:
        credited[one.values["Id"]], more = hierarchy.credited(one, found.get(one.values["Id"], {}), money)
        left |= more
    lines = [_line(one, credited[one.values["Id"]], money, model) for one in branches]
    sees_deals = record.catalog.has(DEAL) and record.catalog.object(DEAL).has("Amount")
    context = {
        "record": record,
        "currency": currency,
        "model": model,
        "models": _options(model),
        "explained": _explained(model),
        "aims": aims(record, sums, _together(credited, model) if sees_deals else None),
        "sees_deals": sees_deals,
        "has_deals": any(any(one.deals.values()) for one in credited.values()),
        "cost": sums[COST],
        "cost_is_planned": any(
            one.values.get("BudgetedCost") and not one.values.get("ActualCost") for one in branches
        ),
        "days": days(),
        "may_set": record.actor.can(Permission.CUSTOMIZE),
        "lines": lines if len(lines) > 1 else [],
        "whole_roi": roi(sum(one.won for one in lines), sums[COST]),
        "sums": sums,
        "unknown": sorted(left),
        "converted": sorted(codes - {currency} - left),
        "seats": seats(record),
        "came": attendance(record),
        "may_edit": may_edit(record),
    }
    return render(request, "campaigns/figures.html.jinja", context)


def _model(request: HttpRequest) -> Model:
    asked = request.GET.get("credit", "")
    if asked in MODELS:
        request.session[CREDIT] = asked
    kept = request.session.get(CREDIT)
    return cast("Model", kept) if kept in MODELS else USUAL


def _options(model: Model) -> list[Option]:
    """Return the ways of crediting deals with their names."""
    names = {"first": _("First touch"), "last": _("Last touch"), "even": _("Even parts")}
    return [Option(one, names[one], selected=one == model) for one in MODELS]


def _explained(model: Model) -> str:
    """Return one sentence on a model."""
    return {
        "first": _("The whole deal goes to the campaign that its people responded to first."),
        "last": _("The whole deal goes to the campaign that its people responded to last."),
        "even": _("Each deal is shared equally between all the campaigns that its people responded to."),
    }[model]


def _line(one: Branch, credit: Influence, money: Exchange, model: Model) -> Line:
    code, day = hierarchy.currency_of(one, money.currency), one.values.get("StartDate")
    cost = money.worth(hierarchy.cost(one.values) or 0, code, day) or 0
    return Line(
        one.level,
        str(one.values.get("Name") or ""),
        addresses.record(ids.encode("701", one.values["Id"])),
        hierarchy.people(one.values),
        int(one.values.get("NumberOfResponses") or 0),
        cost,
        credit.won[model],
        roi(credit.won[model], cost),
    )


def _together(credited: Mapping[int, Influence], model: Model) -> dict[str, int]:
    every = credited.values()
    return {
        "deals": sum(one.deals[model] for one in every),
        "won_deals": sum(one.won_deals[model] for one in every),
        "open": sum(one.open[model] for one in every),
        "won": sum(one.won[model] for one in every),
    }


def aims(record: Loaded, sums: Mapping[str, int], credit: Mapping[str, int] | None) -> list[Aim]:
    """Return the numbers beside their aims; what is hidden from the reader has none, nor have deals without `credit`."""
    seen, code = record.catalog.object(CAMPAIGN), str(record.values.get("CurrencyIsoCode") or "EUR")
    found = [Aim(_("Members"), sums["NumberOfContacts"] + sums["NumberOfLeads"])]
    found.append(Aim(_("Responses"), sums["NumberOfResponses"], sums[EXPECTED] or None))
    if credit is not None:
        won = ngettext("%(num)d won", "%(num)d won", credit["won_deals"]) % {"num": credit["won_deals"]}
        still = (
            _("%(amount)s still open") % {"amount": formatting.money(credit["open"], code)}
            if credit["open"]
            else ""
        )
        found.append(
            Aim(
                _("Deals"),
                credit["deals"],
                hint=" · ".join(filter(None, (won if credit["deals"] else "", still))),
            )
        )
        found.append(Aim(_("Revenue won"), credit["won"], sums["ExpectedRevenue"] or None, "money"))
    if seen.has("ActualCost"):
        found.append(Aim(_("Cost"), sums["ActualCost"], sums["BudgetedCost"] or None, "money", warns=True))
    if credit is not None and (back := roi(credit["won"], sums[COST])) is not None:
        found.append(Aim(_("ROI"), back, kind="percent"))
    return found


def attendance(record: Loaded) -> door.Tally | None:
    """Return who came to an event of those expected, None before anybody has and for other campaigns."""
    if families().get(str(record.values.get("Type"))) != "event":
        return None
    found = door.tally(record.key)
    return found if found.came else None


def seats(record: Loaded) -> tuple[int, int] | None:
    """Return how many places of an event are taken, and how many there are; None without a limit."""
    capacity = record.values.get("Capacity")
    return None if capacity is None else (places.taken(record.key), int(capacity))


@require_POST
def window(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Keep another number of days for all campaigns, and show the one that it was changed on."""
    record = load(actor_of(request), record_id, [], of=(CAMPAIGN,))
    try:
        text = request.POST.get("days", "")
        set_days(record.actor, -1 if (number := whole(text)) is None else number)
        flash(request, _("Saved."))
    except ValidationFailed as refused:
        flash(request, str(refused), tone="warning")
    return HttpResponseRedirect(addresses.record(record.id))
