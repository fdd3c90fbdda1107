"""Queries to begin with, those that the reader may run."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.kernel.errors import EssorError
from essor.query import checking
from essor.query.soql import parse


def examples(actor: Actor) -> list[tuple[str, str]]:
    """Return (what it asks, query) of every example that stands in the eyes of the actor."""
    return [(label, text) for label, text in _all() if _stands(actor, text)]


def _stands(actor: Actor, text: str) -> bool:
    try:
        checking.check(actor, parse(text))
    except EssorError:
        return False
    return True


def _all() -> Iterator[tuple[str, str]]:
    yield (
        _("Newest contacts with their account"),
        ("SELECT Name, Email, Account.Name, Owner.Name\nFROM Contact\nORDER BY CreatedDate DESC\nLIMIT 50"),
    )
    yield (
        _("Open deals that close this quarter"),
        (
            "SELECT Name, Account.Name, StageName, Amount, CloseDate\nFROM Opportunity\n"
            "WHERE IsClosed = false AND CloseDate = THIS_QUARTER\nORDER BY Amount DESC NULLS LAST"
        ),
    )
    yield (
        _("Accounts with their contacts and won deals"),
        (
            "SELECT Name, Industry, (SELECT Name, Email FROM Contacts),\n"
            "  (SELECT Name, Amount FROM Opportunities WHERE IsWon = true)\nFROM Account\nORDER BY Name\nLIMIT 50"
        ),
    )
    yield (
        _("Accounts without any contact"),
        (
            "SELECT Name, Industry, Owner.Name\nFROM Account\n"
            "WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE AccountId != null)\nORDER BY Name"
        ),
    )
    yield (
        _("Amount by stage and month"),
        (
            "SELECT StageName, CALENDAR_MONTH(CloseDate) month, COUNT(Id) deals, SUM(Amount) amount\nFROM Opportunity\n"
            "WHERE CloseDate = THIS_YEAR\nGROUP BY ROLLUP(StageName, CALENDAR_MONTH(CloseDate))"
        ),
    )
    yield (
        _("My leads of the last 30 days by source"),
        (
            "SELECT toLabel(LeadSource) source, COUNT(Id) leads\nFROM Lead\nUSING SCOPE mine\n"
            "WHERE CreatedDate = LAST_N_DAYS:30\nGROUP BY LeadSource"
        ),
    )
