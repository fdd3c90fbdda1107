"""The merge page: records side by side, the one that stays, field by field whose value; and the search for one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import rows as row_access
from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.duplicates import finding, keys, merging, setting
from essor.domain.duplicates.finding import Subject
from essor.faces.web import addresses
from essor.faces.web.display import Shown, shown
from essor.faces.web.duplicates.groups import allowed, merge_href
from essor.faces.web.duplicates.telling import Told, as_read, resemblance
from essor.faces.web.offers import EVERY, record_action
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import DuplicatesDetected, Suspect, ValidationFailed
from essor.kernel.whole import whole
from essor.records.merge import FEWEST, MOST

LETTERS = "ABCD"
REFUSED = 422


@dataclass(frozen=True, slots=True)
class Head:
    """One record of the merge: its letter, its page, when it was made and changed."""

    key: int
    letter: str
    title: str
    href: str
    created: Any
    modified: Any


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its values by record in the order of the heads, and the key of the chosen one."""

    field: Field
    values: tuple[tuple[Head, Shown], ...]
    chosen: int


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the choice (GET ids=…), or merge (POST with `winner` and `pick.<Field>`)."""
    actor = actor_of(request)
    obj = allowed(actor, name)
    data = request.POST if request.method == "POST" else request.GET
    chosen = _keys(obj, data)
    if request.method == "GET":
        return _draw(request, merging.propose(actor, obj.name, chosen))
    picks = {
        part.removeprefix("pick."): number
        for part, value in data.items()
        if part.startswith("pick.") and (number := whole(str(value))) is not None
    }
    winner = data.get("winner", "")
    try:
        saved, batch = merging.merge(actor, obj.name, chosen, whole(winner) or 0, picks)
    except ValidationFailed as failed:
        return _draw(
            request, merging.propose(actor, obj.name, chosen), picks=picks, winner=winner, failed=failed
        )
    count = len(chosen)
    text = ngettext("%(num)d record merged.", "%(num)d records merged.", count) % {"num": count}
    flash(request, text, undo=f"/undo/{batch}")
    return HttpResponseRedirect(addresses.record(ids.encode(obj.prefix, saved.id)))


def _keys(obj: ObjectDef, data: QueryDict) -> list[int]:
    found: dict[int, None] = {}
    for text in data.getlist("ids"):
        try:
            prefix, key = ids.decode(text)
        except ValueError:
            continue
        if prefix == obj.prefix:
            found[key] = None
    return list(found)


def _draw(
    request: HttpRequest,
    proposal: merging.Proposal,
    *,
    picks: dict[str, int] | None = None,
    winner: str = "",
    failed: ValidationFailed | None = None,
) -> HttpResponseBase:
    obj, chosen = proposal.object, picks or {}
    heads = [
        Head(
            key,
            LETTERS[place],
            str(values.get(obj.name_field) or obj.label),
            addresses.record(ids.encode(obj.prefix, key)),
            values.get("CreatedDate"),
            values.get("LastModifiedDate"),
        )
        for place, (key, values) in enumerate(proposal.records.items())
    ]
    lines = [
        (
            one.differs,
            Line(
                one.field,
                tuple((head, shown(one.field, proposal.records[head.key])) for head in heads),
                chosen.get(one.field.name, one.proposed),
            ),
        )
        for one in proposal.choices
    ]
    context = {
        "object": obj,
        "heads": heads,
        "winner": proposal.winner if (number := whole(winner)) is None else number,
        "lines": [line for differs, line in lines if differs],
        "same": [line for differs, line in lines if not differs],
        "record_ids": [ids.encode(obj.prefix, head.key) for head in heads],
        "errors": [error.message for error in failed.errors] if failed else [],
    }
    return render(request, "duplicates/merge.html.jinja", context, status=REFUSED if failed else 200)


@require_POST
def selected(request: HttpRequest, name: str) -> HttpResponseBase:
    """Lead from the rows selected in a list to their merge."""
    obj = allowed(actor_of(request), name)
    chosen = _keys(obj, request.POST)
    if not FEWEST <= len(chosen) <= MOST or request.POST.get("scope") == "all":
        message = _("Select between %(fewest)d and %(most)d records to merge.")
        flash(request, message % {"fewest": FEWEST, "most": MOST}, tone="warning")
        return HttpResponseRedirect(addresses.object_list(obj.name))
    return HttpResponseRedirect(merge_href(obj, chosen))


@require_GET
def of_record(request: HttpRequest, name: str, record_id: str) -> HttpResponseBase:
    """Draw what one record seems to repeat, looked for now."""
    actor = actor_of(request)
    obj = allowed(actor, name)
    record = load(actor, record_id, of=(obj.name,))
    suspects = _suspects(record)
    told: tuple[Told, ...] = ()
    if suspects:
        told = resemblance(actor, obj, as_read(record), DuplicatesDetected((), suspects, may_save=True)).told
    own = [one.record_id for one in suspects if one.object == obj.name and one.record_id is not None]
    keys_ = [record.key, *own][:MOST]
    href = merge_href(obj, keys_) if own else ""
    ruled = bool(setting.rules_for(current.get(), obj.name))
    context = {"record": record, "object": obj, "told": told, "merge_href": href, "ruled": ruled}
    return render(request, "duplicates/of_record.html.jinja", context)


def _suspects(record: Loaded) -> list[Suspect]:
    catalog, region = current.get(), system_actor().company.phone_region
    found: list[Suspect] = []
    for rule in setting.rules_for(catalog, record.object.name):
        stored = keys.values_of(catalog.object(record.object.name), [record.key], rule.fields).get(record.key)
        if stored is None:
            continue
        matches = finding.find(catalog, rule, [Subject(0, record.key, stored)], region)
        seen = finding.visible(record.actor, catalog.object(rule.target), {one.record for one in matches})
        found.extend(
            Suspect(
                rule.target,
                one.record if one.record in seen else None,
                one.likeness,
                rule.title_of.title,
                finding.shared(record.actor, one),
            )
            for one in matches
        )
    return sorted(found, key=lambda one: -one.likeness)


@record_action(EVERY)
def offer(record: Loaded) -> Action | None:
    """Offer the search on the pages of objects that have rules, to those who may merge."""
    if not setting.rules_for(current.get(), record.object.name):
        return None
    if not all(row_access.may(record.actor, record.object, right) for right in ("edit", "delete")):
        return None
    return Action(_("Find duplicates"), f"{addresses.duplicates(record.object.name)}of/{record.id}", "copy")
