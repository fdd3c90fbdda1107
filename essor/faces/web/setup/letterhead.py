"""What documents say about us: name, numbers, terms of payment, logo."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from essor.domain.sales.quotes.letterhead import TEXTS, keep, letterhead
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest) -> HttpResponseBase:
    """Show the letterhead, or change it."""
    row = letterhead()

    def work(form: Form) -> str:
        upload = request.FILES.get("logo")
        values = {name: form.value(name) for name in (*TEXTS, "payment_days")}
        keep(actor_of(request), values, upload.chunks() if upload else None, drop_logo=form.on("drop_logo"))
        return reverse("web:setup_letterhead")

    def again(form: Form) -> HttpResponseBase:
        context = {"form": form, "has_logo": bool(row.logo)}
        return draw(request, "letterhead", context, current="letterhead", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    values = {name: getattr(row, name) for name in TEXTS} | {"payment_days": row.payment_days}
    if not row.legal_name:
        values["legal_name"] = actor_of(request).company.name
    return again(starting(values))
