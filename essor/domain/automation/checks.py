"""Checks that several kinds of steps share."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.domain.automation import merge
from essor.domain.automation.kinds import Site
from essor.kernel.errors import EssorError, FieldError
from essor.query import run


def text_errors(site: Site, **texts: str) -> list[FieldError]:
    """Return what is wrong with texts with merge fields, by the names of their settings."""
    errors = []
    for name, text in texts.items():
        if not text.strip():
            errors.append(FieldError(name, "REQUIRED_FIELD_MISSING", _("Write a text.")))
            continue
        try:
            for path in merge.read(text).paths:
                run.field_of(site.actor, site.obj.name, path)
        except EssorError as error:
            errors.append(FieldError(name, "FIELD_INTEGRITY_EXCEPTION", str(error)))
    return errors
