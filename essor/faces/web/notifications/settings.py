"""How somebody wants to hear of each kind of notification: a tab of one's own settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.domain.notifications import reading
from essor.domain.notifications.kinds import KINDS
from essor.domain.notifications.models import MailPace
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the settings, or change them."""
    user = actor_of(request).user_id
    if request.method == "POST":
        wanted = {
            name: (request.POST.get(f"app-{name}") == "1", request.POST.get(f"mail-{name}", ""))
            for name in KINDS
            if f"mail-{name}" in request.POST
        }
        reading.choose(user, wanted)
        flash(request, _("Saved."))
        return HttpResponseRedirect(reverse("web:me_notifications"))
    context = {"choices": reading.choices(user), "paces": MailPace.choices, "tab": "notifications"}
    return render(request, "notifications/settings.html.jinja", context)
