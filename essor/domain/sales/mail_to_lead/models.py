"""Addresses whose mails make leads, and what became of each mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Intake(models.Model):
    """An address of ours, in lower case: a mail to it becomes a lead of `owner_id`, unless assignment rules say otherwise."""

    id = models.BigAutoField(primary_key=True)
    address = models.CharField(max_length=254, unique=True)
    language = models.CharField(max_length=5, default="fr")
    lead_source = models.CharField(max_length=255, blank=True, default="")
    record_type = models.CharField(max_length=18, blank=True, default="")
    owner_id = models.BigIntegerField()
    assign = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    created_date = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.address


class Outcome(models.TextChoices):
    """What became of a mail."""

    LEAD = "lead", _("became leads")
    KNOWN = "known", _("from people we know")
    AGAIN = "again", _("came a second time")
    HELD = "held", _("held back")
    DROPPED = "dropped", _("discarded")


# The same of one mail.
TOLD = {
    Outcome.LEAD: _("Became a lead"),
    Outcome.KNOWN: _("From somebody we know"),
    Outcome.AGAIN: _("Came a second time"),
    Outcome.HELD: pgettext_lazy("mail", "Held back"),
    Outcome.DROPPED: _("Discarded"),
}


class Reason(models.TextChoices):
    """Why a mail was held back."""

    AUTOMATIC = "automatic", _("Written by a machine")
    LIST = "list", _("Newsletter or mailing list")
    NOTICE = "notice", _("Notice of a mail server")
    OURS = "ours", _("From one of us")
    LOOP = "loop", _("Runs in circles")
    SPAM = "spam", _("Marked as spam by the mail server")
    OFTEN = "often", _("Too many mails")
    NOBODY = "nobody", _("No sender’s address")
    REFUSED = "refused", _("The lead was refused")
    UNREADABLE = "unreadable", _("Cannot be read")


class Arrival(models.Model):
    """One mail that came to an intake. `key` knows it again; `mail_id` is the mailroom's, `record` (prefix and key) where it is.

    `email_message_id` is the mail as it stands on that record's timeline; `detail` says more about `reason`.
    """

    id = models.BigAutoField(primary_key=True)
    intake = models.ForeignKey(Intake, models.CASCADE, related_name="arrivals")
    mail_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True, default="")
    detail = models.CharField(max_length=255, blank=True, default="")
    sender = models.CharField(max_length=254, blank=True, default="")
    sender_name = models.CharField(max_length=255, blank=True, default="")
    subject = models.CharField(max_length=255, blank=True, default="")
    record_type = models.CharField(max_length=3, blank=True, default="")
    record_id = models.BigIntegerField(null=True)
    email_message_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], name="mail_taken_once", condition=models.Q(outcome__in=["lead", "known"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["intake", "at"], name="arrival_days"),
            models.Index(fields=["sender", "at"], name="arrival_sender"),
            models.Index(fields=["mail_id"], name="arrival_mail"),
            models.Index(fields=["id"], name="arrival_held", condition=models.Q(outcome="held")),
        ]

    @property
    def told(self) -> str:
        """Return in words what became of the mail."""
        return str(TOLD[Outcome(self.outcome)])
