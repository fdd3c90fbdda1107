"""Who hands over our text messages: kept, tried out, turned off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.catalog.kinds.contact import e164
from essor.domain.automation.guarded import Unreachable
from essor.domain.marketing.scenarios.models import Gateway
from essor.domain.marketing.scenarios.texts.port import PROVIDERS, Account, Message, Provider
from essor.kernel.errors import EssorError, FieldError, ValidationFailed
from essor.kernel.sealed import Unreadable, seal, unseal

LONGEST, LONGEST_SENDER = 5_000, 34
_SENDER = re.compile(r"[A-Za-z0-9 .&_-]{1,11}|\+?[0-9]{3,15}|MG[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Line:
    """The provider in use with our account there."""

    provider: Provider
    account: Account


def gateway() -> Gateway | None:
    """Return the set-up, None while nobody has made one."""
    return Gateway.objects.filter(pk=1).first()


def line() -> Line | None:
    """Return who hands over our messages, None while nobody is in use; EssorError when the keys cannot be read."""
    row = gateway()
    if row is None or not row.is_active or row.provider not in PROVIDERS:
        return None
    try:
        secrets = orjson.loads(unseal(row.sealed) or "{}")
    except Unreadable:
        message = _("The keys for text messages were kept under another SECRET_KEY. Enter them again.")
        raise EssorError(message) from None
    options = {**row.options, **secrets}
    return Line(PROVIDERS[row.provider], Account(row.sender, options, address(row, "receipt"), row.secret))


def is_in_use() -> bool:
    """Tell whether somebody hands over our messages, whose keys can be read."""
    try:
        return line() is not None
    except EssorError:
        return False


def address(row: Gateway, what: str) -> str:
    """Return where a provider reports to: `what` is “receipt” or “answer”."""
    return f"{settings.SITE_URL}/texts/{row.token}/{what}"


def keep(actor: Actor, values: Mapping[str, str]) -> Gateway:
    """Keep a provider: “provider”, “sender” and its options by name. An empty secret keeps the one that is there.

    Raises Forbidden; ValidationFailed with all that is wrong.
    """
    require(actor, Permission.CUSTOMIZE)
    kind = PROVIDERS.get(values.get("provider", ""))
    if kind is None:
        raise ValidationFailed([FieldError("provider", "INVALID_FIELD_VALUE", _("Choose one of the list."))])
    with transaction.atomic():
        row = Gateway.objects.select_for_update().filter(pk=1).first() or Gateway()
        typed = {one.name: values.get(one.name, "").strip()[:LONGEST] for one in kind.options}
        if row.provider == kind.name:
            kept = _readable(row)
            typed |= {
                one.name: kept.get(one.name, "") for one in kind.options if one.secret and not typed[one.name]
            }
        sender = values.get("sender", "").strip()[:LONGEST_SENDER]
        errors = [
            FieldError(one.name, "REQUIRED_FIELD_MISSING", _("Fill this in."))
            for one in kind.options
            if one.required and not typed[one.name]
        ]
        missing = {one.field for one in errors}
        errors += [one for one in kind.problems(typed) if one.field not in missing]
        if sender and not _SENDER.fullmatch(sender):
            message = _("At most 11 letters and digits without accents, or a number.")
            errors.append(FieldError("sender", "INVALID_FIELD_VALUE", message))
        if errors:
            raise ValidationFailed(errors)
        secret = {one.name for one in kind.options if one.secret}
        row.provider, row.sender, row.is_active, row.problem = kind.name, sender, True, ""
        row.options = {name: text for name, text in typed.items() if name not in secret}
        row.sealed = seal(orjson.dumps({name: typed[name] for name in sorted(secret)}).decode())
        row.save()
        record(actor, "save_text_provider", str(kind.label))
    return row


def _readable(row: Gateway) -> dict[str, str]:
    try:
        found: dict[str, str] = orjson.loads(unseal(row.sealed) or "{}")
    except Unreadable:
        return {}
    return found


def turn(actor: Actor, *, on: bool) -> None:
    """Use the provider, or no longer: messages under way wait for the next one."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        Gateway.objects.filter(pk=1).update(is_active=on)
        record(actor, "use_text_provider" if on else "leave_text_provider", "")


def attempt(actor: Actor, number: str, text: str) -> str:
    """Send a message to a number now, and return what the provider calls it; EssorError in words otherwise."""
    require(actor, Permission.CUSTOMIZE)
    to = international(number, actor.company.phone_region)
    if not to:
        raise ValidationFailed([FieldError("to", "INVALID_FIELD_VALUE", _("This is no phone number."))])
    found = line()
    if found is None:
        raise no_provider()
    try:
        reference = found.provider.send(found.account, Message(to, text, str(uuid4())))
    except (Unreachable, EssorError) as error:
        note(str(error))
        raise EssorError(str(error)) from error
    note("")
    return reference


def note(problem: str) -> None:
    """Write down how the last message went, for the set-up to show."""
    stamp = {"problem_at": timezone.now()} if problem else {"taken_at": timezone.now()}
    Gateway.objects.filter(pk=1).update(problem=problem[:500], **stamp)


def no_provider() -> EssorError:
    """Return the refusal while nobody is set up."""
    message = _(
        "No text message provider is set up: an administrator can add one in Setup, under “Text messages”."
    )
    return ValidationFailed([FieldError("", "FIELD_INTEGRITY_EXCEPTION", message)])


def international(text: str | None, region: str) -> str:
    """Return a phone number with its country as providers take it, empty when it is none; `region` reads those without."""
    return e164(text, region) or "" if text else ""
