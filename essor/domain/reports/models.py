"""What people keep: reports, the dashboards that show several of them, and who gets which by mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.access.models import User
from essor.access.models.stamped import Stamped
from essor.query.models import Kept


class Named(Kept):
    """A report or dashboard. `key` marks a ready-made one: its name and description are then texts to translate."""

    key = models.CharField(max_length=60, blank=True, default="")
    description = models.TextField(blank=True, default="")

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """Return the name in the reader's language."""
        return gettext(self.name) if self.key else self.name

    @property
    def text(self) -> str:
        """Return the description in the reader's language."""
        return gettext(self.description) if self.key and self.description else self.description


class Report(Named):
    """A question and how it is shown; `definition` is described in `definition.py`, `folder` a word to find it by."""

    folder = models.CharField(max_length=80, blank=True, default="")
    definition = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["folder", "name"], name="reports_report_menu")]

    @property
    def place(self) -> str:
        """Return the folder in the reader's language."""
        return gettext(self.folder) if self.key and self.folder else self.folder


class Dashboard(Named):
    """Reports side by side: `tiles` is [{"id", "report", "show", "width"}], `filters` what all of them start with."""

    object_name = None  # type: ignore[assignment]  # a dashboard is about several objects
    tiles = models.JSONField(default=list)
    filters = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name"], name="reports_dashboard_menu")]


class Mailing(Stamped):
    """A report that goes out by mail. Each recipient gets what their own rights show; `next_due` is aware UTC."""

    class Rhythm(models.TextChoices):
        """How often it goes."""

        DAILY = "daily", _("Every day")
        WORKDAYS = "workdays", _("Monday to Friday")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="mailings")
    owner: models.ForeignKey[User, User] = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_constraint=False
    )
    recipients: models.ManyToManyField[User, User] = models.ManyToManyField(User, related_name="mailings")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    weekday = models.PositiveSmallIntegerField(default=0)
    monthday = models.PositiveSmallIntegerField(default=1)
    at = models.TimeField()
    timezone = models.CharField(max_length=64)
    next_due = models.DateTimeField(db_index=True)
    last_sent = models.DateTimeField(null=True)
