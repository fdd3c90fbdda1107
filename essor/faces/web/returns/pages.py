"""Where bounces come in, what came in lately, and which addresses are blocked for it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.domain.marketing.returns import mailbox as visiting
from essor.domain.marketing.returns import setting_up
from essor.domain.marketing.returns.models import Bounce, Category, Mailbox
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash

CURRENT = "returns"
LATELY = timedelta(days=30)
SHOWN = 50


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Show the doors, and the latest bounces."""
    lately = Bounce.objects.filter(at__gte=timezone.now() - LATELY)
    counts = dict(lately.order_by().values_list("category").annotate(Count("pk")))
    context = {
        "mailboxes": Mailbox.objects.order_by("pk"),
        "door": settings.BOUNCES,
        "counts": [(label, counts.get(value, 0)) for value, label in Category.choices],
        "latest": Bounce.objects.order_by("-pk")[:SHOWN],
    }
    return draw(request, "returns", context, current=CURRENT)


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, key: int | None = None) -> HttpResponseBase:
    """Show a mailbox, or an empty form for a new one; keep what was typed."""
    row = get_object_or_404(Mailbox, pk=key) if key is not None else None

    def work(form: Form) -> str:
        values = {name: form.value(name) for name in setting_up.FIELDS}
        kept = setting_up.keep_mailbox(actor_of(request), values, row)
        visiting.fetch.enqueue()
        flash(request, _("The mailbox is kept and being read."))
        return reverse("web:setup_mailbox", args=[kept.pk])

    def again(form: Form) -> HttpResponseBase:
        context = {"form": form, "mailbox": row, "securities": Mailbox.Security.choices}
        return draw(request, "bounce_mailbox", context, current=CURRENT, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if row is None:
        return again(starting({"port": 993, "security": "tls", "folder": "INBOX"}))
    return again(starting({name: getattr(row, name) for name in setting_up.FIELDS if name != "password"}))


@require_POST
@customizing
def attempt(request: HttpRequest, key: int) -> HttpResponseBase:
    """Read the mailbox now and say what came of it."""
    problem = visiting.look_into(get_object_or_404(Mailbox, pk=key))
    if problem:
        flash(request, _("The mailbox cannot be read: %(reason)s") % {"reason": problem}, tone="error")
    else:
        flash(request, _("The mailbox can be read; what was new in it is here."))
    return HttpResponseRedirect(reverse("web:setup_mailbox", args=[key]))


@require_POST
@customizing
def delete(request: HttpRequest, key: int) -> HttpResponseBase:
    """Forget a mailbox."""
    setting_up.delete_mailbox(actor_of(request), get_object_or_404(Mailbox, pk=key))
    flash(request, _("The mailbox is removed."))
    return HttpResponseRedirect(reverse("web:setup_returns"))
