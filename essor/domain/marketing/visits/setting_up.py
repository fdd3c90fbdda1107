"""What administrators decide about visits, written into the journal of the set-up."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.domain.marketing.visits import sites
from essor.domain.marketing.visits.models import VisitPolicy, Website
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.whole import whole

MOST_SITES, MOST_MONTHS, LONGEST = 50, 60, 255


def decide(actor: Actor, origins: Iterable[str], months: str) -> None:
    """Keep the company's sites, a line each, and how long visits stay.

    Forbidden without the right to customize; ValidationFailed with every line that is no site.
    """
    require(actor, Permission.CUSTOMIZE)
    wanted, errors = _origins(origins)
    kept = whole(months.strip(), MOST_MONTHS) or 0
    if not kept:
        sentence = _("Enter a whole number from 1 to %(most)d.") % {"most": MOST_MONTHS}
        errors.append(FieldError("kept_months", "INVALID_FIELD_VALUE", sentence))
    if errors:
        raise ValidationFailed(errors)
    with transaction.atomic():
        Website.objects.exclude(origin__in=wanted).delete()
        Website.objects.bulk_create([Website(origin=one) for one in wanted], ignore_conflicts=True)
        VisitPolicy.objects.update_or_create(pk=1, defaults={"kept_months": kept})
        record(actor, "save_websites", ", ".join(wanted) or "–")
        transaction.on_commit(sites.forget)


def _origins(lines: Iterable[str]) -> tuple[list[str], list[FieldError]]:
    wanted: dict[str, None] = {}
    errors = []
    for line in (one.strip() for one in lines):
        if not line:
            continue
        origin = sites.origin_of(line if "://" in line else f"https://{line}")
        if origin and len(origin) <= LONGEST:
            wanted[origin] = None
        else:
            text = _("“%(line)s” is no site. Enter addresses such as https://www.example.com.")
            errors.append(FieldError("origins", "INVALID_FIELD_VALUE", text % {"line": line[:80]}))
    if len(wanted) > MOST_SITES:
        text = _("At most %(most)d sites.") % {"most": MOST_SITES}
        errors.append(FieldError("origins", "INVALID_FIELD_VALUE", text))
    return list(wanted), errors
