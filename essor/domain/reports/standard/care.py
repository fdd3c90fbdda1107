"""Ready-made reports about the work that is done, and about data that lacks something."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from essor.domain.reports.standard.ready import (
    OPEN,
    Board,
    Place,
    Ready,
    before_today,
    both,
    either,
    empty,
    equal,
    period,
)

ACTIVITY, QUALITY = _("Activity"), _("Data quality")
TASKS = {"key": "Tasks", "label": _("Activities")}
DONE = equal("IsClosed", True)
MONTHS = period("ActivityDate", "LAST_N_DAYS", 90)


def lacking(object_name: str, **fields: str) -> dict[str, Any]:
    """Return a report that counts, for each owner, the records that lack one of some fields: {Field: label}."""
    missing = [{"key": f"No{name}", "label": label, "where": empty(name)} for name, label in fields.items()]
    return {
        "object": object_name, "rows": [{"path": "OwnerId"}],
        "measures": [
            {"key": "Records", "label": _("Records")}, *missing,
            {"key": "Gaps", "label": _("With a gap"), "where": either(*map(empty, fields))},
        ],
        "formulas": [
            {"key": "Complete", "text": "1 - Gaps / Records", "label": _("Complete records"), "shown": "percent"},
        ],
        "sort": "Gaps", "top": 15, "chart": {"kind": "bar", "value": "Complete"},
    }  # fmt: skip


REPORTS = (
    Ready("activity_weeks", _("Activities by week"), ACTIVITY, {
        "object": "Task", "rows": [{"path": "ActivityDate", "unit": "week"}, {"path": "TaskSubtype"}],
        "measures": [TASKS], "where": both(DONE, MONTHS), "chart": {"kind": "stacked", "value": "Tasks"},
    }, _("Tasks, calls and e-mails completed each week.")),
    Ready("activity_owners", _("Activities by person"), ACTIVITY, {
        "object": "Task", "type": "matrix", "rows": [{"path": "OwnerId"}], "across": [{"path": "TaskSubtype"}],
        "measures": [TASKS], "where": both(DONE, MONTHS), "sort": "Tasks", "top": 20,
        "chart": {"kind": "stacked", "value": "Tasks"},
    }),
    Ready("calls_results", _("Calls by result"), ACTIVITY, {
        "object": "Task", "rows": [{"path": "CallDisposition"}], "measures": [{"key": "Calls", "label": _("Calls")}],
        "where": both(DONE, equal("TaskSubtype", "Call"), MONTHS), "chart": {"kind": "donut", "value": "Calls"},
    }),
    Ready("tasks_late", _("Overdue tasks by person"), ACTIVITY, {
        "object": "Task", "rows": [{"path": "OwnerId"}], "measures": [{"key": "Late", "label": _("Overdue tasks")}],
        "where": both(OPEN, before_today("ActivityDate")), "sort": "Late", "top": 20,
        "chart": {"kind": "bar", "value": "Late"},
    }),
    Ready("meetings_months", _("Meetings by month"), ACTIVITY, {
        "object": "Event", "rows": [{"path": "ActivityDate", "unit": "month"}],
        "measures": [{"key": "Meetings", "label": _("Meetings")}], "where": period("ActivityDate", "LAST_N_MONTHS", 12),
        "chart": {"kind": "column", "value": "Meetings"},
    }),
    Ready("quality_accounts", _("Complete accounts"), QUALITY, lacking(
        "Account", Industry=_("Without industry"), Phone=_("Without phone"), Website=_("Without website"),
        BillingCity=_("Without city"),
    ), _("Accounts without an industry, phone, website or city.")),
    Ready("quality_contacts", _("Complete contacts"), QUALITY, lacking(
        "Contact", Email=_("Without e-mail"), MobilePhone=_("Without mobile"), Title=_("Without title"),
        AccountId=_("Without account"),
    )),
    Ready("quality_leads", _("Complete leads"), QUALITY, lacking(
        "Lead", Email=_("Without e-mail"), Phone=_("Without phone"), LeadSource=_("Without source"),
    )),
    Ready("quality_deals", _("Open deals with gaps"), QUALITY, {
        "object": "Opportunity", "rows": [{"path": "OwnerId"}], "where": OPEN,
        "measures": [
            {"key": "Deals", "label": _("Deals")},
            {"key": "NoAmount", "label": _("Without amount"), "where": empty("Amount")},
            {"key": "Late", "label": _("Past their close date"), "where": before_today("CloseDate")},
            {"key": "NoStep", "label": _("Without next step"), "where": empty("NextStep")},
        ],
        "sort": "Late", "top": 15, "chart": {"kind": "bar", "value": "Late"},
    }),
    Ready("quality_silent", _("Accounts without any contact"), QUALITY, {
        "object": "Account", "rows": [{"path": "OwnerId"}], "measures": [{"key": "Accounts", "label": _("Accounts")}],
        "where": {"related": "Contacts", "not": True}, "sort": "Accounts", "top": 15,
        "chart": {"kind": "bar", "value": "Accounts"},
    }),
)  # fmt: skip

BOARDS = (
    Board("activity", _("Activity"), _("Calls, e-mails, meetings and what is overdue."), (
        Place("activity_weeks", "metric", 4), Place("calls_results", "metric", 4), Place("tasks_late", "metric", 4),
        Place("activity_weeks"), Place("meetings_months"), Place("calls_results"), Place("tasks_late"),
        Place("activity_owners", "table", 12),
    )),
    Board("quality", _("Data quality"), _("What is missing, and in whose records."), (
        Place("quality_accounts", "metric", 3), Place("quality_contacts", "metric", 3),
        Place("quality_leads", "metric", 3), Place("quality_deals", "metric", 3), Place("quality_accounts"),
        Place("quality_contacts"), Place("quality_leads"), Place("quality_deals"), Place("quality_silent"),
    )),
)  # fmt: skip
