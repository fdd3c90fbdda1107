"""Natural persons with what they agreed to, the proof of it, and addresses that nobody writes to any more."""

from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.record import LIVE, Record
from essor.query.folding import Folded

OPT_IN, OPT_OUT = "OptIn", "OptOut"  # as Salesforce's consent objects write them


def state(label: str | Promise) -> models.CharField[str | None, str | None]:
    """Return the column of a consent as it stands: OptIn, OptOut, or NULL while nobody has said anything."""
    return models.CharField(cast("str", label), max_length=8, null=True, blank=True)


class Individual(Record):
    """The natural person behind contacts and leads. The consents here follow from the newest `Consent` rows."""

    name = models.CharField(_("Name"), max_length=255)
    email_consent = state(_("E-mail"))
    sms_consent = state(_("SMS"))
    phone_consent = state(_("Phone calls"))
    opens_consent = state(_("Open tracking"))
    clicks_consent = state(_("Click tracking"))
    visits_consent = state(_("Website tracking"))
    has_opted_out_solicit = models.BooleanField(_("Never contact"), default=False)
    has_opted_out_tracking = models.BooleanField(_("Never track"), default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(Folded("name"), "id", name="consent_individual_name", condition=LIVE)
        ]


class Topic(Record):
    """What people subscribe to: “Product news”, “Invitations”. Public ones stand in the preference centre."""

    name = models.CharField(_("Topic"), max_length=255)
    description = models.TextField(_("Description"), null=True, blank=True)
    is_public = models.BooleanField(_("In the preference centre"), default=True)
    is_active = models.BooleanField(_("Active"), default=True)


class Consent(models.Model):
    """One thing that a person said, with its proof: when, from where, which words were shown. Rows are only ever added."""

    id = models.BigAutoField(primary_key=True)
    individual = models.ForeignKey(Individual, models.DO_NOTHING, related_name="consents")
    channel = models.CharField(max_length=16)
    topic = models.ForeignKey(Topic, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=8)
    at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=255)
    wording = models.TextField(default="")
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["individual", "channel", "topic", "at"], name="consent_newest"),
        ]


class TopicChoice(models.Model):
    """What a person's newest word about the mails of a topic is: the state that follows from `Consent`, for SQL."""

    id = models.BigAutoField(primary_key=True)
    individual = models.ForeignKey(Individual, models.DO_NOTHING, related_name="+", db_index=False)
    topic = models.ForeignKey(Topic, models.DO_NOTHING, related_name="+", db_index=False)
    state = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "individual"], name="consent_one_choice")
        ]


class Suppression(models.Model):
    """An address that is not mailed, whoever has it. `address` is folded as `query.folding.fold` does."""

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce", _("The address does not exist")
        COMPLAINT = "complaint", _("Complained of spam")
        OPT_OUT = "opt_out", pgettext_lazy("address", "Opted out")
        MANUAL = "manual", _("Blocked by hand")

    id = models.BigAutoField(primary_key=True)
    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    since = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=255, default="")
    detail = models.TextField(default="")


class Policy(models.Model):
    """What the company decided about consent: one row. A cap of no mails means that there is none."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    email_needs_consent = models.BooleanField(default=False)
    opens_need_consent = models.BooleanField(default=True)
    clicks_need_consent = models.BooleanField(default=True)
    cap_mails = models.PositiveSmallIntegerField(null=True)
    cap_days = models.PositiveSmallIntegerField(default=7)
