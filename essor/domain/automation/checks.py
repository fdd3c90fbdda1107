"""Checks of texts with merge fields, and how cards show them."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from essor.domain.automation import merge
from essor.domain.automation.kinds import Site
from essor.kernel.errors import EssorError, FieldError
from essor.query import run

MERGED = re.compile(r"\{\{\s*([\w.]+)[^{}]*\}\}")


def text_errors(site: Site, **texts: str) -> list[FieldError]:
    """Return what is wrong with texts with merge fields, by the names of their settings."""
    errors = []
    for name, text in texts.items():
        if not text.strip():
            message = _("Write a subject.") if name == "subject" else _("Write a text.")
            errors.append(FieldError(name, "REQUIRED_FIELD_MISSING", message))
            continue
        try:
            for path in merge.read(text).paths:
                run.field_of(site.actor, site.obj.name, path)
        except EssorError as error:
            errors.append(FieldError(name, "FIELD_INTEGRITY_EXCEPTION", str(error)))
    return errors


def in_words(site: Site, text: str) -> str:
    """Return a text with merge fields as people read it: “Hello [First name]”."""

    def label(found: re.Match[str]) -> str:
        path = found.group(1)
        try:
            return f"[{run.field_of(site.actor, site.obj.name, path).label}]"
        except EssorError:
            return f"[{path}]"

    return MERGED.sub(label, text)
