"""Record types of an object: variants that leave fewer picklist values."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.catalog import current
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.spec import RecordTypeSpec
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.models import RecordType
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.words import suggested
from essor.kernel.errors import NotFound

TEXTS = ("label", "label_fr", "description")


@require_GET
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the record types of an object."""
    obj = current.get().object(name)
    rows = RecordType.objects.filter(object_name__iexact=obj.name).order_by("-active", "name")
    return draw(
        request, "record_types", {"object": obj, "tab": "record_types", "rows": rows}, current="objects"
    )


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str, type_name: str = "") -> HttpResponseBase:
    """Show the form of a record type, a new one without `type_name`, or save it."""
    actor, obj = actor_of(request), current.get().object(name)
    row = (
        RecordType.objects.filter(object_name__iexact=obj.name, name__iexact=type_name).first()
        if type_name
        else None
    )
    if type_name and row is None:
        raise NotFound(_("There is no record type “%(name)s”.") % {"name": type_name})
    lists = picklists(obj)

    def work(form: Form) -> str:
        values = {one.name: form.all(f"values.{one.name}") for one in lists}
        whole = {one.name: [choice.value for choice in one.choices] for one in lists}
        add_record_type(
            actor.user_id,
            RecordTypeSpec(
                object=obj.name, active=form.on("active"), **{text: form.value(text) for text in TEXTS},
                name=row.name if row else form.value("name") or suggested(form.value("label") or form.value("label_fr")),
                values={key: some for key, some in values.items() if list(some) != whole[key]},
            ),
        )  # fmt: skip
        return reverse("web:setup_record_types", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        context = {"object": obj, "tab": "record_types", "row": row, "form": form, "lists": lists}
        return draw(request, "record_type", context, current="objects", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    kept = row.values if row else {}
    values = {
        f"values.{one.name}": kept.get(one.name, [choice.value for choice in one.choices]) for one in lists
    }
    texts = {text: getattr(row, text) for text in ("name", "active", *TEXTS)} if row else {"active": True}
    return again(starting({**texts, **values}))


def picklists(obj: ObjectDef) -> list[Field]:
    """Return the fields whose values a record type may narrow."""
    return [one for one in obj.fields if one.choices and one.name != "CurrencyIsoCode" and not one.compound]
