"""Notes when somebody is away; from then on the delegate is asked too."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actions.edit_user import edit_user
from essor.access.actor import Actor
from essor.access.models import User
from essor.access.rights import Permission
from essor.domain.approvals import absences, mails, writing
from essor.domain.approvals.models import Absence
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed


@transaction.atomic
def add_absence(
    actor: Actor, user_id: int, first: date | None, last: date | None, delegate: int | None
) -> Absence:
    """Note an absence of oneself (administrators: of anybody) with who stands in; ValidationFailed lists what is wrong."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or (user.pk != actor.user_id and not actor.can(Permission.MANAGE_USERS)):
        raise Forbidden(_("Only an administrator notes the absence of somebody else."))
    stand_in = User.objects.filter(pk=delegate or 0).first()
    errors = []
    if first is None or last is None or last < first or last < absences.today():
        errors.append(
            FieldError("last", "INVALID_FIELD_VALUE", _("Give a first and a last day that is not past."))
        )
    if stand_in is None or not stand_in.may_enter or stand_in.pk == user.pk:
        errors.append(FieldError("delegate", "REQUIRED_FIELD_MISSING", _("Choose who answers meanwhile.")))
    if errors:
        raise ValidationFailed(errors)
    assert stand_in is not None  # noqa: S101 -- refused above, as are missing days
    assert first is not None  # noqa: S101
    assert last is not None  # noqa: S101
    if user.delegated_approver_id != stand_in.pk:
        edit_user(actor, user, delegated_approver=stand_in)
    row = Absence.objects.create(user=user, first_day=first, last_day=last)
    writing.refresh_pages([stand_in.pk])
    mails.send_requests.enqueue()
    return row


@transaction.atomic
def remove_absence(actor: Actor, absence_id: int) -> None:
    """Forget an absence."""
    row = Absence.objects.filter(pk=absence_id).first()
    if row is None or (row.user_id != actor.user_id and not actor.can(Permission.MANAGE_USERS)):
        raise NotFound(_("There is no such absence."))
    row.delete()
