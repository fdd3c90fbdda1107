"""What a campaign was to bring and what it brought: numbers beside their aims, sums over the campaigns below, its return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access.rights import Permission
from essor.domain.marketing.campaigns import hierarchy, places
from essor.domain.marketing.campaigns.influence import MODELS, Influence, Model, days, influence, set_days
from essor.faces.web import addresses, offers
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import whole

CAMPAIGN = "Campaign"
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Aim:
    """One number beside what was hoped for: texts are made by the template, `share` is the bar in percent, None without aim."""

    label: str
    value: int
    aim: int | None
    kind: str = "number"
    warns: bool = False

    @property
    def share(self) -> int | None:
        """Return how much of the aim is reached, at most 100."""
        return None if not self.aim else max(0, min(WHOLE, round(self.value * WHOLE / self.aim)))

    @property
    def over(self) -> bool:
        """Tell whether more was spent than was meant to be."""
        return self.warns and self.aim is not None and self.value > self.aim


@offers.record_panel(CAMPAIGN)
def figures_panel(record: Loaded) -> offers.Panel | None:
    """Offer the figures above the fields."""
    return offers.Panel("figures", f"/r/{record.id}/figures", "top")


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the figures of a campaign."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    currency = str(record.values.get("CurrencyIsoCode") or "EUR")
    branches = hierarchy.tree(record.actor, record.key)
    found = influence(record.actor, [one.values["Id"] for one in branches])
    own = found.get(record.key, {})
    codes = {hierarchy.currency_of(one, currency) for one in branches}
    money = hierarchy.exchange(record.actor, currency, codes.union(*found.values()))
    sums, unknown = hierarchy.totals(branches, money)
    context = {
        "record": record, "currency": currency, "aims": aims(record.values), "models": models(),
        "influence": own.get(currency, Influence()), "foreign": sorted(set(own) - {currency}),
        "cost": cost(record.values), "cost_is_planned": not record.values.get("ActualCost"), "days": days(),
        "may_set": record.actor.can(Permission.CUSTOMIZE), "branches": branches if len(branches) > 1 else [],
        "sums": sums, "unknown": sorted(unknown), "converted": sorted(codes - {currency} - unknown), "id_of": ids.encode,
        "won": {one.values["Id"]: won(found.get(one.values["Id"], {}), money, one) for one in branches},
        "seats": seats(record),
    }  # fmt: skip
    return render(request, "campaigns/figures.html.jinja", context)


def won(found: Mapping[str, Influence], money: hierarchy.Exchange, branch: hierarchy.Branch) -> int:
    """Return what a campaign won in equal parts, in one currency; what has no rate is left out."""
    day = branch.values.get("StartDate")
    return sum(money.worth(one.won["even"], code, day) or 0 for code, one in found.items())


def models() -> list[tuple[Model, str]]:
    """Return the ways of crediting deals with their names."""
    names = {"first": _("First touch"), "last": _("Last touch"), "even": _("Even parts")}
    return [(one, names[one]) for one in MODELS]


def cost(values: dict[str, Any]) -> int | None:
    """Return what a campaign cost, or is planned to cost while nothing has been spent."""
    found: int | None = values.get("ActualCost") or values.get("BudgetedCost")
    return found


def aims(values: dict[str, Any]) -> list[Aim]:
    """Return the numbers that have an aim beside them; hidden fields have none."""
    members = int(values.get("NumberOfContacts") or 0) + int(values.get("NumberOfLeads") or 0)
    reached = int(values.get("NumberSent") or 0) or members
    expected = values.get("ExpectedResponse")
    return [
        Aim(_("Members"), members, None),
        Aim(_("Responses"), int(values.get("NumberOfResponses") or 0),
            None if not expected else round(reached * expected / WHOLE)),
        Aim(_("Opportunities"), int(values.get("NumberOfOpportunities") or 0), None),
        Aim(_("Won"), int(values.get("AmountWonOpportunities") or 0), values.get("ExpectedRevenue"), "money"),
        Aim(_("Cost"), int(values.get("ActualCost") or 0), values.get("BudgetedCost"), "money", warns=True),
    ]  # fmt: skip


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
