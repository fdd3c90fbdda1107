"""Makes a profile as a copy of another one, renames it, removes it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import FieldPermission, ObjectPermission, PermissionSet, Profile
from essor.access.naming import api_name
from essor.access.rights import Permission


@transaction.atomic
def save_profile(
    actor: Actor,
    *,
    name: str,
    description: str | None = None,
    profile: Profile | None = None,
    like: Profile | None = None,
) -> Profile:
    """Return a new profile with the rights of `like`, or `profile` renamed."""
    require(actor, Permission.MANAGE_USERS)
    name = name.strip()
    if not name:
        refuse("Name", _("Enter a name."), "REQUIRED_FIELD_MISSING")
    if Profile.objects.filter(name__iexact=name).exclude(pk=profile.pk if profile else 0).exists():
        refuse("Name", _("There is already a profile “%(name)s”.") % {"name": name}, "DUPLICATE_VALUE")
    made = profile is None
    profile = profile or Profile()
    profile.name, profile.description = name, description or None
    profile.save()
    if made:
        own = PermissionSet.objects.create(
            name=api_name(name, PermissionSet, "name"), label=name, profile=profile
        )
        if like is not None:
            _copy(like.permission_set, own)
    else:
        PermissionSet.objects.filter(profile=profile).update(label=name)
    record(actor, "save_profile", profile, like=like.name if like else None)
    return profile


@transaction.atomic
def delete_profile(actor: Actor, profile: Profile) -> None:
    """Remove a profile that nobody has, active or not."""
    require(actor, Permission.MANAGE_USERS)
    if profile.users.exists():
        refuse("Name", _("First give another profile to the people who have it."))
    record(actor, "delete_profile", profile)
    profile.delete()


def _copy(source: PermissionSet, target: PermissionSet) -> None:
    target.permissions = list(source.permissions)
    target.save(update_fields=["permissions"])
    objects = list(ObjectPermission.objects.filter(parent=source))
    for row in objects:
        row.pk, row.parent = None, target
    ObjectPermission.objects.bulk_create(objects)
    fields = list(FieldPermission.objects.filter(parent=source))
    for line in fields:
        line.pk, line.parent = None, target
    FieldPermission.objects.bulk_create(fields)
