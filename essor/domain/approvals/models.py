"""Approval processes as administrators draw them, requests with their trail, and the links of mails."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.access.models.stamped import Stamped
from essor.catalog.record import LIVE, Detail

PENDING, APPROVED, REJECTED, REMOVED = "Pending", "Approved", "Rejected", "Removed"
STARTED, REASSIGNED, NO_RESPONSE = "Started", "Reassigned", "NoResponse"


class Drawn(models.Manager["ApprovalProcess"]):
    """The processes that administrators draw, without those made for a single question."""

    def get_queryset(self) -> models.QuerySet[ApprovalProcess]:
        """Return them."""
        return super().get_queryset().filter(direct=False)


class ApprovalProcess(Stamped):
    """What must be approved before it holds: which records, by whom in which order, and what follows.

    `entry` is a condition tree as JSON (None: every record). `facts` are the outside names of the fields that approvers
    are shown, `remind_after` the days after which they are reminded, again and again. `on_approve` and `on_refuse` are
    lists of {"field": name, "value": JSON} or {"field": name, "copy": name}.
    `direct`: made for people that a question names itself (see `actions.direct`); only by its key is it ever started.
    """

    class AfterRefusal(models.TextChoices):
        """What a refusal at a later step does."""

        FINAL = "final", _("The request is over")
        START = "start", _("It goes back to the first step")

    name = models.CharField(_("Name"), max_length=120)
    object_name = models.CharField(_("Object"), max_length=80)
    description = models.TextField(_("Description"), null=True, blank=True)
    active = models.BooleanField(_("Active"), default=False)
    direct = models.BooleanField(default=False)
    place = models.PositiveIntegerField(default=0)
    entry = models.JSONField(null=True, blank=True)
    after_refusal = models.CharField(max_length=10, choices=AfterRefusal.choices, default=AfterRefusal.FINAL)
    remind_after = models.PositiveSmallIntegerField(_("Remind after"), null=True, blank=True)
    facts = models.JSONField(default=list, blank=True)
    on_approve = models.JSONField(default=list, blank=True)
    on_refuse = models.JSONField(default=list, blank=True)

    objects = models.Manager()
    drawn: ClassVar[models.Manager[ApprovalProcess]] = Drawn()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="approvals_process_name", condition=Q(direct=False))
        ]

    def __str__(self) -> str:
        return self.name


class ApprovalStep(Stamped):
    """One question of a process: to whom, and how many must agree. `entry` as in the process: who skips it."""

    class To(models.TextChoices):
        """Where the approvers come from."""

        PEOPLE = "people", _("Named people")
        GROUP = "group", _("A group or queue")
        ROLE = "role", _("People above in the role tree")
        FIELD = "field", _("A user named on the record")
        MANAGER = "manager", _("The owner’s manager")

    class Rule(models.TextChoices):
        """How many must agree."""

        UNANIMOUS = "unanimous", _("All must approve")
        FIRST = "first", _("The first answer decides")

    process = models.ForeignKey(ApprovalProcess, models.CASCADE, related_name="steps")
    place = models.PositiveIntegerField(default=0)
    name = models.CharField(_("Name"), max_length=120)
    entry = models.JSONField(null=True, blank=True)
    to = models.CharField(max_length=10, choices=To.choices, default=To.ROLE)
    people = models.JSONField(default=list, blank=True)
    group = models.ForeignKey("access.Group", models.SET_NULL, null=True, blank=True, related_name="+")
    role = models.ForeignKey("access.UserRole", models.SET_NULL, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=80, null=True, blank=True)
    rule = models.CharField(max_length=10, choices=Rule.choices, default=Rule.UNANIMOUS)
    skip_empty = models.BooleanField(default=False)

    class Meta:
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return self.name


class ProcessInstance(Detail):
    """One request for approval of one record. `asked` is {outside name: [before, now]} of what the approvers decide on."""

    name = models.CharField(_("Request"), max_length=255)
    target_object = models.BigIntegerField(_("Record"))
    target_object_type = models.CharField(max_length=3)
    process = models.ForeignKey(ApprovalProcess, models.PROTECT, related_name="instances")
    step = models.ForeignKey(ApprovalStep, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(_("Status"), max_length=40, default=PENDING)
    submitted_by = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("Submitted by"),
    )
    last_actor = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("Last answer by"),
    )
    comments = models.TextField(_("Comments"), null=True, blank=True)
    completed_date = models.DateTimeField(_("Completed on"), null=True, blank=True)
    elapsed_time_in_hours = models.FloatField(_("Hours until the end"), null=True, blank=True)
    asked = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["target_object_type", "target_object"], name="approvals_of_record", condition=LIVE
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target_object_type", "target_object"],
                name="approvals_one_pending",
                condition=Q(status=PENDING, is_deleted=False),
            )
        ]

    @property
    def title(self) -> str:
        """Return the name of the record as it was when it was submitted."""
        return self.name.removeprefix(f"{self.process.name} – ")


class ProcessInstanceStep(Detail):
    """One line of a request's trail: somebody asked, answered, handed over or took back."""

    process_instance = models.ForeignKey(
        ProcessInstance, models.DO_NOTHING, related_name="steps", verbose_name=_("Request")
    )
    step_status = models.CharField(_("Answer"), max_length=40)
    step_name = models.CharField(_("Step"), max_length=120, null=True, blank=True)
    actor = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("Person"),
    )
    original_actor = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("First asked"),
    )
    comments = models.TextField(_("Comments"), null=True, blank=True)
    elapsed_time_in_hours = models.FloatField(_("Hours until the answer"), null=True, blank=True)


class ProcessInstanceWorkitem(Detail):
    """Somebody who is asked now; the row is marked deleted once it is answered or not needed any more."""

    process_instance = models.ForeignKey(
        ProcessInstance, models.DO_NOTHING, related_name="workitems", verbose_name=_("Request")
    )
    step = models.ForeignKey(ApprovalStep, models.SET_NULL, null=True, related_name="+")
    step_name = models.CharField(_("Step"), max_length=120, null=True, blank=True)
    actor = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("Person asked"),
    )
    original_actor = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("First asked"),
    )
    reminded = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor"], name="approvals_waiting_for", condition=LIVE)]


class MailLink(models.Model):
    """One mail to one person about one open request; its link works once. Only a digest of the secret is kept."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(ProcessInstanceWorkitem, models.CASCADE, related_name="links")
    user = models.ForeignKey("access.User", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, null=True)
    created = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="approvals_one_mail")]

    def __str__(self) -> str:
        return f"{self.item_id} → {self.user_id}"
