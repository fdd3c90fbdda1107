"""Indexes of an object: those that stand and why, asking for one, letting one go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.catalog import current
from essor.catalog.actions.indexes import MOST_COLUMNS, OURS, drop_index, want_index
from essor.catalog.models import FieldIndex
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash


@require_http_methods(["GET", "POST"])
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the indexes of an object, or ask for another one."""
    actor, obj = actor_of(request), current.get().object(name)

    def work(form: Form) -> str:
        chosen = [
            f"{form.value(f'sign.{place}')}{form.value(f'field.{place}')}"
            for place in range(MOST_COLUMNS)
            if form.value(f"field.{place}")
        ]
        want_index(actor.user_id, obj.name, chosen)
        return reverse("web:setup_indexes", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        context = {
            "object": obj,
            "tab": "indexes",
            "form": form,
            "places": range(MOST_COLUMNS),
            "ours": OURS,
            "rows": FieldIndex.objects.filter(object_name__iexact=obj.name).order_by("-created_date"),
            "fields": [
                (one.name, f"{one.label} ({one.name})")
                for one in obj.fields
                if one.has_column and not one.targets[1:]
            ],
        }
        return draw(request, "indexes", context, current="objects", status=form.status)

    return (
        submit(request, work, again, said=_("The index is being built."))
        if request.method == "POST"
        else again(Form())
    )


@require_POST
@customizing
def drop(request: HttpRequest, name: str, index_name: str) -> HttpResponseBase:
    """Let an index go."""
    drop_index(actor_of(request).user_id, index_name)
    flash(request, _("The index is removed."))
    return HttpResponseRedirect(reverse("web:setup_indexes", args=[name]))
