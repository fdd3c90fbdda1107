"""Gives one record to a person or a group."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.audit import refuse
from essor.access.grants import CompileWhere, deciding_link, has_owner
from essor.access.models import OrgDefault, Principal, RecordShare
from essor.access.models.sharing import Level
from essor.access.rows import visible
from essor.access.snapshot import Default
from essor.access.version import bump
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import Forbidden

MANUAL = "Manual"


@transaction.atomic
def share_record(
    actor: Actor,
    obj: ObjectDef,
    record_id: int,
    principal: Principal,
    *,
    level: int = Level.READ,
    compile_where: CompileWhere,
) -> RecordShare:
    """Return the share made or changed. Owners, people above them and those who may modify all may share.

    Raises Forbidden for anybody else, ValidationFailed for a detail, whose master is shared instead.
    """
    whole = current.get().object(obj.name)
    may_share(actor, whole, record_id, compile_where=compile_where)
    if level not in (Level.READ, Level.EDIT):
        refuse("AccessLevel", _("A share gives the right to read, or to read and edit."))
    default, _made = OrgDefault.objects.get_or_create(object_name=whole.name)
    if not default.has_shares:
        default.has_shares = True
        default.save(update_fields=["has_shares"])
        bump()
    share, _made = RecordShare.objects.update_or_create(
        prefix=whole.prefix, record_id=record_id, principal=principal, cause=MANUAL, defaults={"level": level}
    )
    return share


def may_share(actor: Actor, obj: ObjectDef, record_id: int, *, compile_where: CompileWhere) -> None:
    """Raise Forbidden unless `actor` may decide who else gets the record."""
    default = actor.snapshot.defaults.get(obj.name, Default())
    if deciding_link(obj, default) or not has_owner(obj):
        refuse("", _("Records of this object are not shared on their own: share the record they belong to."))
    condition = visible(actor, obj, verb="transfer", compile_where=compile_where)
    rows = obj.model._base_manager.filter(pk=record_id)
    if not (rows if condition is None else rows.filter(condition)).exists():
        raise Forbidden(_("Only the owner, people above and administrators may share this record."))
