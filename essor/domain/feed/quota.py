"""How much room files may take: for the whole company and for one person, every version counted."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from essor.domain.feed.models import ContentVersion
from essor.kernel.errors import FieldError, ValidationFailed

MEGABYTE = 1024 * 1024


def check(user_id: int | None, size: int) -> None:
    """Let `size` more bytes of a person (None: of nobody's) pass; ValidationFailed where they would not fit."""
    company, person = settings.FILES_QUOTA_MB, settings.FILES_QUOTA_PER_USER_MB
    if user_id is not None and person and _used(created_by_id=user_id) + size > person * MEGABYTE:
        sentence = _(
            "Your files would take more than the %(size)d MB that each person has; those in the recycle bin count too."
        ) % {"size": person}
        raise ValidationFailed([FieldError("", "STORAGE_LIMIT_EXCEEDED", sentence)])
    if company and _used() + size > company * MEGABYTE:
        sentence = _(
            "Files would take more than the %(size)d MB that the company has; those in the recycle bin count too."
        ) % {"size": company}
        raise ValidationFailed([FieldError("", "STORAGE_LIMIT_EXCEEDED", sentence)])


def _used(**whose: int) -> float:
    """Return the bytes in use: what is in the recycle bin still takes room."""
    return ContentVersion.objects.filter(**whose).aggregate(total=Sum("content_size"))["total"] or 0
