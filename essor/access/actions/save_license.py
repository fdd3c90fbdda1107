"""Makes, changes and removes licences; what one lets its holders do are the rights of its own permission set."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import FieldPermission, ObjectPermission, PermissionSet, UserLicense
from essor.access.models.rights import ANY
from essor.access.naming import api_name
from essor.access.rights import COLUMNS, EVERY_RIGHT, Permission, Right

Rights = Mapping[str, Right]
MOST_SEATS = 1_000_000


@transaction.atomic
def save_license(
    actor: Actor,
    *,
    name: str,
    description: str | None = None,
    seats: int | None = None,
    license: UserLicense | None = None,  # noqa: A002 -- what it is called everywhere
    rights: Rights | None = None,
) -> UserLicense:
    """Return a new licence, or `license` changed. A new one limits nothing beyond `rights` {object or "*": the most}."""
    require(actor, Permission.MANAGE_USERS)
    name = name.strip()
    if not name:
        refuse("Name", _("Enter a name."), "REQUIRED_FIELD_MISSING")
    if UserLicense.objects.filter(name__iexact=name).exclude(pk=license.pk if license else 0).exists():
        refuse("Name", _("There is already a licence “%(name)s”.") % {"name": name}, "DUPLICATE_VALUE")
    if seats is not None and not 0 <= seats <= MOST_SEATS:
        refuse("Seats", _("Enter a whole number, or nothing for any number of people."))
    made = license is None
    row = license or UserLicense()
    row.name, row.description, row.seats = name, description or None, seats
    row.save()
    if made:
        _make_limits(row, {ANY: EVERY_RIGHT, **(rights or {})})
    else:
        PermissionSet.objects.filter(license=row).update(label=name)
    record(actor, "save_license", row, seats=seats)
    return row


@transaction.atomic
def delete_license(actor: Actor, license: UserLicense) -> None:  # noqa: A002
    """Remove a licence that nobody holds, active or not."""
    require(actor, Permission.MANAGE_USERS)
    if license.users.exists():
        refuse("Name", _("First take the licence from the people who hold it."))
    record(actor, "delete_license", license)
    license.delete()


def _make_limits(row: UserLicense, rights: Rights) -> None:
    own = PermissionSet.objects.create(
        name=api_name(row.name, PermissionSet, "name"),
        label=row.name,
        license=row,
        permissions=sorted(one.value for one in Permission) if rights[ANY] == EVERY_RIGHT else [],
    )
    ObjectPermission.objects.bulk_create(
        ObjectPermission(
            parent=own, object_name=one, **{column: right in most for column, right in COLUMNS.items()}
        )
        for one, most in rights.items()
    )
    FieldPermission.objects.create(parent=own, object_name=ANY, field=ANY, read=True, edit=True)
