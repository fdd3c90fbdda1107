"""Mails that came in, raw, and the mailboxes that mail is fetched from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """A mail for one of the takers, kept until it is taken and some weeks longer. `digest` keeps it from counting twice.

    `place` is what the taker calls the address or mailbox that it came by; `raw` its first bytes, `size` how many it had.
    `envelope_from` is what the server that handed it over said: None where none did, empty for the null sender of notices.
    """

    id = models.BigAutoField(primary_key=True)
    taker = models.CharField(max_length=40)
    place = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)
    envelope_from = models.CharField(max_length=320, null=True)
    envelope_to = models.CharField(max_length=320, default="")
    raw = models.BinaryField()
    size = models.BigIntegerField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    problem = models.CharField(max_length=255, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["taker", "place", "digest"], name="mail_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["taker", "id"], name="mail_waiting", condition=models.Q(handled_at=None)),
        ]


class Mailbox(models.Model):
    """An IMAP mailbox that mail for a taker's place is fetched from. `password` is sealed; all up to `last_uid` was fetched."""

    class Security(models.TextChoices):
        """How the connection is kept secret."""

        TLS = "tls", _("TLS from the start")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None")

    id = models.BigAutoField(primary_key=True)
    taker = models.CharField(max_length=40)
    place = models.BigIntegerField(default=0)
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

    class Meta:
        indexes: ClassVar = [models.Index(fields=["taker", "place"], name="mailbox_of_place")]

    def __str__(self) -> str:
        return f"{self.username}@{self.host}"
