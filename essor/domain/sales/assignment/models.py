"""Who gets which record: entries in their order, the members of teams with their turns."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One line of the rules: records that meet `where` (a condition as JSON, None for all) go to a person, queue or team."""

    class To(models.TextChoices):
        """Who gets the records."""

        OWNER = "owner", _("a person or a queue")
        TEAM = "team", _("a team in turn")

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80, default="Lead")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    where = models.JSONField(null=True)
    to = models.CharField(max_length=8, choices=To.choices, default=To.OWNER)
    owner_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["position", "pk"]


class Member(models.Model):
    """A person of a team: `weight` 2 gets twice as many as 1; `credit` is the state of the turn, `given` a count."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="members")
    user_id = models.BigIntegerField()
    weight = models.PositiveIntegerField(default=1)
    credit = models.IntegerField(default=0)
    given = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "user_id"], name="assignment_member_once")]
