"""Handing a record over: who may, to whom, and what the former owner's shares become."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.access.actions.unshare import forget_shares
from essor.access.models import Group, Principal, User
from essor.query.access import visible_q
from essor.records.batch import Batch, Row

OWNER = "OwnerId"


def check(batch: Batch) -> None:
    """Refuse new owners who cannot own such records, and writers who may edit a record but not hand it over."""
    rows = [row for row in batch if row.offered.get(OWNER) is not None and row.changes(OWNER)]
    if not rows:
        return
    able = _able(batch, {row.offered[OWNER] for row in rows} - {batch.actor.user_id})
    for row in rows:
        if row.offered[OWNER] not in able and row.offered[OWNER] != batch.actor.user_id:
            message = _("This user or queue cannot own %(plural)s.") % {"plural": batch.object.plural}
            row.refuse(OWNER, message, "INVALID_CROSS_REFERENCE_KEY")
    _check_transfer(batch, [row for row in rows if not row.is_new])


def _able(batch: Batch, keys: set[int]) -> set[int]:
    """Return the active users and the queues for this object among some principals."""
    if not keys:
        return set()
    users = set(User.objects.filter(pk__in=keys, is_active=True).values_list("pk", flat=True))
    queues = Group.objects.filter(pk__in=keys, type=Principal.Type.QUEUE).values_list(
        "pk", "supported_objects"
    )
    return users | {key for key, names in queues if batch.object.name in (names or ())}


def _check_transfer(batch: Batch, rows: list[Row]) -> None:
    condition = visible_q(batch.actor, batch.object, verb="transfer")
    if not rows or condition is None:
        return
    model = batch.object.model
    allowed = set(
        model._default_manager.filter(condition, pk__in=[row.id for row in rows]).values_list("pk", flat=True)
    )
    for row in rows:
        if row.id not in allowed:
            message = _("You may change this record but not hand it over.")
            row.refuse(OWNER, message, "INSUFFICIENT_ACCESS_OR_READONLY")


def settle(batch: Batch) -> None:
    """End the manual shares of the records that changed hands: they were the former owner's to give."""
    moved = [row.id for row in batch.updating() if row.id is not None and row.changes(OWNER)]
    if moved:
        forget_shares(batch.object, moved)
