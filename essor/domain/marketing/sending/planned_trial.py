"""Keeps what a mailing tries, as somebody typed it, and shows it the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.sending import launch
from essor.domain.marketing.sending.models import ListEmail
from essor.kernel.errors import EssorError, FieldError, ValidationFailed
from essor.kernel.whole import whole
from essor.records.change import Change
from essor.records.save import save

LETTERS = "bc"  # variant A is the mailing itself
MOST_SHARE, MOST_HOURS = 90, 14 * 24
RULES = ("clicks", "opens")


def keep(actor: Actor, mailing: ListEmail, values: Mapping[str, str]) -> None:
    """Keep variants B and C, the share of people, the hours and the rule; nothing typed for B ends the trial."""
    errors: list[FieldError] = []
    variants = [one for letter in LETTERS if (one := _variant(actor, values, letter, errors))]
    trial: dict[str, Any] = {}
    if variants:
        trial = {
            "variants": variants,
            "share": _whole(values, "share", 1, MOST_SHARE, errors),
            "hours": _whole(values, "hours", 1, MOST_HOURS, errors),
            "rule": values.get("rule") if values.get("rule") in RULES else RULES[0],
        }
    if errors:
        raise ValidationFailed(errors)
    with transaction.atomic():
        save(actor, Change("ListEmail", {}, id=mailing.pk))  # who may not edit the mailing is refused
        ListEmail.objects.filter(pk=mailing.pk).update(trial=trial)
        mailing.trial = trial


def typed(mailing: ListEmail) -> dict[str, Any]:
    """Return what the form starts with."""
    found: dict[str, Any] = {"share": 20, "hours": 4, "rule": RULES[0], "base": "3", "gain": "1"}
    found |= {name: mailing.trial[name] for name in ("share", "hours", "rule") if name in mailing.trial}
    for letter, one in zip(LETTERS, mailing.trial.get("variants", []), strict=False):
        found |= {f"{letter}_{name}": value for name, value in one.items() if value}
    return found


def percent(text: str, usual: float) -> float:
    """Return a share in percent as it was typed, the usual one for anything that cannot be a difference of shares."""
    try:
        found = float(text.replace(",", ".").strip().rstrip("%"))
    except ValueError:
        return usual
    return found if 0 < found < 50 else usual  # noqa: PLR2004 -- percent: a base and a gain stay below 100 together


def _variant(
    actor: Actor, values: Mapping[str, str], letter: str, errors: list[FieldError]
) -> dict[str, Any]:
    """Return what differs in a variant, {} when nothing does."""
    found: dict[str, Any] = {}
    for name in ("subject", "from_name", "from_address", "template"):
        text = " ".join(values.get(f"{letter}_{name}", "").split())[:255]
        if text:
            found[name] = text
    if "from_address" in found:
        try:
            validate_email(found["from_address"])
        except ValidationError:
            errors.append(
                FieldError(f"{letter}_from_address", "INVALID_FIELD_VALUE", _("This is no e-mail address."))
            )
    if "template" in found:
        try:
            found["template"] = _template(actor, found["template"])
        except EssorError as error:
            errors.append(FieldError(f"{letter}_template", "INVALID_FIELD_VALUE", str(error)))
    return found


def _template(actor: Actor, text: str) -> int:
    return int(launch.template_of(actor, whole(text)).pk)


def _whole(values: Mapping[str, str], name: str, least: int, most: int, errors: list[FieldError]) -> int:
    text = values.get(name, "").strip()
    number = whole(text, most)
    if number is None or number < least:
        words = _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        errors.append(FieldError(name, "INVALID_FIELD_VALUE", words))
        return least
    return number
