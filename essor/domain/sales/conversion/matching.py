"""Which accounts and contacts a lead may already be: by e-mail, by the company's name, by its web site.

Accounts are found by the keys, and compared in the normal forms, of the search for duplicates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.domain.duplicates import finding
from essor.domain.duplicates.matching import normal
from essor.domain.sales.conversion.works import Ask
from essor.query import run
from essor.query.tree import Column, Compare, Condition, Constant, Order, Path, Query

MOST = 5  # suggestions an object and lead
MOST_ROWS = 1000  # candidates that are looked at for all leads together


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a lead may be: its key, name, a second line to tell it by, and why it is suggested."""

    id: int
    name: str
    detail: str
    why: str | Promise
    account: int | None = None


@dataclass(slots=True)
class Matches:
    """Suggestions for one lead, best first."""

    accounts: list[Match] = field(default_factory=list)
    contacts: list[Match] = field(default_factory=list)


def domain_of(website: str | None, email: str | None) -> str:
    """Return the domain of a web site, else that of a company's mail address; empty when neither tells one."""
    return normal.domain(website or "") or normal.domain(email or "")


def find(actor: Actor, leads: Mapping[int, Mapping[str, Any]]) -> dict[int, Matches]:
    """Return {lead: suggestions} for stored values of leads, among what the actor may see: a few queries for all of them."""
    found = {key: Matches() for key in leads}
    seen = catalog_for(actor)
    if seen.has("Contact") and seen.object("Contact").has("Email"):
        _contacts(actor, leads, found)
    if seen.has("Account"):
        _accounts(actor, leads, found)
    return found


def _contacts(actor: Actor, leads: Mapping[int, Mapping[str, Any]], found: dict[int, Matches]) -> None:
    by_mail: dict[str, list[int]] = defaultdict(list)
    for key, values in leads.items():
        if values.get("Email"):
            by_mail[values["Email"].lower()].append(key)
    if not by_mail:
        return
    where = Compare(Path(("Email",)), "in", tuple(Constant(one, "text") for one in by_mail))
    paths = [
        name for name in ("Id", "Name", "Email", "AccountId", "Account.Name") if _has(actor, "Contact", name)
    ]
    for row in _rows(actor, "Contact", paths, where):
        detail = " · ".join(filter(None, (row.get("Account.Name"), row["Email"])))
        match = Match(row["Id"], row["Name"], detail, _("same e-mail"), row.get("AccountId"))
        for key in by_mail[row["Email"].lower()]:
            if len(found[key].contacts) < MOST:
                found[key].contacts.append(match)


def _accounts(actor: Actor, leads: Mapping[int, Mapping[str, Any]], found: dict[int, Matches]) -> None:
    names = {key: normal.company(values.get("Company") or "") for key, values in leads.items()}
    domains = {key: domain_of(values.get("Website"), values.get("Email")) for key, values in leads.items()}
    parents = {one.account for matches in found.values() for one in matches.contacts if one.account}
    keys = sorted({*parents, *_alike(actor, leads.values())})[:MOST_ROWS]
    if not keys:
        return
    paths = [name for name in ("Id", "Name", "Website", "BillingCity") if _has(actor, "Account", name)]
    rows = _rows(actor, "Account", paths, Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys)))
    for key, matches in found.items():
        mine = {one.account for one in matches.contacts}
        ranked: list[tuple[int, Match]] = []
        for row in rows:
            why = _why(row, names[key], domains[key], mine)
            if why is not None:
                detail = " · ".join(
                    filter(None, (row.get("BillingCity"), domain_of(row.get("Website"), None)))
                )
                ranked.append((why[0], Match(row["Id"], row["Name"], detail, why[1])))
        matches.accounts = [match for _rank, match in sorted(ranked, key=lambda one: one[0])[:MOST]]


def _why(
    row: Mapping[str, Any], name: tuple[str, ...], domain: str, mine: set[int | None]
) -> tuple[int, str | Promise] | None:
    """Return how well an account fits (0 is best) and why, None when it does not."""
    if row["Id"] in mine:
        return 0, _("account of the contact with this e-mail")
    if name and normal.company(row["Name"]) == name:
        return 1, _("same name")
    if domain and domain_of(row.get("Website"), None) == domain:
        return 2, _("same website")
    return None


def _alike(actor: Actor, leads: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the accounts that the search for duplicates would compare with companies of leads."""
    companies = [
        {"Name": one.get("Company"), "Website": domain_of(one.get("Website"), one.get("Email")) or None}
        for one in leads
    ]
    return finding.sharing(current.get(), "Account", companies, actor.company.phone_region)


def _has(actor: Actor, name: str, path: str) -> bool:
    """Tell whether the actor sees a field, or the field behind the first step of a path."""
    obj = catalog_for(actor).object(name)
    first = path.partition(".")
    return first[0].lower() in obj.by_relationship if first[1] else obj.has(path)


def _rows(actor: Actor, name: str, paths: Sequence[str], where: Condition) -> list[dict[str, Any]]:
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in paths)
    order = (Order(Path(("Id",))),)
    return run.rows(actor, Query(name, columns=columns, where=where, order_by=order, limit=MOST_ROWS))


def applied(ask: Ask, matches: Matches) -> Ask:
    """Return a request with the best suggestions where its writer chose nothing: a contact only at the account chosen."""
    contact = ask.contact
    if contact is None:
        fitting = (one for one in matches.contacts if ask.account in (None, one.account))
        contact = next((one.id for one in fitting), None)
    account = ask.account
    if account is None and contact is None and matches.accounts:
        account = matches.accounts[0].id
    return replace(ask, account=account, contact=contact)
