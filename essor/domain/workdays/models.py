"""What a company says of its own days beside the public holidays of its country."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.access.models.stamped import Stamped


class Habits(Stamped):
    """One row: the region of the country whose holidays are kept too, and the holidays on which the company works.

    `worked` are names as the country itself calls its holidays (“Lundi de Pentecôte”): they hold for every year.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    region = models.CharField(_("Region"), max_length=40, default="", blank=True)
    worked = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.region


class Closure(Stamped):
    """Days on which the company is closed; both ends count."""

    id = models.BigAutoField(primary_key=True)
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    name = models.CharField(_("Name"), max_length=80)

    class Meta:
        ordering = ["first_day", "pk"]

    def __str__(self) -> str:
        return self.name
