"""Which field of a lead fills which field of the account, contact and opportunity that it becomes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.sales.conversion import mapping
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash

Line = tuple[Field, list[tuple[str, str]]]


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest) -> HttpResponseBase:
    """Show the mapping, or save it."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        wanted = {
            name: {
                field.name: form.value(f"{name}.{field.name}")
                for field in mapping.targets(current.get(), name)
                if form.value(f"{name}.{field.name}")
            }
            for name in mapping.TARGETS
        }
        mapping.save_mapping(actor, wanted)
        return reverse("web:setup_lead_mapping")

    def again(form: Form) -> HttpResponseBase:
        catalog = current.get()
        parts = [
            (catalog.object(name), _fixed(name), _lines(catalog.object(name))) for name in mapping.TARGETS
        ]
        context = {"form": form, "parts": parts, "changed": mapping.saved() is not None}
        return draw(request, "lead_mapping", context, current="lead_mapping", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    held = mapping.mapping()
    return again(
        starting({f"{name}.{to}": source for name, one in held.items() for to, source in one.items()})
    )


def _fixed(name: str) -> list[tuple[str, str]]:
    """Return the labels of what always fills what."""
    catalog = current.get()
    lead = catalog.object("Lead")
    return [
        (str(catalog.object(name).field(to).label), str(lead.field(source).label))
        for to, source in mapping.FIXED[name].items()
    ]


def _lines(obj: ObjectDef) -> list[Line]:
    """Return the fields of an object that a lead can fill, each with the fields of the lead that fit."""
    catalog = current.get()
    known = mapping.sources(catalog)
    found = [
        (field, [(one.name, str(one.label)) for one in known if mapping.fits(one, field)])
        for field in mapping.targets(catalog, obj.name)
    ]
    return [(field, options) for field, options in found if options]


@require_POST
@customizing
def reset(request: HttpRequest) -> HttpResponseBase:
    """Go back to the defaults."""
    mapping.reset_mapping(actor_of(request))
    flash(request, _("The mapping has been reset."))
    return HttpResponseRedirect(reverse("web:setup_lead_mapping"))
