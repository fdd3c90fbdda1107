"""Which rows people see beyond their own: defaults per object, sharing rules, shares of one record."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.access.models.people import Group, Principal
from essor.access.models.stamped import Stamped


class Level(models.IntegerChoices):
    """How much of a record somebody has; only owners and people above them have all of it."""

    READ = 1, _("Read")
    EDIT = 2, _("Read and edit")
    ALL = 3, _("Full access")


class OrgDefault(models.Model):
    """What everybody may do with records of an object that are not theirs; without a row, read and edit."""

    class Access(models.TextChoices):
        """Salesforce's organization-wide defaults."""

        PRIVATE = "Private", _("Private")
        READ = "Read", _("Everybody reads")
        EDIT = "Edit", _("Everybody reads and edits")
        PARENT = "ControlledByParent", _("As the parent record")

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80, unique=True)
    access = models.CharField(max_length=20, choices=Access.choices, default=Access.EDIT)
    # The lookup (outside name) to the record that decides, for objects that follow a parent without being its detail.
    parent_field = models.CharField(max_length=80, null=True, blank=True)
    hierarchy = models.BooleanField(default=True)
    # True from the first share on, so that objects never shared by hand are asked without the share table.
    has_shares = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.object_name}: {self.access}"


class SharingRule(Stamped):
    """Gives a group the records that a group owns, or those that meet a condition (a query tree as JSON)."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    object_name = models.CharField(max_length=80)
    owners = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="rules_from"
    )
    condition = models.JSONField(null=True, blank=True)
    receivers = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="rules_to")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.READ)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["object_name", "name"], name="access_sharingrule_name"),
            models.CheckConstraint(
                name="access_sharingrule_one_kind",
                condition=models.Q(owners__isnull=False, condition__isnull=True)
                | models.Q(owners__isnull=True, condition__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecordShare(models.Model):
    """One record given to one user or group."""

    id = models.BigAutoField(primary_key=True)
    prefix = models.CharField(max_length=3)
    record_id = models.BigIntegerField()
    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="shares")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.READ)
    cause = models.CharField(max_length=20, default="Manual")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["prefix", "record_id", "principal", "cause"], name="access_recordshare_once"
            )
        ]
        # Answers "which records does this principal get" from the index alone.
        indexes: ClassVar = [
            models.Index(
                fields=["prefix", "principal", "level", "record_id"], name="access_recordshare_principal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}:{self.record_id} → {self.principal}"
