"""What documents say about us: kept in one row, changed by whoever may customize."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.domain.feed import store
from essor.domain.sales.quotes.models import Letterhead
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.whole import whole

TEXTS = (
    "legal_name",
    "legal_form",
    "capital",
    "street",
    "postal_code",
    "city",
    "country",
    "siret",
    "register",
    "vat_number",
    "phone",
    "email",
    "website",
    "iban",
    "penalty_rate",
    "no_vat_note",
    "note",
)
LONGEST_NOTE, MOST_DAYS, LARGEST_LOGO = 1000, 180, 2 * 1024 * 1024
SIRET = 14  # digits, the last of which checks the others
MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


def letterhead() -> Letterhead:
    """Return the row, or an empty one when nothing was entered."""
    return Letterhead.objects.filter(pk=1).first() or Letterhead()


@transaction.atomic
def keep(
    actor: Actor, values: Mapping[str, str], logo: Iterable[bytes] | None = None, *, drop_logo: bool = False
) -> None:
    """Store what was typed, and a logo (PNG or JPEG); ValidationFailed lists everything wrong with them."""
    require(actor, Permission.CUSTOMIZE)
    row, errors = letterhead(), []
    for name in TEXTS:
        text = values.get(name, "").strip()
        longest = getattr(row._meta.get_field(name), "max_length", None) or LONGEST_NOTE
        if len(text) > longest:
            errors.append(_error(name, _("At most %(num)d characters.") % {"num": longest}))
        setattr(row, name, text)
    days = values.get("payment_days", "").strip()
    if whole(days, MOST_DAYS) is not None:
        row.payment_days = int(days)
    else:
        errors.append(
            _error("payment_days", _("Enter a number of days from 0 to %(num)d.") % {"num": MOST_DAYS})
        )
    if row.siret and not _is_siret(row.siret):
        errors.append(_error("siret", _("A SIRET has 14 digits, and these do not add up to one.")))
    if row.penalty_rate and not re.fullmatch(r"\d{1,2}([.,]\d{1,2})?", row.penalty_rate):
        errors.append(_error("penalty_rate", _("Enter a percentage, such as 12.")))
    content = b"".join(logo) if logo is not None else b""
    kind = next((name for magic, name in MAGIC.items() if content.startswith(magic)), "")
    if content and (not kind or len(content) > LARGEST_LOGO):
        errors.append(_error("logo", _("A logo is a PNG or JPEG picture of at most 2 MB.")))
    if errors:
        raise ValidationFailed(errors)
    if content:
        row.logo, row.logo_format = store.keep([content]).path, kind
    elif drop_logo:
        row.logo = row.logo_format = ""
    row.pk = 1
    row.save()
    record(actor, "save_letterhead", row)


def _error(name: str, message: str) -> FieldError:
    return FieldError(name, "INVALID_FIELD_VALUE", message)


def _is_siret(text: str) -> bool:
    """Tell whether 14 digits pass the check of Luhn."""
    digits = re.sub(r"\s", "", text)
    if len(digits) != SIRET or not digits.isdecimal():
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 -- sum of two digits
