"""Ready-made reports about leads: where they come from, and which become customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from essor.domain.reports.standard.ready import Board, Place, Ready, equal, period

FOLDER = _("Leads")
YEAR = period("CreatedDate", "LAST_N_MONTHS", 12)
CONVERTED = equal("IsConverted", True)
RATE = {
    "measures": [{"key": "Leads", "label": _("Leads")}, {"key": "Converted", "label": _("Converted"), "where": CONVERTED}],
    "formulas": [{"key": "Rate", "text": "Converted / Leads", "label": _("Conversion rate"), "shown": "percent"}],
}  # fmt: skip


def about(**parts: Any) -> dict[str, Any]:
    """Return a report about leads."""
    return {"object": "Lead", **parts}


REPORTS = (
    Ready("conversion_sources", _("Lead conversion by source"), FOLDER, about(
        rows=[{"path": "LeadSource"}], where=YEAR, chart={"kind": "bar", "value": "Rate"}, **RATE,
    ), _("The share of leads from each source that became customers or deals.")),
    Ready("conversion_months", _("Lead conversion by month"), FOLDER, about(
        rows=[{"path": "CreatedDate", "unit": "month"}], where=YEAR, chart={"kind": "line", "value": "Rate"}, **RATE,
    )),
    Ready("conversion_owners", _("Lead conversion by owner"), FOLDER, about(
        rows=[{"path": "OwnerId"}], where=YEAR, sort="Leads", top=15, chart={"kind": "bar", "value": "Rate"}, **RATE,
    )),
    Ready("leads_sources", _("New leads by quarter and source"), FOLDER, about(
        type="matrix", rows=[{"path": "LeadSource"}], across=[{"path": "CreatedDate", "unit": "quarter"}], where=YEAR,
        measures=[{"key": "Leads", "label": _("Leads")}], chart={"kind": "stacked", "value": "Leads"},
    )),
    Ready("leads_statuses", _("Open leads by status"), FOLDER, about(
        rows=[{"path": "Status"}], where=equal("IsConverted", False), measures=[{"key": "Leads", "label": _("Leads")}],
        chart={"kind": "donut", "value": "Leads"},
    )),
)  # fmt: skip

BOARDS = (
    Board("leads", _("Leads and conversion"), _("Where leads come from, and which of them become deals."), (
        Place("conversion_sources", "metric", 6), Place("leads_statuses", "metric", 6), Place("conversion_sources"),
        Place("conversion_months"), Place("leads_sources"), Place("leads_statuses"),
        Place("conversion_owners", "table", 12),
    )),
)  # fmt: skip
