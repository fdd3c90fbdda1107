"""Saves how a record page is arranged, for everybody or for one profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.actions.ledger import Findings, change
from essor.catalog.definitions import ObjectDef
from essor.catalog.models import Layout
from essor.catalog.pipelines import stage_field

MOST_COLUMNS = 2
MOST_SECTIONS = 40


def save_layout(
    actor_id: int | None, object_name: str, body: Mapping[str, Any], *, profile_id: int | None = None
) -> Layout:
    """Save a layout for one profile or, without, for everybody. ValidationFailed carries every error.

    The body is {"sections": [{"label", "label_fr", "columns", "fields": [{"name", "required_from"}]}],
    "related": [{"relationship", "columns"}]}; a field may be its name alone.
    """
    with change(actor_id) as ledger:
        obj = ledger.catalog().object(object_name)
        clean = _clean(obj, body)
        found = Layout.objects.filter(object_name__iexact=obj.name, profile_id=profile_id).first()
        layout = found or Layout(object_name=obj.name, profile_id=profile_id)
        earlier, layout.body = layout.body, clean
        layout.save()
        ledger.note("save_layout", obj.name, str(profile_id or ""), before=earlier, after=clean)
        return layout


def remove_layout(actor_id: int | None, object_name: str, *, profile_id: int | None = None) -> None:
    """Go back to everybody's layout, or to the one made of all fields."""
    with change(actor_id) as ledger:
        Layout.objects.filter(object_name__iexact=object_name, profile_id=profile_id).delete()
        ledger.note("remove_layout", object_name, str(profile_id or ""))


def _clean(obj: ObjectDef, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with nothing in it but what layouts know."""
    findings = Findings()
    sections = [_section(obj, section, findings) for section in _mappings(body.get("sections"), findings)]
    related = [_related(obj, one, findings) for one in _mappings(body.get("related"), findings)]
    names = [item["name"] for section in sections for item in section["fields"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        findings.add(name, "DUPLICATE_VALUE", _("“%(field)s” stands twice on the page.") % {"field": name})
    if not names:
        findings.add("sections", "REQUIRED_FIELD_MISSING", _("A layout shows at least one field."))
    if len(sections) > MOST_SECTIONS:
        message = _("A layout has at most %(limit)d sections.") % {"limit": MOST_SECTIONS}
        findings.add("sections", "LIMIT_EXCEEDED", message)
    findings.check()
    return {"sections": sections, "related": related}


def _mappings(raw: object, findings: Findings) -> list[Mapping[str, Any]]:
    if raw is None:
        return []
    if isinstance(raw, list) and all(isinstance(item, Mapping) for item in raw):
        return raw
    findings.add("sections", "INVALID_TYPE", _("Expected a list of sections."))
    return []


def _section(obj: ObjectDef, raw: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    section: dict[str, Any] = {"columns": 1 if raw.get("columns") == 1 else MOST_COLUMNS}
    section |= {name: str(raw[name]).strip() for name in ("label", "label_fr") if raw.get(name)}
    section["fields"] = list(_items(obj, raw.get("fields") or (), findings))
    return section


def _items(obj: ObjectDef, raw: Iterable[object], findings: Findings) -> Iterable[dict[str, Any]]:
    stage = stage_field(obj)
    for given in raw:
        item = given if isinstance(given, Mapping) else {"name": given}
        with findings.under("sections"):
            field = obj.field(str(item.get("name", "")))
            clean = {"name": field.name}
            start = item.get("required_from")
            if start and (stage is None or stage.choice(str(start)) is None):
                message = _("“%(stage)s” is not a stage of “%(object)s”.") % {
                    "stage": start,
                    "object": obj.label,
                }
                findings.add(field.name, "INVALID_OPTION", message)
            elif start and not field.createable and not field.updateable:
                findings.add(
                    field.name, "INVALID_OPTION", _("Nobody types into this field: it cannot be required.")
                )
            elif start:
                clean["required_from"] = str(start)
            yield clean


def _related(obj: ObjectDef, raw: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    columns = [str(name) for name in raw.get("columns") or ()]
    related: dict[str, Any] = {"columns": columns}
    with findings.under("related"):
        related["relationship"] = obj.child(str(raw.get("relationship", ""))).name
    return related
