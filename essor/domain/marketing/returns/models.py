"""Mails that came back, raw and as understood; people who opted out; the mailbox that bounces are fetched from."""

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


class Incoming(models.Model):
    """A mail that came to the bounce address, kept until it is understood. `digest` keeps the same one from counting twice."""

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField(max_length=32, unique=True)
    envelope_to = models.CharField(max_length=320, default="")
    raw = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=255, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], name="incoming_waiting", condition=models.Q(handled_at=None)),
        ]


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


class Mailbox(models.Model):
    """An IMAP mailbox that bounces are fetched from. `password` is sealed; all up to `last_uid` has been fetched."""

    class Security(models.TextChoices):
        """How the connection is kept secret."""

        TLS = "tls", _("TLS from the start")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None")

    id = models.BigAutoField(primary_key=True)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=Security, default=Security.TLS)
    username = models.CharField(max_length=254)
    password = models.TextField()
    folder = models.CharField(max_length=120, default="INBOX")
    is_active = models.BooleanField(default=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=255, default="")

    def __str__(self) -> str:
        return f"{self.username}@{self.host}"
