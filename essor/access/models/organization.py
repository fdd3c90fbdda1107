"""The one organization of this installation, and the stamp that says when rights have changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.access.models.stamped import Stamped


class Organization(Stamped):
    """The company: what amounts, fiscal years, phone numbers and new users start from."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=80)
    country = models.CharField(_("Country"), max_length=2, default="FR")
    currency_iso_code = models.CharField(_("Currency"), max_length=3, default="EUR")
    fiscal_year_start_month = models.PositiveSmallIntegerField(_("First month of the fiscal year"), default=1)
    language = models.CharField(_("Language"), max_length=5, default="fr")
    locale = models.CharField(_("Locale"), max_length=12, default="fr_FR")
    timezone = models.CharField(_("Time zone"), max_length=64, default="Europe/Paris")
    phone_region = models.CharField(_("Phone region"), max_length=2, default="FR")

    def __str__(self) -> str:
        return self.name


class AccessVersion(models.Model):
    """One row. Its stamp is drawn, not counted: a version that was rolled back never comes again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.stamp)
