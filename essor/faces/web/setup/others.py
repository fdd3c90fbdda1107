"""What people typed beside “Other”: with counts, and one click makes it a value of the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from essor.access.rights import Permission
from essor.catalog import current
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import opened
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError
from essor.records.other_values import adopt, typed

# The texts are data of records, not of the set-up: who only looks at the set-up does not get them here.
customizing = opened(Permission.CUSTOMIZE, strict=True)


@require_http_methods(["GET", "POST"])
@customizing
def show(request: HttpRequest, name: str, field_name: str) -> HttpResponseBase:
    """Draw what was typed, or make one text a value."""
    actor, obj = actor_of(request), current.get().object(name)
    field = obj.field(field_name)
    lines = typed(actor, obj, field)
    if request.method == "POST":
        one = next((line for line in lines if line.text == request.POST.get("text")), None)
        value = request.POST.get("value", "").strip()
        try:
            if one is not None and value:
                changed = adopt(actor, obj.name, field.name, one, value=value)
                said = ngettext(
                    "“%(value)s” is in the list; %(num)s record changed.",
                    "“%(value)s” is in the list; %(num)s records changed.",
                    changed,
                )
                flash(request, said % {"value": value, "num": changed})
        except EssorError as error:
            flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:setup_others", args=[obj.name, field.name]))
    context = {
        "object": obj,
        "field": field,
        "lines": lines,
        "tab": "fields",
        "title": _("What was typed under “Other”"),
    }
    return draw(request, "others", context, current="objects")
