"""Takes what somebody sent: size, robots, haste and rate are looked at before anything is read, then it becomes a lead."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import system_actor
from essor.domain.sales.web_to_lead.forms import asked
from essor.domain.sales.web_to_lead.models import Sending, WebForm
from essor.kernel.errors import EssorError, FieldError, ValidationFailed
from essor.records.change import Change, Source
from essor.records.save import save

HONEYPOT, STAMP, ELAPSED = "website_2", "t", "elapsed"
LARGEST_BODY = 64 * 1024
SHORTEST, LONGEST = 3, 24 * 3600  # seconds between the sight of a form and its sending
WINDOW, PER_SENDER, PER_FORM = timedelta(minutes=10), 10, 600
COUNTED = 5  # times the limit; what comes beyond is refused without a trace, or a flood would fill the table
DIGITS = 11  # of milliseconds: three years
SALT = "essor.web_to_lead.stamp"
Outcome = Sending.Outcome


class TooMany(EssorError):
    """Too much came from one address, or to one form, within minutes."""

    code = "REQUEST_LIMIT_EXCEEDED"


class Robot(EssorError):
    """The field that nobody sees was filled in; the sender is told nothing."""


class TooQuick(EssorError):
    """Nobody types that fast, or the form does not say how long it was seen: to be sent once more."""


def stamp(form: WebForm) -> str:
    """Return the signed moment that a hosted form carries along."""
    return signing.TimestampSigner(salt=SALT).sign(form.key)


def receive(form: WebForm, data: Mapping[str, Sequence[str]], *, address: str, size: int) -> int:
    """Make a lead of a sent form and return its key.

    Raises TooMany, Robot, TooQuick, or ValidationFailed with the mistakes by field; every ending is counted.
    """
    sender = fingerprint(address)
    recent = Sending.objects.filter(sender=sender, created_date__gte=timezone.now() - WINDOW)
    if recent.count() >= COUNTED * PER_SENDER:
        raise _refusal(Outcome.OFTEN)
    ending = Outcome.INVALID
    try:
        ending = _first_look(form, data, sender, size)
        if ending is Outcome.ACCEPTED:
            try:
                return _save(form, data)
            except ValidationFailed:
                ending = Outcome.INVALID
                raise
    finally:
        Sending.objects.create(form=form, outcome=ending, sender=sender)
    raise _refusal(ending)


def _first_look(form: WebForm, data: Mapping[str, Sequence[str]], sender: str, size: int) -> Outcome:
    since = timezone.now() - WINDOW
    recent = Sending.objects.filter(created_date__gte=since)
    if recent.filter(sender=sender).count() >= PER_SENDER or recent.filter(form=form).count() >= PER_FORM:
        return Outcome.OFTEN
    if size > LARGEST_BODY:
        return Outcome.LARGE
    if any(text.strip() for text in data.get(HONEYPOT, ())):
        return Outcome.ROBOT
    return Outcome.ACCEPTED if _was_seen(form, data) else Outcome.QUICK


def _refusal(ending: Outcome) -> EssorError:
    if ending is Outcome.OFTEN:
        return TooMany(_("Too much was sent from here. Please try again in a few minutes."))
    if ending is Outcome.LARGE:
        return ValidationFailed(
            [FieldError("", "REQUEST_TOO_LARGE", _("This is too long. Please shorten it."))]
        )
    return Robot() if ending is Outcome.ROBOT else TooQuick()


def _was_seen(form: WebForm, data: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the form stood before somebody for long enough: by our own stamp, else by what the site's page counted."""
    signed = data.get(STAMP, ("",))[-1]
    if signed:
        signer = signing.TimestampSigner(salt=SALT)
        try:
            key = signer.unsign(signed, max_age=LONGEST)
        except signing.BadSignature:
            return False
        return key == form.key and time.time() - _moment(signed) >= SHORTEST
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


def _save(form: WebForm, data: Mapping[str, Sequence[str]]) -> int:
    """Write the lead: of all that came only the fields of the form are read."""
    values: dict[str, object] = {}
    errors = []
    for field in asked(form):
        sent = [text for text in data.get(field.name, ()) if text.strip()]
        if field.kind.name == "multiselect":
            values[field.name] = sent
        elif field.kind.name == "checkbox":
            values[field.name] = bool(sent) and sent[-1] not in ("false", "0")
        else:
            values[field.name] = sent[-1] if sent else None
        if field.name in form.required and values[field.name] in (None, [], False):
            errors.append(FieldError(field.name, "REQUIRED_FIELD_MISSING", _("Please fill this in.")))
        for companion in field.kind.companions(field):
            values[companion.name] = next(
                (text for text in data.get(companion.name, ()) if text.strip()), None
            )
    if errors:
        raise ValidationFailed(errors)
    actor = system_actor()
    source = Source(
        name="web_to_lead",
        language=form.language,
        timezone=actor.timezone,
        assign="new" if form.assign else "",
    )
    fixed = {"OwnerId": form.owner_id, "LeadSource": form.lead_source or None}
    try:
        # Whoever filled in the form cannot decide about duplicates: the lead comes in and is reported as one.
        change = Change("Lead", {**values, **fixed}, accept_duplicates=True)
        return save(actor, change, source=source).id
    except ValidationFailed as refused:
        # The sender can only mend what they were asked for.
        theirs = [error for error in refused.errors if error.field in values]
        raise ValidationFailed(theirs or refused.errors) from refused


def counts(forms: Sequence[WebForm], days: int = 30) -> dict[int, dict[str, int]]:
    """Return {form: {outcome: how often}} of the last days."""
    since = timezone.now() - timedelta(days=days)
    rows = Sending.objects.filter(form__in=forms, created_date__gte=since).values_list("form", "outcome")
    found: dict[int, dict[str, int]] = {form.pk: {} for form in forms}
    for form, outcome, count in rows.annotate(count=Count("pk")).values_list("form", "outcome", "count"):
        found[form][outcome] = count
    return found
