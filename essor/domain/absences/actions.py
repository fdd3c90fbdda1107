"""Notes that somebody will be away, and forgets it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.rights import Permission
from essor.domain.absences import away
from essor.domain.absences.models import Absence
from essor.kernel import events
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed

CHANGED = "absence.changed"


@transaction.atomic
def add_absence(
    actor: Actor, user_id: int, first: date | None, last: date | None, deputy: int | None = None
) -> Absence:
    """Note an absence of oneself (administrators: of anybody); ValidationFailed lists what is wrong."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise ValidationFailed([FieldError("user", "REQUIRED_FIELD_MISSING", _("Choose a person."))])
    _allow(actor, user.pk)
    errors = []
    if first is None or last is None or last < first or last < away.today():
        message = _("Give a first and a last day that is not past.")
        errors.append(FieldError("last", "INVALID_FIELD_VALUE", message))
    stand_in = User.objects.filter(pk=deputy).first() if deputy else None
    if deputy and (stand_in is None or not stand_in.may_enter or stand_in.pk == user.pk):
        message = _("Choose somebody else, who may sign in.")
        errors.append(FieldError("deputy", "INVALID_FIELD_VALUE", message))
    if errors or first is None or last is None:
        raise ValidationFailed(errors)
    row = Absence.objects.create(user=user, first_day=first, last_day=last, deputy=stand_in)
    _tell(row)
    return row


@transaction.atomic
def remove_absence(actor: Actor, key: int) -> None:
    """Forget an absence of oneself (administrators: of anybody)."""
    row = Absence.objects.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such absence."))
    _allow(actor, row.user_id)
    _tell(row)
    row.delete()


def _allow(actor: Actor, user_id: int) -> None:
    if user_id != actor.user_id and not actor.can(Permission.MANAGE_USERS):
        raise Forbidden(_("Only an administrator notes the absence of somebody else."))


def _tell(row: Absence) -> None:
    events.emit(CHANGED, "Absence", [row.pk], {"user_id": row.user_id, "deputy_id": row.deputy_id})
