"""One table: days on which somebody is away."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.access.models.stamped import Stamped


class Absence(Stamped):
    """Days on which somebody is away; both ends count, in the company's time zone.

    Without a `deputy` whoever the person's own record names stands in (`User.delegated_approver`), or nobody.
    """

    user = models.ForeignKey("access.User", models.CASCADE, related_name="absences")
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    deputy = models.ForeignKey("access.User", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["first_day", "pk"]
        indexes = [models.Index(fields=["last_day", "first_day"], name="absences_days")]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"
