"""The columns that every business record has; standard models and run-time objects inherit them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIVE = models.Q(is_deleted=False)


class Detail(models.Model):
    """A record that belongs to its master and has no owner of its own.

    Users are never deleted, only deactivated: the references to them need no constraint to be checked on each row.
    """

    id = models.BigAutoField(primary_key=True, verbose_name=_("Record id"))
    currency_iso_code = models.CharField(_("Currency"), max_length=3, default="EUR", db_default="EUR")
    created_date = models.DateTimeField(_("Created on"), default=timezone.now)
    created_by = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("Created by"),
    )
    last_modified_date = models.DateTimeField(_("Last modified on"), default=timezone.now)
    last_modified_by = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("Last modified by"),
    )
    system_modstamp = models.DateTimeField(_("System modstamp"), default=timezone.now)
    is_deleted = models.BooleanField(_("Deleted"), default=False, db_default=models.Value(value=False))
    revision = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True


class Record(Detail):
    """A record owned by a user or a queue."""

    owner = models.ForeignKey(
        "access.Principal",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("Owner"),
    )
    last_activity_date = models.DateField(_("Last activity"), null=True, blank=True)

    class Meta:
        abstract = True
