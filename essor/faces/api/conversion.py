"""Conversion of leads in one call, and its undoing, under the names of Salesforce's convertLead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog
from essor.domain.sales.conversion import mapping, matching
from essor.domain.sales.conversion import take_back as taking_back
from essor.domain.sales.conversion.convert import convert_many
from essor.domain.sales.conversion.works import Ask, Outcome
from essor.faces.api.door import body_of
from essor.faces.api.problem import Problem, answer, field_errors
from essor.faces.api.records import fetch, key_of
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

MOST = 200
KNOWN = frozenset(
    {
        "leadId",
        "accountId",
        "contactId",
        "ownerId",
        "convertedStatus",
        "doNotCreateOpportunity",
        "opportunityName",
        "values",
    }
)
OWNERS = ("005", "00G")


def convert(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST: up to 200 conversions. With “match” a lead takes the best account and contact that are there already."""
    body = body_of(request)
    rows = body.get("conversions")
    if (
        not isinstance(rows, list)
        or not rows
        or len(rows) > MOST
        or not all(isinstance(row, dict) for row in rows)
    ):
        message = _("“conversions” is a list of 1 to %(most)d objects.") % {"most": MOST}
        raise Problem(400, "INVALID_BATCH_SIZE", message)
    seen = catalog_for(actor)
    asks = [_ask(seen, row) for row in rows]
    if body.get("match") is True:
        asks = _matched(actor, asks)
    outcomes = convert_many(actor, asks, all_or_none=body.get("allOrNone") is not False)
    failed = sum(not one.ok for one in outcomes)
    status = 200 if not failed else 422 if failed == len(outcomes) else 207
    return answer(status, {"failed": failed, "results": [_result(one) for one in outcomes]})


def take_back(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST: undo the conversion of a lead within a day, and of those that were converted in the same call."""
    lead = catalog_for(actor).object("Lead")
    key = key_of(lead, str(body_of(request).get("leadId") or ""))
    if fetch(actor, lead, key, ("Id",)) is None:
        raise NotFound(_("There is no such record."))
    taking_back.take_back(actor, key)
    return answer(200, {"leadId": ids.encode(lead.prefix, key), "success": True})


def _ask(seen: Catalog, row: Mapping[str, Any]) -> Ask:
    strange = sorted(set(row) - KNOWN)
    if strange:
        raise Problem(
            400, "INVALID_FIELD", _("There is no parameter “%(name)s”.") % {"name": strange[0][:80]}
        )
    values = row.get("values") or {}
    good = isinstance(values, dict) and all(
        name in mapping.TARGETS and isinstance(one, dict) for name, one in values.items()
    )
    if not good:
        message = _("“values” holds objects by name: Account, Contact, Opportunity.")
        raise Problem(400, "INVALID_FIELD", message)
    if row.get("opportunityName"):
        values = {**values, "Opportunity": {"Name": row["opportunityName"], **values.get("Opportunity", {})}}
    lead = key_of(seen.object("Lead"), str(row.get("leadId") or ""))
    return Ask(
        lead=lead,
        account=_key(seen, "Account", row.get("accountId")),
        contact=_key(seen, "Contact", row.get("contactId")),
        opportunity=row.get("doNotCreateOpportunity") is not True,
        owner=_owner(row.get("ownerId")),
        status=str(row.get("convertedStatus") or ""),
        values=values,
    )


def _key(seen: Catalog, name: str, text: object) -> int | None:
    return key_of(seen.object(name), str(text)) if text else None


def _owner(text: object) -> int | None:
    if not text:
        return None
    prefix, key = ids.parts(str(text))
    if prefix not in OWNERS:
        raise NotFound(_("There is no such record."))
    return key


def _matched(actor: Actor, asks: list[Ask]) -> list[Ask]:
    """Return the conversions with what the leads already are, where nothing was chosen."""
    lead = catalog_for(actor).object("Lead")
    names = [name for name in ("Id", "Company", "Email", "Website") if lead.has(name)]
    where = Compare(Path(("Id",)), "in", tuple(Constant(ask.lead) for ask in asks))
    columns = tuple(Column(Path((name,))) for name in names)
    rows = run.rows(actor, Query("Lead", columns=columns, where=where))
    found = matching.find(actor, {row["Id"]: row for row in rows})
    return [matching.applied(ask, found[ask.lead]) if ask.lead in found else ask for ask in asks]


def _result(one: Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {"leadId": ids.encode("00Q", one.lead), "success": one.ok}
    if one.ok:
        for name, prefix, key in (
            ("accountId", "001", one.account),
            ("contactId", "003", one.contact),
            ("opportunityId", "006", one.opportunity),
        ):
            result[name] = None if key is None else ids.encode(prefix, key)
    return {**result, "errors": field_errors(one.errors)}
