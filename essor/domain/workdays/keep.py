"""Changes which days the company works."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.domain.workdays import public
from essor.domain.workdays.days import habits
from essor.domain.workdays.models import Closure
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

LONGEST, MOST = 366, 500  # days of one closure; closures
LONGEST_NAME = 80
CHANGED = "save_workdays"


@transaction.atomic
def choose_region(actor: Actor, region: str) -> None:
    """Keep the holidays of a region of the country too, or of none (“”)."""
    require(actor, Permission.CUSTOMIZE)
    if region and region not in dict(public.regions(actor.company.country)):
        raise _refused("region", _("Choose one of the list."))
    row = habits()
    row.region = region
    row.save()
    record(actor, CHANGED, region)


@transaction.atomic
def work_on(actor: Actor, name: str, *, works: bool) -> None:
    """Say whether the company works on a public holiday, each year; `name` is what the country calls it."""
    require(actor, Permission.CUSTOMIZE)
    row = habits()
    kept = set(row.worked) - {name}
    row.worked = sorted(kept | {name[:LONGEST_NAME]} if works else kept)[:MOST]
    row.save()
    record(actor, CHANGED, name)


@transaction.atomic
def close(actor: Actor, first: date | None, last: date | None, name: str) -> Closure:
    """Note days on which the company is closed; `last` is the first one where it is not given. ValidationFailed otherwise."""
    require(actor, Permission.CUSTOMIZE)
    name, last = " ".join(name.split())[:LONGEST_NAME], last or first
    errors = []
    if first is None or last is None:
        errors.append(FieldError("first", "REQUIRED_FIELD_MISSING", _("Give a day.")))
    elif not 0 <= (last - first).days < LONGEST:
        message = _("The last day comes after the first one, within a year.")
        errors.append(FieldError("last", "INVALID_FIELD_VALUE", message))
    if not name:
        message = _("Say why, such as “Summer break”.")
        errors.append(FieldError("name", "REQUIRED_FIELD_MISSING", message))
    if Closure.objects.count() >= MOST:
        errors.append(FieldError("", "LIMIT_EXCEEDED", _("Remove past closures first.")))
    if errors or first is None or last is None:
        raise ValidationFailed(errors)
    row = Closure.objects.create(first_day=first, last_day=last, name=name)
    record(actor, CHANGED, name)
    return row


@transaction.atomic
def open_again(actor: Actor, key: int) -> None:
    """Forget a closure."""
    require(actor, Permission.CUSTOMIZE)
    row = Closure.objects.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such closure."))
    record(actor, CHANGED, row.name)
    row.delete()


def _refused(field: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(field, "INVALID_FIELD_VALUE", message)])
