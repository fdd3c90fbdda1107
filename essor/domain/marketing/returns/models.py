"""Mails that came back, as understood; people who opted out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a bounce means for the address."""

    HARD = "hard", _("The address does not exist")
    SOFT = "soft", _("Not reached this time")
    POLICY = "policy", _("Refused because of the sender")
    COMPLAINT = "complaint", _("Complained of spam")


class Bounce(models.Model):
    """One mail that did not arrive, or was complained of: when, with which enhanced status code (RFC 3463), in which words."""

    id = models.BigAutoField(primary_key=True)
    recipient_id = models.BigIntegerField()
    list_email_id = models.BigIntegerField()
    kind = models.SmallIntegerField()
    person_id = models.BigIntegerField()
    address = models.CharField(max_length=254)
    category = models.CharField(max_length=10, choices=Category.choices)
    status = models.CharField(max_length=16, default="")
    reason = models.CharField(max_length=255, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient_id", "category"], name="bounce_of_recipient"),
        ]
        indexes: ClassVar = [models.Index(fields=["list_email_id", "category"], name="bounce_of_mailing")]


class OptOut(models.Model):
    """Who wanted no more mails, by which mailing. The words that were shown are kept with the consent."""

    id = models.BigAutoField(primary_key=True)
    recipient_id = models.BigIntegerField(unique=True)
    list_email_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["list_email_id"], name="opt_out_of_mailing")]
