"""The two moments that every setup row remembers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stamped(models.Model):
    """When the row was made and last changed."""

    created_date = models.DateTimeField(_("Created on"), auto_now_add=True)
    last_modified_date = models.DateTimeField(_("Last modified on"), auto_now=True)

    class Meta:
        abstract = True
