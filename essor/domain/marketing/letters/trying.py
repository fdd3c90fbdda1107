"""A letter is tried: mailed to its author the way that mailings take, else through the house's own mail server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.letters.merge import Mail
from essor.kernel.errors import FieldError, ValidationFailed

Carrier = Callable[[Actor, Mail], bool]
_carriers: list[Carrier] = []


def carries(function: Carrier) -> Carrier:
    """Register who takes a mail to its author; it answers False where it has no way, and raises what the server says."""
    _carriers.append(function)
    return function


def send(actor: Actor, mail: Mail) -> str:
    """Mail a letter to the actor and return the address; ValidationFailed when it cannot leave."""
    if not actor.email:
        raise ValidationFailed([FieldError("", "INVALID_EMAIL_ADDRESS", _("You have no e-mail address."))])
    subject = _("[Test] %(subject)s") % {"subject": mail.subject or _("(no subject)")}
    if any(carry(actor, replace(mail, subject=subject)) for carry in _carriers):
        return actor.email
    message = EmailMultiAlternatives(subject, mail.text, settings.DEFAULT_FROM_EMAIL, [actor.email])
    message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (OSError, SMTPException) as error:
        sentence = _("The e-mail could not be sent: the mail server refused it or did not answer.")
        raise ValidationFailed([FieldError("", "EMAIL_NOT_SENT", sentence)]) from error
    return actor.email
