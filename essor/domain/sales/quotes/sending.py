"""A quote goes out: its document is kept at the quote, each state of it, and mailed to the contact."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.feed import attach
from essor.domain.feed.renew import renew
from essor.domain.sales.quotes import document
from essor.domain.sales.quotes.models import Quote
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records.change import Change
from essor.records.save import save

LONGEST_SUBJECT, LONGEST_TEXT = 200, 5000


def keep(actor: Actor, quote: int, language: str = "") -> tuple[str, bytes]:
    """Make the document and keep it as a version of one file at the quote; return its name and content."""
    name, content = document.pdf(actor, quote, language)
    obj = catalog_for(actor).object("Quote")
    last = next((one for one in attach.attached(obj, quote) if one.title == name.removesuffix(".pdf")), None)
    if last is None:
        attach.attach(actor, obj, quote, name, [content])
    else:
        renew(actor, last.id, [content])
    return name, content


def send(actor: Actor, quote: int, to: str, subject: str, text: str) -> None:
    """Mail the document from the actor, keep it at the quote, and mark the quote presented.

    Raises ValidationFailed beside `to`, `subject` or `text`, Forbidden, NotFound. The mail leaves when all is written.
    """
    errors = list(_wrong(to, subject, text))
    if errors:
        raise ValidationFailed(errors)
    with transaction.atomic():
        stored = Quote.objects.filter(pk=quote, is_deleted=False).first()
        open_still = (
            stored is not None and not stored.is_superseded and stored.status not in ("Accepted", "Denied")
        )
        if open_still:
            save(actor, Change("Quote", {"Status": "Presented"}, id=quote))
        name, content = keep(actor, quote)
        message = EmailMessage(
            subject,
            text,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[to],
            reply_to=[actor.email] if actor.email else None,
        )
        message.attach(name, content, "application/pdf")
        try:
            message.send()
        except (OSError, SMTPException) as error:
            message_for_people = _(
                "The e-mail could not be sent: the mail server refused it or did not answer."
            )
            raise ValidationFailed([FieldError("", "EMAIL_NOT_SENT", message_for_people)]) from error


def _wrong(to: str, subject: str, text: str) -> list[FieldError]:
    found = []
    try:
        EmailValidator()(to)
    except ValidationError:
        found.append(FieldError("to", "INVALID_EMAIL_ADDRESS", _("Enter an e-mail address.")))
    if not subject.strip() or len(subject) > LONGEST_SUBJECT or "\n" in subject or "\r" in subject:
        found.append(FieldError("subject", "INVALID_FIELD_VALUE", _("Enter a subject on one line.")))
    if not text.strip() or len(text) > LONGEST_TEXT:
        found.append(FieldError("text", "INVALID_FIELD_VALUE", _("Enter a message.")))
    return found
