"""Every click and every opened mail: a narrow row each, written once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

OPENED = -1  # the `link` of an opened mail


class Verdict(models.IntegerChoices):
    """Who it was. A hit waits `verdicts.WAIT` for it, as machines give themselves away by what they do next."""

    UNKNOWN = 0
    PERSON = 1
    MACHINE = 2


class Hit(models.Model):
    """One click on link number `link` of a mailing, or one opening of it.

    `recipient_id` is NULL for those who did not agree to be followed. `agent` and `network` tell machines apart and
    people not: the program's name without its versions, and the address without its last part.
    """

    id = models.BigAutoField(primary_key=True)
    list_email_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField(null=True)
    link = models.SmallIntegerField()
    at = models.DateTimeField()
    verdict = models.SmallIntegerField(choices=Verdict.choices, default=Verdict.UNKNOWN)
    agent = models.CharField(max_length=80, default="")
    network = models.CharField(max_length=45, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["list_email_id", "link", "verdict", "recipient_id"], name="hit_of_mailing"),
            models.Index(fields=["recipient_id", "at"], name="hit_of_recipient"),
            models.Index(fields=["at"], name="hit_undecided", condition=models.Q(verdict=Verdict.UNKNOWN)),
        ]
