"""The company's sites in the set-up: which they are, the lines to paste into them, how long visits stay."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from essor.domain.marketing.visits import reading, setting_up
from essor.domain.marketing.visits.forgetting import kept_months
from essor.domain.marketing.visits.models import Website
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw

CURRENT = "website"


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest) -> HttpResponseBase:
    """Show the sites with the lines for them, or change them."""

    def work(form: Form) -> str:
        setting_up.decide(actor_of(request), form.value("origins").splitlines(), form.value("kept_months"))
        return reverse("web:setup_website")

    def again(form: Form) -> HttpResponseBase:
        context = {
            "form": form,
            "snippet": snippet(),
            "lately": reading.lately(),
            "any": Website.objects.exists(),
        }
        return draw(request, "website", context, current=CURRENT, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    origins = "\n".join(Website.objects.order_by("pk").values_list("origin", flat=True))
    return again(starting({"origins": origins, "kept_months": kept_months()}))


def snippet() -> str:
    """Return the lines to paste into every page of a site."""
    address = f"{settings.SITE_URL}{reverse('web:visit_script')}"
    return render_to_string("visits/snippet.html.jinja", {"address": address}).strip() + "\n"
