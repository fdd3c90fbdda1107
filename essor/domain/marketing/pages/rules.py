"""A landing page has an address from the start, and asks only what strangers may be asked."""

from __future__ import annotations

import secrets

from django.utils.text import slugify
from django.utils.translation import gettext as _

from essor.domain.marketing.pages import forms
from essor.domain.marketing.pages.objects import PAGE
from essor.records.batch import Batch
from essor.records.rules import before

LONGEST = 80


@before(PAGE, reads=("Title", "Slug", "UrlKey", "Language", "FormFields"))
def settle(batch: Batch) -> None:
    """Give new pages their key and a slug, and refuse fields that no form asks for."""
    known = {field.name for field in forms.offered()}
    for row in batch:
        if row.is_new:
            row.set("UrlKey", secrets.token_urlsafe(12))
            row.set("FormFields", row.get("FormFields") or forms.USUAL)
            row.set("Language", row.get("Language") or batch.actor.language)
        if not row.is_new and not (row.offered.keys() & {"Slug", "FormFields"}):
            continue
        row.set("Slug", slugify(row.get("Slug") or row.get("Title") or "")[:LONGEST].strip("-") or None)
        names = {name.rstrip(forms.REQUIRED) for name in (row.get("FormFields") or forms.USUAL).split()}
        if not names <= known or not names >= set(forms.ALWAYS):
            row.refuse("FormFields", _("A form cannot ask for this field."))
