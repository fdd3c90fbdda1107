"""Writes down each change of the set-up, and makes it known."""

from __future__ import annotations

from typing import Any, NoReturn

from django.utils.translation import gettext as _

from essor.access import snapshot, version
from essor.access.actor import Actor
from essor.access.models import SetupAuditTrail, User
from essor.access.rights import Permission
from essor.kernel.errors import FieldError, ValidationFailed

SUBJECT_LENGTH = 255


def record(actor: Actor, action: str, subject: object, **detail: Any) -> None:
    """Write the audit row and draw a new version; call it inside the transaction of the change itself."""
    SetupAuditTrail.objects.create(
        created_by_id=actor.user_id or None,
        action=action,
        subject=str(subject)[:SUBJECT_LENGTH],
        detail=detail,
    )
    version.bump()


def keep_an_administrator() -> None:
    """Raise ValidationFailed, which undoes the change, when nobody could change the set-up any more."""
    state = snapshot.load(0)
    needed = frozenset({Permission.CUSTOMIZE, Permission.MANAGE_USERS})
    people = User.objects.filter(is_active=True, is_frozen=False, user_type=User.Kind.STANDARD)
    if not any(needed <= state.rights_of(key).permissions for key in people.values_list("pk", flat=True)):
        refuse(
            "", _("Somebody must remain who can manage users and customize: this is the last administrator.")
        )


def refuse(field: str, message: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> NoReturn:
    """Raise ValidationFailed with one error."""
    raise ValidationFailed([FieldError(field, code, message)])
