"""The addresses of the set-up of mails that come back."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.returns import pages

urlpatterns = [
    path("setup/returns/", pages.index, name="setup_returns"),
    path("setup/returns/mailbox", pages.edit, name="setup_add_mailbox"),
    path("setup/returns/mailbox/<int:key>", pages.edit, name="setup_mailbox"),
    path("setup/returns/mailbox/<int:key>/try", pages.attempt, name="setup_try_mailbox"),
    path("setup/returns/mailbox/<int:key>/delete", pages.delete, name="setup_delete_mailbox"),
]
