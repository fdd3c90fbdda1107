"""Every click and every opened mail: a narrow row each, written once and touched again only where it was a machine."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

OPENED = -1  # the `link` of an opened mail


class Verdict(models.IntegerChoices):
    """Who it was, as far as we know: machines give themselves away by what they do next (`Judged`)."""

    PERSON = 1
    MACHINE = 2


class Hit(models.Model):
    """One click on link number `link` of a mailing, or one opening of it.

    `recipient_id` is NULL for those who did not agree to be followed; the `variant` of a trial is known all the same.
    `agent` and `network` tell machines apart and people not: the program's name without its versions, and the address
    without its last part. Keys are given in the order in which hits are committed (`keeping`).
    """

    id = models.BigAutoField(primary_key=True)
    list_email_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField(null=True)
    link = models.SmallIntegerField()
    at = models.DateTimeField()
    variant = models.SmallIntegerField(null=True)
    verdict = models.SmallIntegerField(choices=Verdict.choices, default=Verdict.PERSON)
    agent = models.CharField(max_length=80, default="")
    network = models.CharField(max_length=45, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["list_email_id", "link", "verdict", "recipient_id"], name="hit_of_mailing"),
            models.Index(fields=["recipient_id", "at"], name="hit_of_recipient"),
        ]


class Judged(models.Model):
    """One row: the last hit whose verdict is final. Whoever came after it counts as a person, and nobody was told yet."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    hit = models.BigIntegerField(default=0)
