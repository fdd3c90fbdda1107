"""Takes back a record that was given by hand."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from essor.access.actions.share_record import MANUAL, may_share
from essor.access.actor import Actor
from essor.access.grants import CompileWhere
from essor.access.models import Principal, RecordShare
from essor.catalog import current
from essor.catalog.definitions import ObjectDef


@transaction.atomic
def unshare(
    actor: Actor, obj: ObjectDef, record_id: int, principal: Principal, *, compile_where: CompileWhere
) -> None:
    """Remove the manual share of a record with `principal`; whoever may share may also take back."""
    whole = current.get().object(obj.name)
    may_share(actor, whole, record_id, compile_where=compile_where)
    RecordShare.objects.filter(
        prefix=whole.prefix, record_id=record_id, principal=principal, cause=MANUAL
    ).delete()


def forget_shares(obj: ObjectDef, record_ids: Iterable[int]) -> None:
    """Remove all manual shares of records that change owner, as Salesforce does, or leave for good."""
    RecordShare.objects.filter(prefix=obj.prefix, record_id__in=record_ids).delete()
