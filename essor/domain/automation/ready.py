"""Ready-made flows to start from: each is a draft that one changes and puts in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from essor.domain.automation.definition import Definition, from_json

LARGE = 50_000  # in the company's currency


@dataclass(frozen=True, slots=True)
class Ready:
    """One flow to start from; `steps` gives its JSON in the language of whoever takes it."""

    name: str
    label: str | Promise
    help: str | Promise
    icon: str
    object_name: str
    make: Callable[[], Mapping[str, Any]]

    def definition(self) -> Definition:
        """Return the flow."""
        return from_json(dict(self.make()))


def _where(field: str, operator: str, *values: Any) -> dict[str, Any]:
    return {"field": field, "op": operator} | ({"values": list(values)} if values else {})


def _task(key: str, title: str, subject: str, **more: Any) -> dict[str, Any]:
    """Return a step that gives the owner a task; where a queue owns the record, one of its members gets it."""
    return {
        "id": key,
        "kind": "task",
        "title": title,
        "settings": {"subject": subject, "to": "owner", **more},
    }


def _stale_deal() -> dict[str, Any]:
    text = _("“{{ Name }}” has been quiet for 30 days. What is the next step?")
    quiet = {"any": [
        _where("LastActivityDate", "lt", {"date": "LAST_N_DAYS", "n": 30}), _where("LastActivityDate", "null"),
    ]}  # fmt: skip
    return {
        "trigger": {"on": "schedule", "every": "week", "day": 1, "at": 8,
                    "where": {"all": [_where("IsClosed", "eq", False), quiet]}},
        "steps": [
            _task("s1", _("A task for the owner"), _("Revive this deal or close it"), days=2),
            {"id": "s2", "kind": "notify", "title": _("Remind the owner"), "settings": {"to": ["owner"], "text": text}},
        ],
    }  # fmt: skip


def _thanks() -> dict[str, Any]:
    body = _("Call the customer, say thank you, agree on the next steps.")
    return {
        "trigger": {"on": "saved", "newly": True, "where": _where("IsWon", "eq", True)},
        "steps": [
            {"id": "s1", "kind": "update", "title": _("The account is a customer"), "settings": {
                "target": "Account", "values": [{"field": "Type", "from": "value", "value": "Customer - Direct"}]}},
            _task("s2", _("A task: thank the customer"), _("Thank the customer"), days=1, text=body),
            {"id": "s3", "kind": "wait", "settings": {"for": "time", "amount": 30, "unit": "days"}},
            {"id": "s4", "kind": "notify", "title": _("Ask how it goes"), "settings": {
                "to": ["owner"], "text": _("“{{ Name }}” was won 30 days ago: call and ask how it goes.")}},
        ],
    }  # fmt: skip


def _large_deal() -> dict[str, Any]:
    letter = _(
        "Hello {{ Contact.FirstName or 'and thank you' }},\n\n"
        "Thank you for your trust. We start at once and will call you this week."
    )
    yes = {"id": "yes", "label": pgettext("way of a flow", "Approved"), "steps": [
        {"id": "s5", "kind": "notify", "title": _("The onboarding may begin"), "settings": {
            "to": ["owner"], "text": _("The onboarding of “{{ Name }}” is approved: begin.")}},
    ]}  # fmt: skip
    no = {"id": "no", "label": pgettext("way of a flow", "Refused"), "steps": [
        _task("s6", _("A task: plan again"), _("Plan the onboarding again"), days=1),
    ]}  # fmt: skip
    where = {"all": [_where("IsWon", "eq", True), _where("Amount", "gt", LARGE)]}
    return {
        "trigger": {"on": "saved", "newly": True, "where": where},
        "steps": [
            {"id": "s1", "kind": "mail", "title": _("Thank the contact"), "settings": {
                "to": ["field:Contact.Email"], "subject": _("Thank you for your trust"), "body": letter}},
            _task("s2", _("A task: prepare the onboarding"), _("Prepare the onboarding"), days=2),
            {"id": "s3", "kind": "wait", "settings": {"for": "time", "amount": 3, "unit": "days"}},
            {"id": "s4", "kind": "approval", "title": _("May the onboarding begin?"), "paths": [yes, no], "settings": {
                "ask": "role", "text": _("Won above the threshold; the account is {{ Account.Name or 'unknown' }}.")}},
        ],
    }  # fmt: skip


def _hot_lead() -> dict[str, Any]:
    big = {"id": "p1", "label": _("Large company"), "where": _where("NumberOfEmployees", "gte", 250), "steps": [
        {"id": "s3", "kind": "notify", "title": _("Tell the manager too"), "settings": {
            "to": ["manager"], "text": _("Hot lead at a large company: {{ Name }}, {{ Company }}")}},
    ]}  # fmt: skip
    return {
        "trigger": {"on": "saved", "newly": True, "where": _where("Rating", "eq", "Hot")},
        "steps": [
            _task("s1", _("A call for today"), _("Call this lead today"), priority="High", subtype="Call"),
            {"id": "s2", "kind": "branch", "title": _("How large is it?"),
             "paths": [big, {"id": "else", "label": _("Otherwise"), "steps": []}]},
        ],
    }  # fmt: skip


def _closing_soon() -> dict[str, Any]:
    return {
        "trigger": {"on": "date", "field": "CloseDate", "days": -7, "at": 8, "where": _where("IsClosed", "eq", False)},
        "steps": [{"id": "s1", "kind": "notify", "title": _("Remind the owner"), "settings": {
            "to": ["owner"], "text": _("“{{ Name }}” is to close on {{ CloseDate }}. Is the date still right?")}}],
    }  # fmt: skip


READY: tuple[Ready, ...] = (
    Ready("hot_lead", gettext_lazy("A task for a hot lead"),
          gettext_lazy("When a lead becomes hot, its owner gets a call for today; the manager hears of large companies."),
          "rocket", "Lead", _hot_lead),
    Ready("thanks", gettext_lazy("Thank a new customer"),
          gettext_lazy("When a deal is won, the account becomes a customer, and the owner thanks now and asks in a month."),
          "trophy", "Opportunity", _thanks),
    Ready("large_deal", gettext_lazy("Onboard a large customer"),
          gettext_lazy("When a large deal is won, the contact is thanked; three days later somebody above the owner is asked."),
          "shield-check", "Opportunity", _large_deal),
    Ready("stale_deal", gettext_lazy("Revive stale deals"),
          gettext_lazy("Every Monday, open deals without activity for 30 days get a task and a reminder."),
          "clock", "Opportunity", _stale_deal),
    Ready("closing_soon", gettext_lazy("A week before the close date"),
          gettext_lazy("Seven days before its close date the owner of an open deal is asked whether it holds."),
          "calendar-event", "Opportunity", _closing_soon),
)  # fmt: skip
