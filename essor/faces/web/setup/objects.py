"""Objects: the list of all, the form of a custom one, taking it out of sight and bringing it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.setup import GUARDED, OPEN
from essor.catalog import current
from essor.catalog.actions.add_object import add_object
from essor.catalog.actions.change_object import change_object, hide_object, restore_object
from essor.catalog.actions.find import custom_object
from essor.catalog.actions.purge_object import purge_object
from essor.catalog.actions.spec import ObjectSpec
from essor.catalog.definitions import ObjectDef
from essor.catalog.models import CustomObject, State
from essor.faces.web.frame import FIRST_TABS
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.words import suggested
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError
from essor.query.search.words import fold

ICONS = (
    "table",
    "building",
    "building-community",
    "building-store",
    "briefcase",
    "calendar",
    "clipboard",
    "database",
    "file-text",
    "flag",
    "folder",
    "home",
    "map-pin",
    "package",
    "phone",
    "puzzle",
    "report",
    "star",
    "tag",
    "target",
    "tool",
    "trophy",
    "users",
    "world",
)
WORDS = ("label", "label_fr", "plural", "plural_fr", "description", "icon", "name_label", "name_label_fr")


def shown_objects() -> list[ObjectDef]:
    """Return the objects that hold records of the business, not those of the set-up itself."""
    return [obj for obj in current.get() if obj.name not in OPEN | GUARDED]


def named_by_use(objects: Iterable[ObjectDef], *, plural: bool = True) -> list[tuple[str, str]]:
    """Return objects to choose from as (name, label): those of everyday work first, then those with a tab, then the rest."""

    def place(pair: tuple[ObjectDef, str]) -> tuple[int, bool, str]:
        one, words = pair
        usual = FIRST_TABS.index(one.name) if one.name in FIRST_TABS else len(FIRST_TABS)
        return usual, not one.tab, fold(words)

    rows = ((one, str(one.plural if plural else one.label)) for one in objects)
    return [(one.name, words) for one, words in sorted(rows, key=place)]


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the list of objects."""
    context = {
        "objects": sorted(shown_objects(), key=lambda obj: (not obj.tab, not obj.custom, str(obj.plural))),
        "hidden": CustomObject.objects.filter(state=State.HIDDEN).order_by("name"),
    }
    return draw(request, "objects", context, current="objects")


@require_http_methods(["GET", "POST"])
@customizing
def add(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new object, or add it."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        words = {name: form.value(name) for name in WORDS}
        numbered = form.value("naming") == "number"
        obj = add_object(
            actor.user_id,
            ObjectSpec(
                name=form.value("name") or suggested(form.value("label") or form.value("label_fr")),
                **words,
                name_format=form.value("name_format") if numbered else "",
                tab=form.on("tab"),
                activities=form.on("activities"),
            ),
        )
        return reverse("web:setup_fields", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        return draw(
            request, "object_form", {"form": form, "icons": ICONS}, current="objects", status=form.status
        )

    if request.method == "POST":
        return submit(request, work, again, said=_("Object added, with its own tab. Now give it fields."))
    return again(starting({**_new(), "naming": "text"}))


def _new() -> dict[str, object]:
    return asdict(ObjectSpec(name="", name_format="A-{0000}"))


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show what is said of a custom object, or change it."""
    actor, row = actor_of(request), custom_object(name)

    def work(form: Form) -> str:
        changes = {word: form.value(word) for word in WORDS}
        change_object(
            actor.user_id, row.name, {**changes, "tab": form.on("tab"), "activities": form.on("activities")}
        )
        return reverse("web:setup_fields", args=[row.name])

    def again(form: Form) -> HttpResponseBase:
        context = {
            "form": form,
            "icons": ICONS,
            "row": row,
            "object": current.get().object(row.name),
            "tab": "object",
        }
        return draw(request, "object_form", context, current="objects", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    names = (*WORDS, "tab", "activities", "name", "name_format")
    return again(starting({word: getattr(row, word) for word in names}))


@require_POST
@customizing
def hide(request: HttpRequest, name: str) -> HttpResponseBase:
    """Take a custom object out of sight."""
    try:
        hide_object(actor_of(request).user_id, name)
    except EssorError as error:
        flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:setup_object", args=[name]))
    flash(request, _("The object is hidden. Its records are kept, and it can come back."))
    return HttpResponseRedirect(reverse("web:setup_objects"))


@require_POST
@customizing
def restore(request: HttpRequest, name: str) -> HttpResponseBase:
    """Bring a hidden object back."""
    obj = restore_object(actor_of(request).user_id, name)
    flash(request, _("“%(name)s” is back with its records.") % {"name": obj.plural})
    return HttpResponseRedirect(reverse("web:setup_fields", args=[obj.name]))


@require_POST
@customizing
def purge(request: HttpRequest, name: str) -> HttpResponseBase:
    """Erase a hidden object with its records for good; its name must be typed first."""
    if request.POST.get("confirm", "").strip().lower() != name.lower():
        flash(
            request,
            _("Nothing was erased: type the technical name of the object to confirm."),
            tone="warning",
        )
        return HttpResponseRedirect(reverse("web:setup_objects") + "#hidden")
    purge_object(actor_of(request).user_id, name)
    flash(request, _("The object and its records are erased for good."))
    return HttpResponseRedirect(reverse("web:setup_objects"))
