"""The set-up of matching rules: what is compared and how, from which likeness on, and what a save does then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates import actions
from essor.domain.duplicates.actions import RuleSpec
from essor.domain.duplicates.matching.methods import METHODS
from essor.domain.duplicates.matching.weights import Criterion
from essor.domain.duplicates.models import Action, MatchingRule
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.objects import named_by_use, shown_objects
from essor.faces.web.toasts import flash
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

SPARE, MOST_FIELDS = 2, 3


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of the list in words."""

    row: MatchingRule
    objects: str
    compares: str


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw all rules."""
    lines = [_line(row) for row in MatchingRule.objects.order_by("object_name", "other_object", "pk")]
    return draw(request, "matching_rules", {"lines": lines}, current="duplicates")


def _line(row: MatchingRule) -> Line:
    catalog = current.get()
    names = [
        str(catalog.object(name).plural) if catalog.has(name) else name
        for name in dict.fromkeys((row.object_name, row.target))
    ]
    obj = catalog.object(row.object_name) if catalog.has(row.object_name) else None
    labels = [_labels(obj, one["fields"]) for one in row.criteria]
    return Line(row, " → ".join(names), ", ".join(labels))


def _labels(obj: ObjectDef | None, names: list[str]) -> str:
    return " + ".join(str(obj.field(name).label) if obj and obj.has(name) else name for name in names)


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, rule_id: int = 0) -> HttpResponseBase:
    """Show the form of a rule, or save it; a new one is asked for its objects first (GET object, other)."""
    actor = actor_of(request)
    row = actions.rule(rule_id) if rule_id else None
    pair = _objects(request, row)

    def work(form: Form) -> str:
        own, other = pair or (None, None)
        if own is None:
            raise ValidationFailed([FieldError("object", "REQUIRED_FIELD_MISSING", _("Choose an object."))])
        spec = RuleSpec(
            object_name=own.name,
            other_object=other.name if other else "",
            name=form.value("name"),
            criteria=_criteria(form),
            threshold=_percent(form.value("threshold")),
            on_create=form.value("on_create"),
            on_edit=form.value("on_edit"),
            message=form.value("message"),
            active=form.on("active"),
        )
        actions.save_rule(actor, spec, row.pk if row else None)
        return reverse("web:setup_duplicates")

    def again(form: Form) -> HttpResponseBase:
        return draw(
            request, "matching_rule", _context(row, pair, form), current="duplicates", status=form.status
        )

    if request.method == "POST":
        return submit(request, work, again)
    return again(starting(_starting(row)))


def _objects(request: HttpRequest, row: MatchingRule | None) -> tuple[ObjectDef, ObjectDef | None] | None:
    catalog = current.get()
    own = row.object_name if row else request.GET.get("object", "")
    other = row.other_object if row else request.GET.get("other", "")
    if not catalog.has(own):
        return None
    return catalog.object(own), catalog.object(other) if other != own and catalog.has(other) else None


def _starting(row: MatchingRule | None) -> dict[str, Any]:
    if row is None:
        return {"threshold": 90, "on_create": Action.WARN, "on_edit": Action.REPORT, "active": True}
    values: dict[str, Any] = {
        "name": row.title,
        "threshold": f"{100 * row.threshold:g}",
        "on_create": row.on_create,
        "on_edit": row.on_edit,
        "message": row.message,
        "active": row.active,
    }
    for place, one in enumerate(row.criteria):
        values[f"c{place}.method"] = one["method"]
        for side in ("fields", "other"):
            for at, name in enumerate(one.get(side) or ()):
                values[f"c{place}.{side}.{at}"] = name
    return values


def _criteria(form: Form) -> list[dict[str, Any]]:
    """Return the lines of the form that name a field; the order of the page stays."""
    found = []
    for place in range(actions.MOST_CRITERIA + 1):
        sides = {
            side: [name for at in range(MOST_FIELDS) if (name := form.value(f"c{place}.{side}.{at}"))]
            for side in ("fields", "other")
        }
        if sides["fields"] and form.value(f"c{place}.method"):
            found.append({"method": form.value(f"c{place}.method"), **sides})
    return found


def _percent(text: str) -> float:
    try:
        return float(text.replace(",", ".").replace("%", "")) / 100
    except ValueError:
        return 0.0


def _context(
    row: MatchingRule | None, pair: tuple[ObjectDef, ObjectDef | None] | None, form: Form
) -> dict[str, Any]:
    own, other = pair or (None, None)
    used = sum(1 for place in range(actions.MOST_CRITERIA) if form.value(f"c{place}.fields.0"))
    return {
        "row": row,
        "form": form,
        "object": own,
        "other": other,
        "objects": named_by_use(one for one in shown_objects() if one.is_record),
        "fields": _options(own),
        "other_fields": _options(other),
        "methods": [(one.name, one.label) for one in METHODS.values()],
        "actions": Action.choices,
        "places": range(min(used + SPARE, actions.MOST_CRITERIA)),
        "weights": _weights(row, own) if row else [],
    }


def _options(obj: ObjectDef | None) -> list[tuple[str, str]]:
    return [(one.name, str(one.label)) for one in actions.comparable(obj)] if obj else []


def _weights(row: MatchingRule, obj: ObjectDef | None) -> list[tuple[str, float, float]]:
    """Return what full agreement and full disagreement of each criterion add, in bits."""
    found = []
    for data in row.criteria:
        if data["method"] in METHODS:
            one = Criterion.from_json(data)
            found.append((_labels(obj, list(one.fields)), round(one.bits[0], 1), round(one.bits[-1], 1)))
    return found


@require_POST
@customizing
def act(request: HttpRequest, rule_id: int, verb: str) -> HttpResponseBase:
    """Turn a rule on or off, remove it, let it learn, or let it forget what it has learnt."""
    actor = actor_of(request)
    back = reverse("web:setup_duplicates")
    try:
        match verb:
            case "switch":
                row = actions.switch(actor, rule_id)
                flash(
                    request,
                    _("The rule is switched on.") if row.active else _("The rule is switched off."),
                )
            case "remove":
                actions.remove_rule(actor, rule_id)
                flash(request, _("The rule is removed."))
            case "learn":
                actions.learn_weights(actor, rule_id)
                flash(request, _("The weights now follow your own records."))
                back = reverse("web:setup_matching_rule", args=[rule_id])
            case "forget":
                actions.forget_weights(actor, rule_id)
                flash(request, _("The weights have been reset."))
                back = reverse("web:setup_matching_rule", args=[rule_id])
            case _:
                raise NotFound(_("There is no such page."))
    except ValidationFailed as failed:
        flash(request, str(failed), tone="error")
    return HttpResponseRedirect(back)
