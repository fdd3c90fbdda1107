"""How record pages are arranged: everybody's layout and those of profiles, edited as sections of fields in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.models import Profile
from essor.catalog import current
from essor.catalog.actions.save_layout import remove_layout, save_layout
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.layouts import NEVER_SHOWN, QUIET_KINDS, layout_for
from essor.catalog.models import Layout
from essor.catalog.pipelines import stage_field
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash

SECTION, UNUSED = "section:", "unused"


@dataclass(slots=True)
class Block:
    """One section as the editor shows it; fields with the stage from which they are required."""

    key: str
    label: str = ""
    label_fr: str = ""
    columns: int = 2
    fields: list[tuple[Field, str]] = field(default_factory=list)


@require_GET
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw who has which layout."""
    obj = current.get().object(name)
    own = set(Layout.objects.filter(object_name__iexact=obj.name).values_list("profile_id", flat=True))
    profiles = [(profile.pk, profile.name, profile.pk in own) for profile in Profile.objects.order_by("name")]
    context = {"object": obj, "tab": "layouts", "profiles": profiles, "everybody": None in own}
    return draw(request, "layouts", context, current="objects")


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str, profile_id: int) -> HttpResponseBase:
    """Show the editor of one profile's layout (0: everybody's), or save it."""
    actor, obj = actor_of(request), current.get().object(name)
    profile = Profile.objects.filter(pk=profile_id).first()

    def work(form: Form) -> str:
        save_layout(actor.user_id, obj.name, _body(obj, form), profile_id=profile.pk if profile else None)
        return reverse("web:setup_layouts", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        if "item" in form.values:
            blocks = _typed(obj, form)
            related = [(one, form.value(f"columns.{one}")) for one in form.all("related")]
        else:
            blocks, related = _stored(obj, profile)
        return draw(
            request,
            "layout",
            _context(obj, profile, blocks, related, form),
            current="objects",
            status=form.status,
        )

    return submit(request, work, again) if request.method == "POST" else again(Form())


@require_POST
@customizing
def reset(request: HttpRequest, name: str, profile_id: int) -> HttpResponseBase:
    """Go back to everybody's layout, or to the one made of all fields."""
    remove_layout(actor_of(request).user_id, name, profile_id=profile_id or None)
    flash(request, _("The layout has been reset."))
    return HttpResponseRedirect(reverse("web:setup_layouts", args=[name]))


def _context(
    obj: ObjectDef, profile: Profile | None, blocks: list[Block], related: list[tuple[str, str]], form: Form
) -> dict[str, Any]:
    used = {one.name for block in blocks for one, _start in block.fields}
    stage = stage_field(obj)
    shown = {relationship for relationship, _columns in related}
    return {
        "object": obj,
        "tab": "layouts",
        "profile": profile,
        "blocks": blocks,
        "form": form,
        "related": related,
        "unused": [one for one in _placeable(obj) if one.name not in used],
        "stages": [(one.value, str(one)) for one in stage.choices if one.active] if stage else [],
        "other_lists": [way.name for way in obj.children if way.name not in shown],
        "lists": {way.name: _list_label(way.object_name) for way in obj.children},
    }


def _list_label(object_name: str) -> str:
    return str(current.get().object(object_name).plural)


def _placeable(obj: ObjectDef) -> Iterator[Field]:
    """Yield the fields that a page can show: parts of an address come with the address."""
    for one in obj.fields:
        if (
            one.kind.name not in QUIET_KINDS
            and one.name not in NEVER_SHOWN
            and not one.compound
            and not one.hidden
        ):
            yield one


def _stored(obj: ObjectDef, profile: Profile | None) -> tuple[list[Block], list[tuple[str, str]]]:
    rows = Layout.objects.filter(object_name__iexact=obj.name)
    row = (
        rows.filter(profile_id=profile.pk if profile else None).first()
        or rows.filter(profile_id=None).first()
    )
    said = row.body["sections"] if row else []
    layout = layout_for(obj, profile.pk if profile else None, current.get().version)
    blocks = []
    for place, section in enumerate(layout.sections):
        words = next((one for one in said if _same(one, section)), None) or _both(section.label)
        block = Block(str(place), words.get("label", ""), words.get("label_fr", ""), section.columns)
        block.fields = [(obj.field(item.name), item.required_from or "") for item in section.items]
        blocks.append(block)
    return blocks, [(one.relationship, ", ".join(one.columns)) for one in layout.related]


def _both(label: object) -> dict[str, str]:
    """Return the title of a section that nobody named, in both languages."""
    found = {}
    for name, language in (("label", "en"), ("label_fr", "fr")):
        with override(language):
            found[name] = str(label)
    return found


def _same(said: dict[str, Any], section: Any) -> bool:
    names = [item["name"].lower() for item in said["fields"]]
    return bool(section.items) and section.items[0].name.lower() in names


def _typed(obj: ObjectDef, form: Form) -> list[Block]:
    """Return the sections as sent: `item` lists them and their fields in the order of the page."""
    blocks: list[Block] = []
    for item in form.all("item"):
        if item == UNUSED:
            break
        if item.startswith(SECTION):
            key = item.removeprefix(SECTION)
            columns = 1 if form.value(f"columns_of.{key}") == "1" else 2
            blocks.append(Block(key, form.value(f"title.{key}"), form.value(f"title_fr.{key}"), columns))
        elif blocks and obj.has(item):
            blocks[-1].fields.append((obj.field(item), form.value(f"from.{item}")))
    return blocks


def _body(obj: ObjectDef, form: Form) -> dict[str, Any]:
    return {
        "sections": [
            {
                "label": block.label,
                "label_fr": block.label_fr,
                "columns": block.columns,
                "fields": [{"name": one.name, "required_from": start} for one, start in block.fields],
            }
            for block in _typed(obj, form)
            if block.fields
        ],
        "related": [
            {"relationship": one, "columns": _columns(form.value(f"columns.{one}"))}
            for one in form.all("related")
        ],
    }


def _columns(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
