"""What mailings add to the first steps of a new company."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.rights import Permission
from essor.domain.marketing.sending.models import ListEmail, Server
from essor.faces.web import addresses, offers
from essor.faces.web.offers import FirstStep


@offers.first_step
def connect(actor: Actor) -> FirstStep | None:
    """Say through which server mailings leave, for those who set up."""
    if not actor.can(Permission.CUSTOMIZE):
        return None
    return FirstStep(
        80,
        _("Connect your mail server"),
        _("Mailings are sent through it, signed with your domain."),
        reverse("web:setup_sending"),
        Server.objects.exists(),
        early=True,
    )


@offers.first_step
def send(actor: Actor) -> FirstStep | None:
    """Send the first mailing, for those who plan campaigns."""
    if not row_access.may(actor, "Campaign", "create"):
        return None
    return FirstStep(
        90,
        _("Plan your first campaign"),
        _("It takes you through whom to invite, what to write and when to send."),
        addresses.new_record("Campaign"),
        ListEmail.objects.exists(),
        early=True,
    )
