"""What follows from relations: no company above itself, one primary contact a deal, and a trace of those who moved on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.catalog.definitions import ObjectDef
from essor.domain.sales.relations.models import AccountContactRelation, OpportunityContactRole
from essor.kernel.clock import zone_named
from essor.records import circles
from essor.records.batch import Batch, Row
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.load import object_rows
from essor.records.rules import after, alike, before, merging
from essor.records.save import save_many

ROLE, RELATION = "OpportunityContactRole", "AccountContactRelation"
alike(RELATION, "account", "contact", "is_active", "end_date")


@before("Account", reads=("ParentId",))
def no_circle(batch: Batch) -> None:
    """Refuse a parent that is below the account itself."""
    circles.refuse(batch, "ParentId", _("This account is below the one you are editing."))


@after("Opportunity")
def first_role(batch: Batch) -> None:
    """Give a new opportunity's contact the primary part in it."""
    changes = [
        Change(ROLE, {"OpportunityId": row.id, "ContactId": row.get("ContactId"), "IsPrimary": True})
        for row in batch.creating()
        if row.get("ContactId") is not None
    ]
    if changes:
        save_many(in_house(batch.actor), ROLE, changes, source=batch.source)


@before(ROLE, reads=("OpportunityId", "ContactId"))
def once_a_deal(batch: Batch) -> None:
    """Refuse a contact who has a part in the deal already."""
    rows = [row for row in batch if row.changes("ContactId") or row.changes("OpportunityId")]
    held: dict[tuple[int, int], int | None] = {}
    known = OpportunityContactRole.objects.filter(
        opportunity_id__in={row.get("OpportunityId") for row in rows}, is_deleted=False
    )
    for key, deal, contact in known.values_list("pk", "opportunity_id", "contact_id"):
        held[deal, contact] = key
    for row in rows:
        pair = (row.get("OpportunityId"), row.get("ContactId"))
        if pair in held and (row.id is None or held[pair] != row.id):
            row.refuse("ContactId", _("This contact already has a role in the deal."), "DUPLICATE_VALUE")
        held.setdefault(pair, row.id)


@after(ROLE, reads=("OpportunityId", "IsPrimary"))
def one_primary(batch: Batch) -> None:
    """Let the newest primary contact of a deal be the only one."""
    newest: dict[int, int] = {}
    for row in batch:
        if row.get("IsPrimary") and row.changes("IsPrimary") and row.id is not None:
            newest[row.get("OpportunityId")] = row.id
    if not newest:
        return
    others = OpportunityContactRole.objects.filter(
        opportunity_id__in=newest, is_primary=True, is_deleted=False
    )
    keys = list(others.exclude(pk__in=newest.values()).values_list("pk", flat=True))
    changes = [Change(ROLE, {"IsPrimary": False}, id=key) for key in keys]
    if changes:
        save_many(in_house(batch.actor), ROLE, changes, source=batch.source)


@merging("Contact")
def stays_primary(
    actor: Actor, _obj: ObjectDef, winner: int, losers: Collection[int], source: Source
) -> dict[str, Any]:
    """Give the winner the primary part that a loser has where both play one in a deal: only the winner's part stays."""
    theirs = OpportunityContactRole.objects.filter(contact_id__in=losers, is_primary=True, is_deleted=False)
    mine = OpportunityContactRole.objects.filter(
        contact_id=winner, is_primary=False, is_deleted=False, opportunity__in=theirs.values("opportunity")
    )
    changes = [Change(ROLE, {"IsPrimary": True}, id=key) for key in mine.values_list("pk", flat=True)]
    if changes:
        save_many(in_house(actor), ROLE, changes, source=source)
    return {}


@before(RELATION, reads=("AccountId", "ContactId", "StartDate", "EndDate", "IsActive", "IsDirect"))
def relation_facts(batch: Batch) -> None:
    """Set active and direct from the dates and the contact, and refuse an end before the start."""
    contact = batch.catalog.object("Contact")
    rows = list(batch)
    now_at = object_rows(
        contact, {row.get("ContactId") for row in rows if row.get("ContactId")}, ["AccountId"]
    )
    today = _today(batch)
    for row in rows:
        start, end = row.get("StartDate"), row.get("EndDate")
        if start is not None and end is not None and end < start:
            row.refuse("EndDate", _("A relationship cannot end before it starts."))
        if row.changes("EndDate") or row.get("IsActive") is None:
            row.set("IsActive", end is None or end > today)
        current = now_at.get(row.get("ContactId"), {}).get("AccountId")
        row.set("IsDirect", bool(row.get("IsActive")) and current == row.get("AccountId"))


@after("Contact", reads=("AccountId",))
def moved_on(batch: Batch) -> None:
    """Keep where people were when they go to another account; who goes back the same day has never been away."""
    rows = [
        row for row in batch.updating() if row.changes("AccountId") and row.prior("AccountId") is not None
    ]
    if not rows:
        return
    today, house = _today(batch), in_house(batch.actor)
    held: dict[int, list[AccountContactRelation]] = defaultdict(list)
    for one in AccountContactRelation.objects.filter(
        contact_id__in=[row.id for row in rows], is_deleted=False
    ):
        held[one.contact_id].append(one)
    changes: list[Change] = []
    gone: list[int] = []
    for row in rows:
        mine = held[row.id or 0]
        changes += _left(row, mine, today, gone)
        changes += _arrived(row, mine, today)
    save_many(house, RELATION, changes, source=batch.source)
    if gone:
        delete(house, RELATION, gone, source=batch.source)


def _left(row: Row, mine: list[AccountContactRelation], today: date, gone: list[int]) -> list[Change]:
    """Return what closes the relation with the account before."""
    before_that = row.prior("AccountId")
    active = [one for one in mine if one.account_id == before_that and one.is_active]
    if any(one.start_date == today for one in active):
        gone.extend(one.pk for one in active)
        return []
    if active:
        return [Change(RELATION, {"EndDate": today}, id=one.pk) for one in active]
    start = max((one.end_date for one in mine if one.end_date is not None), default=None)
    values = {"AccountId": before_that, "ContactId": row.id, "StartDate": start, "EndDate": today}
    return [Change(RELATION, values)]


def _arrived(row: Row, mine: list[AccountContactRelation], today: date) -> list[Change]:
    """Return what opens the relation with the account now."""
    now_at = row.get("AccountId")
    if now_at is None:
        return []
    back = next((one for one in mine if one.account_id == now_at and one.end_date == today), None)
    if back is not None:
        return [Change(RELATION, {"EndDate": None}, id=back.pk)]
    if any(one.account_id == now_at and one.is_active for one in mine):
        return []
    return [Change(RELATION, {"AccountId": now_at, "ContactId": row.id, "StartDate": today})]


def _today(batch: Batch) -> date:
    return timezone.localtime(batch.now, zone_named(batch.context.timezone)).date()
