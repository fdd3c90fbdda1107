"""Mailboxes of the set-up, whatever their mail is for: a desk says whose they are and where its pages lie.

DESK = Desk(Bounces.name, "returns", _("Bounced mail"), _("Bounces are read …"), "setup_returns", "setup_mailbox")
path("setup/returns/mailbox/<int:key>", mailboxes.edit, {"desk": DESK}, name="setup_mailbox")
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.domain.mailroom import mailbox as visiting
from essor.domain.mailroom import setting_up
from essor.domain.mailroom.models import Mailbox
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash


@dataclass(frozen=True, slots=True)
class Desk:
    """Where mailboxes of one taker are set up: its name, the page of the sidebar, words, the names of its addresses.

    With `placed` each mailbox belongs to a place, whose key stands in the addresses of `home` and of new mailboxes.
    """

    taker: str
    current: str
    label: str | Promise
    help: str | Promise
    home: str
    page: str
    placed: bool = False

    def back(self, place: int) -> str:
        """Return the address of the page that lists the mailboxes."""
        return reverse(f"web:{self.home}", args=[place] if self.placed else [])

    def href(self, key: int, verb: str = "") -> str:
        """Return the address of a mailbox, or of something that is done with it."""
        return reverse(f"web:{self.page}{'_' if verb else ''}{verb}", args=[key])


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, desk: Desk, key: int | None = None, place: int = 0) -> HttpResponseBase:
    """Show a mailbox, or an empty form for a new one; keep what was typed."""
    row = _found(desk, key) if key is not None else None
    place = row.place if row else place

    def work(form: Form) -> str:
        values = {name: form.value(name) for name in setting_up.FIELDS}
        kept = setting_up.keep_mailbox(actor_of(request), values, row, taker=desk.taker, place=place)
        visiting.fetch.enqueue()
        return desk.href(kept.pk)

    def again(form: Form) -> HttpResponseBase:
        context = {
            "form": form,
            "mailbox": row,
            "desk": desk,
            "back": desk.back(place),
            "securities": Mailbox.Security.choices,
        }
        return draw(request, "mailbox", context, current=desk.current, status=form.status)

    if request.method == "POST":
        return submit(request, work, again, said=_("The mailbox is kept and being read."))
    if row is None:
        return again(starting({"port": 993, "security": "tls", "folder": "INBOX"}))
    return again(starting({name: getattr(row, name) for name in setting_up.FIELDS if name != "password"}))


@require_POST
@customizing
def attempt(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Read the mailbox now and say what came of it."""
    problem = visiting.look_into(_found(desk, key))
    if problem:
        flash(request, _("The mailbox cannot be read: %(reason)s") % {"reason": problem}, tone="error")
    else:
        flash(request, _("The mailbox can be read; what was new in it is here."))
    return HttpResponseRedirect(desk.href(key))


@require_POST
@customizing
def delete(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Forget a mailbox."""
    row = _found(desk, key)
    setting_up.delete_mailbox(actor_of(request), row)
    flash(request, _("The mailbox is removed."))
    return HttpResponseRedirect(desk.back(row.place))


def _found(desk: Desk, key: int) -> Mailbox:
    return get_object_or_404(Mailbox, pk=key, taker=desk.taker)
