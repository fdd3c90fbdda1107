"""Profiles and permission sets: what people may do with objects and fields.

As in Salesforce a profile owns a permission set, so that rights hang on one kind of parent.
"*" as an object or field name means all that have no row of their own in the same parent.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.access.models.people import User
from essor.access.models.stamped import Stamped

ANY = "*"


class Profile(Stamped):
    """What a person is here; everybody has exactly one."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=80, unique=True)
    description = models.CharField(_("Description"), max_length=255, null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class UserLicense(Stamped):
    """The most that its holders may do, whatever profile and permission sets grant; who has none is not limited.

    `seats` is how many active people may hold it at once, None for any number.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=80, unique=True)
    description = models.CharField(_("Description"), max_length=255, null=True, blank=True)
    seats = models.PositiveIntegerField(_("Seats"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class PermissionSet(Stamped):
    """A bundle of rights: a profile's own, one given to people on top of their profile, or the limits of a licence."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=80, unique=True)
    label = models.CharField(_("Label"), max_length=80)
    description = models.CharField(_("Description"), max_length=255, null=True, blank=True)
    profile = models.OneToOneField(
        Profile,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="permission_set",
        verbose_name=_("Profile"),
    )
    license = models.OneToOneField(
        UserLicense,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="permission_set",
        verbose_name=_("Licence"),
    )
    permissions = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return self.label

    @property
    def is_given(self) -> bool:
        """Tell whether it is given to people on top of their profile."""
        return self.profile_id is None and self.license_id is None


class PermissionSetAssignment(models.Model):
    """A permission set that a person has on top of the profile."""

    id = models.BigAutoField(primary_key=True)
    permission_set = models.ForeignKey(
        PermissionSet, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("Permission set")
    )
    assignee = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("User")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["permission_set", "assignee"], name="access_assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.permission_set} → {self.assignee}"


class ObjectPermission(models.Model):
    """What a permission set lets people do with the records of one object."""

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey(
        PermissionSet,
        on_delete=models.CASCADE,
        related_name="object_permissions",
        verbose_name=_("Permission set"),
    )
    object_name = models.CharField(_("Object"), max_length=80)
    read = models.BooleanField(_("Read"), default=False)
    create = models.BooleanField(_("Create"), default=False)
    edit = models.BooleanField(_("Edit"), default=False)
    delete_records = models.BooleanField(_("Delete"), default=False, db_column="delete")
    view_all = models.BooleanField(_("View all"), default=False)
    modify_all = models.BooleanField(_("Modify all"), default=False)
    import_records = models.BooleanField(_("Import"), default=False, db_column="import")
    export = models.BooleanField(_("Export"), default=False)
    mass_edit = models.BooleanField(_("Mass edit"), default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "object_name"], name="access_objectpermission_once")
        ]

    def __str__(self) -> str:
        return f"{self.parent}: {self.object_name}"


class FieldPermission(models.Model):
    """Whether a permission set shows one field and lets people change it."""

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey(
        PermissionSet,
        on_delete=models.CASCADE,
        related_name="field_permissions",
        verbose_name=_("Permission set"),
    )
    object_name = models.CharField(_("Object"), max_length=80)
    field = models.CharField(_("Field"), max_length=80)
    read = models.BooleanField(_("Read"), default=False)
    edit = models.BooleanField(_("Edit"), default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "object_name", "field"], name="access_fieldpermission_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.parent}: {self.object_name}.{self.field}"
