"""The addresses of the set-up of mails that come back."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from essor.domain.marketing.returns.incoming import Bounces
from essor.faces.web import mailboxes
from essor.faces.web.mailboxes import Desk
from essor.faces.web.returns import pages

DESK = Desk(
    Bounces.name,
    "returns",
    _("Bounced mail"),
    _("Bounces are read from it every two minutes and marked as read. Nothing is deleted."),
    "setup_returns",
    "setup_mailbox",
)

urlpatterns = [
    path("setup/returns/", pages.index, name="setup_returns"),
    path("setup/returns/mailbox", mailboxes.edit, {"desk": DESK}, name="setup_add_mailbox"),
    path("setup/returns/mailbox/<int:key>", mailboxes.edit, {"desk": DESK}, name="setup_mailbox"),
    path("setup/returns/mailbox/<int:key>/try", mailboxes.attempt, {"desk": DESK}, name="setup_mailbox_try"),
    path(
        "setup/returns/mailbox/<int:key>/delete",
        mailboxes.delete,
        {"desk": DESK},
        name="setup_mailbox_delete",
    ),
]
