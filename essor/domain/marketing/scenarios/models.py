"""What makes a flow a scenario, the mailings of its steps, and who hands over its text messages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.domain.automation.models import Flow, FlowRun, FlowVersion, new_secret


class Scenario(models.Model):
    """What a flow of contacts or leads knows beyond its steps: the campaign it belongs to, and how it writes.

    Who comes in again and who leaves stands in the flow's definition, so that it goes with the version: `trigger.again`,
    `leave` (the goal) and `drop` (the exit).
    """

    flow = models.OneToOneField(Flow, models.CASCADE, primary_key=True, related_name="scenario")
    campaign = models.ForeignKey(
        "campaigns.Campaign", models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    # What its mails are about: who opted out of the topic is not mailed.
    topic = models.ForeignKey(
        "consent.Topic", models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    from_name = models.CharField(max_length=120, default="", blank=True)
    from_address = models.EmailField(default="", blank=True)
    reply_to_address = models.EmailField(default="", blank=True)
    is_capped = models.BooleanField(default=True)
    is_tracked = models.BooleanField(default=True)


class StepMail(models.Model):
    """The mailing through which one step of one version writes.

    Nobody gets a mailing twice: who passes the step again gets that of the next `round`. Versions share the mailings of
    steps that say the same: `digest` tells what they say.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="+", db_index=False)
    node = models.CharField(max_length=12)
    round = models.PositiveSmallIntegerField(default=1)
    digest = models.CharField(max_length=64)
    list_email = models.ForeignKey(
        "sending.ListEmail", models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "node", "round"], name="step_mail_once")
        ]


class StepAddress(models.Model):
    """An address that a step of a flow writes to, in any of its versions: whoever else has it is not mailed in that round.

    `address` is folded to lower case; `person_id` is who came by first.
    """

    id = models.BigAutoField(primary_key=True)
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="+", db_index=False)
    node = models.CharField(max_length=12)
    round = models.PositiveSmallIntegerField(default=1)
    address = models.CharField(max_length=254)
    person_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "node", "round", "address"], name="step_address_once")
        ]


class Gateway(models.Model):
    """Who hands over our text messages: one row.

    `options` are what the provider must be told, `sealed` its secrets; `secret` signs what we send, `token` is in the
    addresses that the provider reports to.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    provider = models.CharField(max_length=20, default="")
    sender = models.CharField(max_length=34, default="", blank=True)
    options = models.JSONField(default=dict)
    sealed = models.TextField(default="", blank=True)
    secret = models.CharField(max_length=64, default=new_secret)
    token = models.CharField(max_length=64, default=new_secret)
    is_active = models.BooleanField(default=True)
    problem = models.CharField(max_length=500, default="", blank=True)
    problem_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)


class SentText(models.Model):
    """A text message that a provider took: `reference` is what it calls it, `words` what it said about its end."""

    class State(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", _("Taken")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Not delivered")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(FlowRun, models.CASCADE, related_name="+")
    node = models.CharField(max_length=12)
    kind = models.SmallIntegerField()
    person_id = models.BigIntegerField()
    number = models.CharField(max_length=16, db_index=True)
    reference = models.CharField(max_length=80, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.TAKEN)
    words = models.CharField(max_length=200, default="", blank=True)
    at = models.DateTimeField(default=timezone.now)
    reported = models.DateTimeField(null=True)
