"""How forecasts name figures, periods and reasons, and write amounts."""

from __future__ import annotations

from babel import dates
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from essor.domain.forecasts import amounts
from essor.domain.forecasts.figures import TOGETHER
from essor.domain.forecasts.periods import Period
from essor.faces.web import formatting
from essor.kernel import formats

FIGURES = {
    "closed": gettext_lazy("Closed"),
    "commit": gettext_lazy("Commit forecast"),
    "best": gettext_lazy("Best case forecast"),
    "open": gettext_lazy("Open pipeline"),
}
FIGURE_HELP = {
    "closed": gettext_lazy("Won deals."),
    "commit": gettext_lazy("Won deals, and those as good as won."),
    "best": gettext_lazy("The commit forecast and what may come as well."),
    "open": gettext_lazy("All deals of the period that are still open."),
}
REASONS = {
    "new": gettext_lazy("New deals"),
    "raised": gettext_lazy("Amount raised"),
    "lowered": gettext_lazy("Amount lowered"),
    "rates": gettext_lazy("Exchange rates changed"),
    "in": gettext_lazy("Moved into the period"),
    "out": gettext_lazy("Moved out of the period"),
    "category": gettext_lazy("Category changed"),
    "owner": gettext_lazy("Owner changed"),
    "currency": gettext_lazy("Currency changed"),
    "won": gettext_lazy("Deals won"),
    "lost": gettext_lazy("Deals lost"),
    "deleted": gettext_lazy("Deals deleted"),
}
METRICS = {
    "amount": (gettext_lazy("Won amount"), gettext_lazy("What was won in the period.")),
    "deals": (gettext_lazy("Won deals"), gettext_lazy("How many deals were won.")),
    "helped": (
        gettext_lazy("Deals helped"),
        gettext_lazy(
            "Deals a colleague won with somebody’s help: through an activity, or a contact with a role in the deal."
        ),
    ),
    "contributed": (
        gettext_lazy("Helped to win"),
        gettext_lazy("The value of deals that somebody helped colleagues to win."),
    ),
    "customers": (gettext_lazy("New customers"), gettext_lazy("Accounts that bought for the first time.")),
    "activities": (gettext_lazy("Activities"), gettext_lazy("Calls, tasks and meetings that were done.")),
}


def period(one: Period) -> str:
    """Return the name of a period: “November 2026”, “Q4 2026”, “Q3 2026/27” when the fiscal year begins later."""
    if one.kind == "month":
        locale = formats.locale_of(get_language() or "en")
        text = str(dates.format_skeleton("yMMMM", one.start, locale=locale))
        return text[:1].upper() + text[1:]
    start = one.year_start
    year = str(start.year) if start.month == 1 else f"{start.year}/{(start.year + 1) % 100:02d}"
    return _("Q%(quarter)d %(year)s") % {"quarter": one.quarter, "year": year}


def month(one: Period, *, width: str = "MMM") -> str:
    """Return the short name of a month."""
    return str(dates.format_date(one.start, width, locale=formats.locale_of(get_language() or "en")))


def amount(units: int | None, currency: str) -> str:
    """Return an amount rounded to whole units of its currency, the company's where all are together."""
    if units is None:
        return ""
    size = 10 ** amounts.scale()
    return formatting.money(round(units / size), "" if currency == TOGETHER else currency, 0)


def signed(units: int, currency: str) -> str:
    """Return a difference with its sign."""
    text = amount(units, currency)
    return f"+{text}" if units > 0 else text
