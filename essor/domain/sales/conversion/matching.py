"""Which accounts and contacts a lead may already be: by e-mail, by the company's name, by its web site.

A small answer for the conversion alone: whatever finds duplicates better may take the place of `find`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.sales.conversion.convert import Ask
from essor.query import run
from essor.query.tree import Any as AnyOf
from essor.query.tree import Column, Compare, Condition, Constant, Order, Path, Query

MOST = 5  # suggestions an object and lead
MOST_ROWS = 1000  # candidates that are looked at for all leads together
LEGAL = frozenset({
    "sa", "sas", "sasu", "sarl", "eurl", "snc", "sci", "scop", "gie", "ag", "gmbh", "kg", "ohg", "ug", "ltd", "limited",
    "plc", "llp", "llc", "inc", "corp", "co", "bv", "nv", "srl", "sprl", "spa", "ab", "oy", "as",
})  # fmt: skip
# A web site says nothing when half the world has it: mail of private people.
PRIVATE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.fr", "yahoo.com",
    "yahoo.fr", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "icloud.com", "protonmail.com", "gmx.de",
    "web.de",
})  # fmt: skip
SITES = ("https://www.", "https://", "http://www.", "http://")


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


def company_key(name: str) -> str:
    """Return a company's name without case, accents, signs and legal forms: “Société Émeraude, SAS” is “societe emeraude”."""
    words = re.sub(
        r"(?<=\b[a-z])\.(?=[a-z]\b)", "", _plain(name.replace("&", " et ")).lower()
    )  # s.a.s. is sas
    parts = re.findall(r"[a-z0-9]+", words)
    kept = [part for part in parts if part not in LEGAL]
    return " ".join(kept or parts)


def _plain(text: str) -> str:
    """Return text without accents and other signs beyond ASCII."""
    return unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore").decode()


def domain_of(website: str | None, email: str | None) -> str:
    """Return the domain of a web site, else that of a company's mail address; empty when neither tells one."""
    text = (website or "").strip().lower()
    if text:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        return host.removeprefix("www.")
    domain = (email or "").rpartition("@")[2].strip().lower()
    return "" if domain in PRIVATE_MAIL else domain


def find(actor: Actor, leads: Mapping[int, Mapping[str, Any]]) -> dict[int, Matches]:
    """Return {lead: suggestions} for stored values of leads, among what the actor may see: two queries for all of them."""
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
    names = {key: company_key(values.get("Company") or "") for key, values in leads.items()}
    domains = {
        key: domain_of(values.get("Website"), values.get("Email")) for key, values in leads.items()
    }  # fmt: skip
    parents = {one.account for matches in found.values() for one in matches.contacts if one.account}
    by_site = _has(actor, "Account", "Website")
    conditions = [*_named(leads.values()), *(_sited(domains.values()) if by_site else ())]
    if parents:
        conditions.append(Compare(Path(("Id",)), "in", tuple(Constant(key) for key in sorted(parents))))
    if not conditions:
        return
    paths = [name for name in ("Id", "Name", "Website", "BillingCity") if _has(actor, "Account", name)]
    rows = _rows(actor, "Account", paths, AnyOf(tuple(conditions)))
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
    row: Mapping[str, Any], name: str, domain: str, mine: set[int | None]
) -> tuple[int, str | Promise] | None:
    """Return how well an account fits (0 is best) and why, None when it does not."""
    if row["Id"] in mine:
        return 0, _("account of the contact with this e-mail")
    if name and company_key(row["Name"]) == name:
        return 1, _("same name")
    if domain and domain_of(row.get("Website"), None) == domain:
        return 2, _("same web site")
    return None


def _named(leads: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """Return conditions that an index answers: names that begin like a company's first telling words."""
    starts: set[str] = set()
    for values in leads:
        words = (values.get("Company") or "").replace(",", " ").split()
        while len(words) > 1 and company_key(words[-1]) in LEGAL:
            words.pop()
        while len(words) > 1 and company_key(words[0]) in LEGAL:
            words.pop(0)
        if words:
            written = " ".join(words)
            starts |= {written, _plain(written)}
    return [Compare(Path(("Name",)), "startswith", (Constant(one, "text"),)) for one in sorted(starts)]


def _sited(domains: Iterable[str]) -> list[Condition]:
    wanted = sorted({f"{site}{domain}" for domain in domains if domain for site in SITES})
    path = Path(("Website",))
    return [Compare(path, "startswith", (Constant(one, "text"),)) for one in wanted]


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
