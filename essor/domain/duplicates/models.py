"""Matching rules, the keys under which records meet, and the pairs that somebody should look at."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What a save does that seems to repeat a record."""

    BLOCK = "block", _("Block")
    WARN = "warn", _("Warn, and let the person decide")
    REPORT = "report", _("Allow, and list as suspected")


class MatchingRule(models.Model):
    """How records of an object are compared with others of it, or of `other_object`, and what a save does then.

    `criteria` are those of `matching.weights.Criterion` as JSON; `prior` in bits; `threshold` is a probability.
    """

    object_name = models.CharField(max_length=80)
    other_object = models.CharField(max_length=80, blank=True, default="")
    name = models.CharField(max_length=120)
    standard = models.CharField(max_length=40, blank=True, default="")
    criteria = models.JSONField(default=list)
    prior = models.FloatField(default=-10.0)
    threshold = models.FloatField(default=0.9)
    on_create = models.CharField(max_length=10, choices=Action.choices, default=Action.WARN)
    on_edit = models.CharField(max_length=10, choices=Action.choices, default=Action.REPORT)
    message = models.CharField(max_length=255, blank=True, default="")
    active = models.BooleanField(default=True)
    learnt_date = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["object_name"], name="matching_rule_object")]

    @property
    def target(self) -> str:
        """Return the object whose records are looked for."""
        return self.other_object or self.object_name

    @property
    def title(self) -> str:
        """Return the rule's name, that of a standard rule in the reader's language."""
        return str(STANDARD_NAMES.get(self.standard, self.name)) if self.standard else self.name


STANDARD_NAMES = {
    "account": _("The same company"),
    "contact": _("The same person"),
    "lead": _("The same lead"),
    "lead_contact": _("A lead who is already a contact"),
}


class MatchKey(models.Model):
    """One key of one record: a hash of what its values sound like. Records that share one are compared."""

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    key = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "object_name", "record_id"], name="match_key"),
            models.Index(fields=["object_name", "record_id"], name="match_record"),
        ]


class SuspectPair(models.Model):
    """Two records that seem to be one. `one` is the smaller key of an object, or the record of the rule's own object.

    `group_id` is the smallest pair id of the component that the pair belongs to among the open pairs.
    """

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    one_id = models.BigIntegerField()
    other_object = models.CharField(max_length=80)
    two_id = models.BigIntegerField()
    likeness = models.FloatField()
    rule = models.ForeignKey(MatchingRule, models.CASCADE, related_name="+")
    group_id = models.BigIntegerField(default=0)
    dismissed = models.BooleanField(default=False)
    dismissed_by_id = models.BigIntegerField(null=True)
    found_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_name", "one_id", "other_object", "two_id"], name="suspect_pair_once"
            )
        ]
        indexes = [
            models.Index(fields=["object_name", "dismissed", "group_id"], name="suspect_group"),
            models.Index(fields=["other_object", "two_id"], name="suspect_two"),
        ]


class KeyState(models.Model):
    """Whether an object's keys are complete, and the fields and methods that they were made of."""

    object_name = models.CharField(max_length=80, unique=True)
    shape = models.CharField(max_length=64)
    scanned_date = models.DateTimeField(null=True)
