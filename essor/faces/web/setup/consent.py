"""What the company decided about consent, and how often somebody is mailed at most."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from essor.domain.marketing.consent.ask import policy
from essor.domain.marketing.consent.deciding import SWITCHES, decide
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest) -> HttpResponseBase:
    """Show the decisions, or change them."""

    def work(form: Form) -> str:
        switches = {name: form.on(name) for name in SWITCHES}
        decide(actor_of(request), switches, form.value("cap_mails"), form.value("cap_days"))
        return reverse("web:setup_consent")

    def again(form: Form) -> HttpResponseBase:
        return draw(request, "consent", {"form": form}, current="consent", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    row = policy()
    values = {name: "1" if getattr(row, name) else "" for name in SWITCHES}
    return again(starting({**values, "cap_mails": row.cap_mails or "", "cap_days": row.cap_days}))
