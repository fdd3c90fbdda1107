"""Forms that anybody may send: size, robots, haste and rate are looked at before anything is read; only what was asked counts.

Each form has a `key` (its stamp holds for it alone) and a table of attempts made of `Attempt`, so that every ending is
counted and floods are known by the fingerprint of where they come from.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog import current
from essor.catalog.definitions import Field
from essor.kernel.errors import EssorError, FieldError, ValidationFailed

HONEYPOT, STAMP, ELAPSED = "website_2", "t", "elapsed"
LARGEST_BODY = 64 * 1024
SHORTEST, LONGEST = 3, 24 * 3600  # seconds between the sight of a form and its sending
WINDOW, PER_SENDER, PER_FORM = timedelta(minutes=10), 10, 600
COUNTED = 5  # times the limit; what comes beyond is refused without a trace, or a flood would fill the table
DIGITS = 11  # of milliseconds: three years
KEPT = timedelta(days=90)
SALT = "essor.web_to_lead.stamp"
KINDS = frozenset(
    {"text", "textarea", "email", "phone", "url", "picklist", "multiselect", "checkbox", "number", "date"}
)
# What a stranger has no say in.
NEVER = frozenset(
    {"Status", "LeadSource", "OwnerId", "Rating", "CurrencyIsoCode", "RecordTypeId", "EmailBouncedReason"}
)
Sent = Mapping[str, Sequence[str]]
Made = TypeVar("Made")


class Outcome(models.TextChoices):
    """How an attempt ended."""

    ACCEPTED = "accepted", gettext_lazy("became leads")
    ROBOT = "robot", gettext_lazy("filled in by robots")
    QUICK = "quick", gettext_lazy("sent too fast; asked once more")
    OFTEN = "often", gettext_lazy("too many from one address")
    LARGE = "large", gettext_lazy("too large")
    INVALID = "invalid", gettext_lazy("with mistakes; shown to the sender")


class Attempt(models.Model):
    """One attempt to send a form: how it ended, and a fingerprint of the address it came from."""

    id = models.BigAutoField(primary_key=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    sender = models.CharField(max_length=32)
    created_date = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class TooMany(EssorError):
    """Too much came from one address, or to one form, within minutes."""

    code = "REQUEST_LIMIT_EXCEEDED"


class Robot(EssorError):
    """The field that nobody sees was filled in; the sender is told nothing."""


class TooQuick(EssorError):
    """Nobody types that fast, or the form does not say how long it was seen: to be sent once more."""


def stamp(key: str) -> str:
    """Return the signed moment that a page of ours carries along in the form of this key."""
    return signing.TimestampSigner(salt=SALT).sign(key)


def through(
    attempts: type[Attempt],
    own: Mapping[str, Any],
    key: str,
    data: Sent,
    work: Callable[[], Made],
    *,
    address: str,
    size: int,
) -> Made:
    """Do `work` for what a person sent and return what it made; `own` names the form in the table of attempts.

    Raises TooMany, Robot, TooQuick, or ValidationFailed with the mistakes by field; every ending is counted.
    """
    table = attempts._default_manager
    sender = fingerprint(address)
    recent = table.filter(sender=sender, created_date__gte=timezone.now() - WINDOW)
    if recent.count() >= COUNTED * PER_SENDER:
        raise _refusal(Outcome.OFTEN)
    ending = Outcome.INVALID
    try:
        often = recent.count() >= PER_SENDER or _crowded(table, own)
        ending = Outcome.OFTEN if often else _first_look(key, data, size)
        if ending is Outcome.ACCEPTED:
            try:
                return work()
            except ValidationFailed:
                ending = Outcome.INVALID
                raise
    finally:
        table.create(**own, outcome=ending, sender=sender)
    raise _refusal(ending)


def _crowded(table: models.Manager[Any], own: Mapping[str, Any]) -> bool:
    return table.filter(**own, created_date__gte=timezone.now() - WINDOW).count() >= PER_FORM


def _first_look(key: str, data: Sent, size: int) -> Outcome:
    if size > LARGEST_BODY:
        return Outcome.LARGE
    if any(text.strip() for text in data.get(HONEYPOT, ())):
        return Outcome.ROBOT
    return Outcome.ACCEPTED if _was_seen(key, data) else Outcome.QUICK


def _refusal(ending: Outcome) -> EssorError:
    if ending is Outcome.OFTEN:
        return TooMany(_("Too much was sent from here. Please try again in a few minutes."))
    if ending is Outcome.LARGE:
        return ValidationFailed(
            [FieldError("", "REQUEST_TOO_LARGE", _("This is too long. Please shorten it."))]
        )
    return Robot() if ending is Outcome.ROBOT else TooQuick()


def _was_seen(key: str, data: Sent) -> bool:
    """Tell whether the form stood before somebody for long enough: by our own stamp, else by what the site's page counted."""
    signed = data.get(STAMP, ("",))[-1]
    if signed:
        signer = signing.TimestampSigner(salt=SALT)
        try:
            stamped = signer.unsign(signed, max_age=LONGEST)
        except signing.BadSignature:
            return False
        return stamped == key and time.time() - _moment(signed) >= SHORTEST
    counted = data.get(ELAPSED, ("",))[-1]
    return (
        counted.isascii()
        and counted.isdecimal()
        and len(counted) <= DIGITS
        and int(counted) >= SHORTEST * 1000
    )


def _moment(signed: str) -> float:
    """Return when a stamp that is known to be good was made."""
    return float(signing.b62_decode(signed.rsplit(":", 2)[-2]))


def fingerprint(address: str) -> str:
    """Return what is kept of an address: enough to know it again, not enough to read it."""
    return hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]


def askable(object_name: str) -> list[Field]:
    """Return the fields of an object that a form may ask strangers for."""
    return [
        field
        for field in current.get().object(object_name).fields
        if field.createable and not field.hidden and field.kind.name in KINDS and field.name not in NEVER
    ]


def answers(fields: Sequence[Field], required: Collection[str], data: Sent) -> dict[str, object]:
    """Return what was sent for the fields that were asked, companions included; ValidationFailed where one is missing."""
    values: dict[str, object] = {}
    errors = []
    for field in fields:
        sent = [text for text in data.get(field.name, ()) if text.strip()]
        if field.kind.name == "multiselect":
            values[field.name] = sent
        elif field.kind.name == "checkbox":
            values[field.name] = bool(sent) and sent[-1] not in ("false", "0")
        else:
            values[field.name] = sent[-1] if sent else None
        if field.name in required and values[field.name] in (None, [], False):
            errors.append(FieldError(field.name, "REQUIRED_FIELD_MISSING", _("Please fill this in.")))
        for companion in field.kind.companions(field):
            values[companion.name] = next(
                (text for text in data.get(companion.name, ()) if text.strip()), None
            )
    if errors:
        raise ValidationFailed(errors)
    return values


def endings(rows: models.QuerySet[Any], whose: str, keys: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return {key: {outcome: how often}} of entries by what they belong to; keys without any are there too."""
    found: dict[int, dict[str, int]] = {key: {} for key in keys}
    mine = rows.order_by().filter(**{f"{whose}__in": found}).values_list(whose, "outcome")
    for key, outcome, count in mine.annotate(count=models.Count("pk")):
        found[key][outcome] = count
    return found


def forget(attempts: type[Attempt]) -> None:
    """Delete the entries of attempts that nobody counts any more."""
    attempts._default_manager.filter(created_date__lt=timezone.now() - KEPT).delete()
