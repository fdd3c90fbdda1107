"""Where bounces come in, what came in lately, and which addresses are blocked for it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from essor.domain.mailroom.models import Mailbox
from essor.domain.marketing.returns.incoming import Bounces
from essor.domain.marketing.returns.models import Bounce, Category
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.frame import draw

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
        "mailboxes": Mailbox.objects.filter(taker=Bounces.name).order_by("pk"),
        "door": settings.BOUNCES,
        "counts": [(label, counts.get(value, 0)) for value, label in Category.choices],
        "latest": Bounce.objects.order_by("-pk")[:SHOWN],
    }
    return draw(request, "returns", context, current=CURRENT)
