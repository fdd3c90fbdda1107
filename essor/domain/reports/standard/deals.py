"""Ready-made reports about deals: the pipeline, and how well the company sells."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from essor.domain.reports.standard.ready import (
    CLOSED,
    OPEN,
    WON,
    Board,
    Place,
    Ready,
    before_today,
    both,
    period,
)

FOLDER = _("Sales")
DEALS = {"key": "Deals", "label": _("Deals")}
AMOUNT = {"key": "Amount", "function": "SUM", "path": "Amount", "label": _("Amount")}
WON_AMOUNT = AMOUNT | {"label": _("Amount won"), "where": WON}
MEAN = {"key": "Average", "function": "AVG", "path": "Amount", "label": _("Average deal"), "where": WON}
DAYS = {
    "key": "Days", "function": "AVG", "path": "CreatedDate", "until": "CloseDate", "label": _("Days to win"), "where": WON,
}  # fmt: skip
RATE = {
    "measures": [
        {"key": "Closed", "label": _("Closed deals"), "where": CLOSED},
        {"key": "Won", "label": _("Won deals"), "where": WON},
    ],
    "formulas": [{"key": "Rate", "text": "Won / Closed", "label": _("Win rate"), "shown": "percent"}],
}  # fmt: skip
YEAR = period("CloseDate", "LAST_N_MONTHS", 12)
STAGE, OWNER, SOURCE = {"path": "StageName"}, {"path": "OwnerId"}, {"path": "LeadSource"}
MONTH = {"path": "CloseDate", "unit": "month"}


def about(**parts: Any) -> dict[str, Any]:
    """Return a report about opportunities."""
    return {"object": "Opportunity", **parts}


REPORTS = (
    Ready("pipeline_stages", _("Pipeline by stage"), FOLDER, about(
        rows=[STAGE], measures=[AMOUNT, DEALS], where=OPEN, chart={"kind": "bar", "value": "Amount"},
    ), _("Open deals and their amount in each stage.")),
    Ready("pipeline_months", _("Pipeline by closing month"), FOLDER, about(
        rows=[MONTH, {"path": "ForecastCategoryName"}], measures=[AMOUNT, DEALS], where=OPEN,
        chart={"kind": "stacked", "value": "Amount"},
    ), _("What is expected to close, by forecast category.")),
    Ready("pipeline_owners", _("Pipeline by owner"), FOLDER, about(
        rows=[OWNER], measures=[AMOUNT, DEALS], where=OPEN, sort="Amount", top=15, chart={"kind": "bar", "value": "Amount"},
    )),
    Ready("pipeline_sizes", _("Open deals by size"), FOLDER, about(
        rows=[{"path": "Amount", "bands": [5000, 20000, 50000, 100000]}], measures=[DEALS, AMOUNT], where=OPEN,
        chart={"kind": "donut", "value": "Deals"},
    )),
    Ready("pipeline_late", _("Deals past their close date"), FOLDER, about(
        type="table", columns=["Name", "Account.Name", "OwnerId", "StageName", "Amount", "CloseDate"],
        where=both(OPEN, before_today("CloseDate")), sort="CloseDate", descending=False,
    ), _("Open deals whose close date has passed.")),
    Ready("pipeline_largest", _("Largest open deals"), FOLDER, about(
        type="table", columns=["Name", "Account.Name", "OwnerId", "StageName", "Amount", "CloseDate"], where=OPEN,
        sort="Amount",
    )),
    Ready("stage_days", _("Days in each stage"), FOLDER, {
        "object": "OpportunityHistory", "rows": [STAGE], "where": period("EndDate", "LAST_N_MONTHS", 12),
        "measures": [
            {"key": "Days", "function": "AVG", "path": "CreatedDate", "until": "EndDate", "label": _("Average days")},
            {"key": "Steps", "label": _("Deals that left it")},
        ],
        "chart": {"kind": "bar", "value": "Days"},
    }, _("How long deals stood in a stage before they left it, over the last twelve months.")),
    Ready("win_rate_months", _("Win rate by month"), FOLDER, about(
        rows=[MONTH], where=YEAR, chart={"kind": "line", "value": "Rate"}, **RATE,
    ), _("The share of the deals closed in the month that were won.")),
    Ready("win_rate_owners", _("Win rate by owner"), FOLDER, about(
        rows=[OWNER], where=YEAR, sort="Won", top=15, chart={"kind": "bar", "value": "Rate"}, **RATE,
    )),
    Ready("win_rate_sources", _("Win rate by source"), FOLDER, about(
        rows=[SOURCE], where=YEAR, chart={"kind": "bar", "value": "Rate"}, **RATE,
    )),
    Ready("won_months", _("Amount won by month"), FOLDER, about(
        rows=[MONTH], measures=[WON_AMOUNT, DEALS | {"where": WON}], where=both(WON, YEAR),
        chart={"kind": "column", "value": "Amount"},
    )),
    Ready("average_months", _("Average deal by month"), FOLDER, about(
        rows=[MONTH], measures=[MEAN, DEALS | {"where": WON}], where=both(WON, YEAR),
        chart={"kind": "column", "value": "Average"},
    ), _("The average amount of the deals won in the month.")),
    Ready("cycle_months", _("Sales cycle by month"), FOLDER, about(
        rows=[MONTH], measures=[DAYS, DEALS | {"where": WON}], where=both(WON, YEAR),
        chart={"kind": "line", "value": "Days"},
    ), _("Average days from creating a deal to winning it.")),
    Ready("cycle_owners", _("Sales cycle by owner"), FOLDER, about(
        rows=[OWNER], measures=[DAYS, DEALS | {"where": WON}], where=both(WON, YEAR), sort="Deals", top=15,
        chart={"kind": "bar", "value": "Days"},
    )),
    Ready("funnel", _("Stages reached"), FOLDER, about(
        type="funnel", where=period("CreatedDate", "LAST_N_MONTHS", 12),
    ), _("How many of the deals created in the last twelve months reached each stage, and went on to the next.")),
    Ready("cohorts", _("Won after creation, by month"), FOLDER, about(
        type="cohort", months=8, where=period("CreatedDate", "LAST_N_MONTHS", 15),
    ), _("The share of the deals created in a month that were won after one month, two months and so on.")),
)  # fmt: skip

BOARDS = (
    Board("pipeline", _("Pipeline"), _("What is open, at which stage, and when it should close."), (
        Place("pipeline_stages", "metric", 4), Place("pipeline_sizes", "metric", 4), Place("pipeline_late", "metric", 4),
        Place("pipeline_stages"), Place("pipeline_months"), Place("pipeline_owners"), Place("pipeline_sizes"),
        Place("stage_days", width=12), Place("pipeline_largest", "table", 12), Place("pipeline_late", "table", 12),
    )),
    Board("performance", _("Win rate and sales cycle"), _("How often, how much and how fast the company wins."), (
        Place("win_rate_months", "metric", 3), Place("average_months", "metric", 3), Place("cycle_months", "metric", 3),
        Place("won_months", "metric", 3), Place("win_rate_months"), Place("won_months"), Place("average_months"),
        Place("cycle_months"), Place("win_rate_owners"), Place("win_rate_sources"), Place("funnel"),
        Place("cohorts", "chart"),
    )),
)  # fmt: skip
