"""The panel beside the drawing: what it starts with, and what was sent as a changed flow."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.access.models import Principal
from essor.catalog.definitions import ObjectDef
from essor.domain.automation import definition as flows
from essor.domain.automation import people
from essor.domain.automation.definition import Definition, Every, On, Step, Trigger, Way
from essor.domain.automation.durations import UNITS
from essor.domain.automation.kinds import STEPS
from essor.domain.automation.steps import approval
from essor.domain.automation.steps.branch import ELSE
from essor.domain.automation.steps.mail import FIELD
from essor.domain.automation.steps.update import target_of
from essor.domain.automation.steps.wait import LATE, MET
from essor.faces.web.automation import assigning, options
from essor.faces.web.automation.desks import FORMS, EndForm
from essor.faces.web.automation.drawing import weekdays
from essor.faces.web.automation.reading import Shown, in_words
from essor.faces.web.automation.sent import closed_days, flat_hours, missing, number, read_hours
from essor.faces.web.setup import choices
from essor.faces.web.setup.forms import Errors, Form, starting
from essor.kernel.errors import EssorError, NotFound, ValidationFailed
from essor.kernel.whole import whole, wholes
from essor.query import codec

TRIGGER, GOAL, ADD = "trigger", "leave", "add"
ALL_STARTS: tuple[On, ...] = get_args(On)
ALL_RHYTHMS: tuple[Every, ...] = get_args(Every)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel draws: `name` picks its template, `more` is what that needs beside the form."""

    name: str
    title: str
    icon: str
    form: Form
    step: Step | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    saved: bool = True
    template: str = ""


def adding(shown: Shown) -> Panel:
    """Return the menu of kinds for a new step."""
    return Panel(ADD, _("Add a step"), "plus", Form(), more={"kinds": shown.desk.kinds(shown.site)})


def with_errors(panel: Panel | None, errors: Errors) -> Panel | None:
    """Return the panel with what is wrong beside its controls."""
    return panel and replace(panel, form=Form(panel.form.values, errors))


def opened(shown: Shown, chosen: str) -> Panel | None:
    """Return the panel of what was chosen as it is kept; None when nothing is."""
    own = shown.desk.ends.get(chosen)
    if own is not None:
        return _end_panel(shown, own, chosen, starting(own.values(shown)))
    if chosen == TRIGGER:
        return _trigger_panel(shown, starting(_trigger_values(shown.definition.trigger)))
    if chosen == GOAL:
        return _goal_panel(shown)
    step = shown.definition.step(chosen)
    if step is None or step.kind not in STEPS:
        return None
    values = _flat(step)
    return _step_panel(shown, step, starting(values), None)


def reshaped(shown: Shown, chosen: str, data: QueryDict) -> Panel | None:
    """Return the panel as it was sent, in the shape that this calls for.

    A control that the shape before had not starts with what is kept.
    """
    sent = {name: list(map(str, values)) for name, values in data.lists()}

    def form(kept: Mapping[str, Any]) -> Form:
        return Form({**starting(kept).values, **sent})

    own = shown.desk.ends.get(chosen)
    if own is not None:
        return _end_panel(shown, own, chosen, form(own.values(shown)))
    if chosen == TRIGGER:
        return _trigger_panel(shown, form(_trigger_values(shown.definition.trigger)))
    step = shown.definition.step(chosen)
    if step is None:
        return _goal_panel(shown)
    return _step_panel(shown, step, form(flat_hours(step.settings) if step.kind == "wait" else {}), data)


def applied(shown: Shown, chosen: str, data: QueryDict, language: str) -> Definition:
    """Return the flow with what the panel says; ValidationFailed with what cannot be read."""
    own = shown.desk.ends.get(chosen)
    if own is not None:
        return own.read(shown, data)
    if chosen == TRIGGER:
        return replace(shown.definition, trigger=_trigger_of(data, shown.definition.trigger))
    if chosen == GOAL:
        return replace(shown.definition, leave=None)
    step = shown.definition.step(chosen)
    if step is None:
        raise NotFound(_("There is no such step."))
    title = data.get("title", "").strip()[: flows.LONGEST_TITLE]
    form = FORMS.get(step.kind)
    reader = form.read if form else READERS.get(step.kind)
    settings = reader(shown, step, data, language) if reader else dict(step.settings)
    changed = replace(step, title=title, settings=settings, paths=_paths(step, settings, data))
    return flows.changed(shown.definition, changed)


# ---- trigger and goal --------------------------------------------------------------------------


def _end_panel(shown: Shown, own: EndForm, name: str, form: Form) -> Panel:
    return Panel(
        name,
        str(own.title),
        own.icon,
        form,
        more=own.more(shown, form),
        saved=own.saved,
        template=own.template,
    )


def _trigger_values(trigger: Trigger) -> dict[str, Any]:
    return {
        "on": trigger.on, "newly": trigger.newly, "every": trigger.every, "at": trigger.at, "day": trigger.day,
        "field": trigger.field, "days": abs(trigger.days), "side": "after" if trigger.days > 0 else "before",
    }  # fmt: skip


def _trigger_panel(shown: Shown, form: Form) -> Panel:
    more = {
        "dates": options.dates(shown.site.obj),
        "told": in_words(shown.site, shown.definition.trigger.where),
    }
    return Panel(TRIGGER, _("What starts the flow"), "bolt", form, more=more)


def _goal_panel(shown: Shown) -> Panel:
    more = {"told": in_words(shown.site, shown.definition.leave)}
    return Panel(GOAL, _("Goal"), "target", Form(), more=more, saved=False)


def _trigger_of(data: QueryDict, old: Trigger) -> Trigger:
    on = next((one for one in ALL_STARTS if one == data.get("on")), None)
    every: Every = next((one for one in ALL_RHYTHMS if one == data.get("every")), "day")
    if on is None:
        raise missing("on", _("Choose what starts the flow."))
    days = number(data, "days", 0, 3650, 0)
    return Trigger(
        on=on, where=old.where, newly="1" in data.getlist("newly"), every=every,
        at=number(data, "at", 0, 23, 8), day=number(data, "day", 1, 31, 1), field=data.get("field", ""),
        days=days if data.get("side") == "after" else -days,
    )  # fmt: skip


# ---- steps -------------------------------------------------------------------------------------


def _flat(step: Step) -> dict[str, Any]:
    """Return the form values of a step's settings."""
    form = FORMS.get(step.kind)
    settings = dict(form.flat(step) if form else step.settings)
    found: dict[str, Any] = {
        "title": step.title,
        **{k: v for k, v in settings.items() if k not in ("values", "where", "hours")},
    }
    to = settings.get("to")
    if isinstance(to, list):
        found["to"] = [one for one in to if one in people.WORDS or one.startswith(FIELD)]
        found["user"] = [one.removeprefix("user:") for one in to if one.startswith("user:")]
        found["addresses"] = ", ".join(one for one in to if "@" in one)
    if step.kind == "wait":
        found |= flat_hours(settings)
        amount = int(settings.get("amount", 0))
        found |= {"amount": abs(amount), "side": "before" if amount < 0 else "after"}
    found |= {f"label.{way.id}": way.label for way in step.paths}
    return found


def _step_panel(shown: Shown, step: Step, form: Form, data: QueryDict | None) -> Panel:
    kind = STEPS[step.kind]
    more: dict[str, Any] = {"help": kind.help}
    brought = FORMS.get(step.kind)
    if brought is not None:
        more |= {**brought.more(shown, _as_sent(shown, step, data)), "ways": _ways(shown, step)}
        return Panel(step.kind, str(kind.label), kind.icon, form, step, more, template=brought.template)
    more |= _more(shown, step, form, data)
    return Panel(step.kind, str(kind.label), kind.icon, form, step, more)


def _as_sent(shown: Shown, step: Step, data: QueryDict | None) -> Step:
    """Return a step as a form that is not kept yet says it, so that what its panel offers follows; else as it is kept."""
    if data is None:
        return step
    with suppress(EssorError):
        return replace(step, settings=FORMS[step.kind].read(shown, step, data, str(get_language())))
    return step


def _ways(shown: Shown, step: Step) -> list[tuple[Way, str]]:
    return [(way, in_words(shown.site, way.where)) for way in step.paths]


def _more(shown: Shown, step: Step, form: Form, data: QueryDict | None) -> dict[str, Any]:
    """Return what the panels of the kinds of this room offer."""
    obj = shown.site.obj
    more: dict[str, Any] = {"ways": _ways(shown, step)}
    if step.kind in ("update", "create"):
        more |= _value_rows(shown, step, form, data)
    if step.kind == "update":
        more["targets"] = options.targets(shown.site)
    if step.kind == "create":
        more["objects"] = options.objects(shown.site)
    if step.kind == "assign":
        more["owners"] = options.owners(obj)
    if step.kind in ("notify", "mail"):
        more |= {"users": options.users(), "inserts": options.merge_fields(shown.site)}
    if step.kind == "mail":
        more["emails"] = options.emails(shown.site)
    if step.kind == "webhook":
        more |= {"fields": options.own_fields(obj), "secret": shown.flow.secret}
    if step.kind == "wait":
        more |= {"dates": options.dates(obj), "told": _where_words(shown, step), "days": weekdays()}
        more |= closed_days(shown.site.actor)
    if step.kind == approval.Approval.name:
        more |= {
            "processes": options.processes(obj), "users": options.users(), "roles": choices.roles(),
            "inserts": options.merge_fields(shown.site),
        }  # fmt: skip
    return more


def _where_words(shown: Shown, step: Step) -> str:
    where = step.settings.get("where")
    return in_words(shown.site, codec.condition(where)) if where else ""


def _value_rows(shown: Shown, step: Step, form: Form, data: QueryDict | None) -> dict[str, Any]:
    new = step.kind == "create"
    target = _target(shown, step, form)
    if target is None:
        return {"rows": [], "addable": [], "copyable": [], "target": None}
    same = data is None or target.name == _stored_target_name(shown, step)
    if data is None:
        rows = assigning.stored_rows(step.settings.get("values", []), target)
    else:
        rows = assigning.sent_rows(data, target) if same or data.get("do") != "target" else []
    if new:
        rows = assigning.with_required(rows, target)
    named = {row.field.name for row in rows}
    addable = [
        (one.name, str(one.label)) for one in assigning.fields(target, new=new) if one.name not in named
    ]
    return {
        "rows": rows, "target": target, "addable": sorted(addable, key=lambda pair: pair[1]),
        "copyable": options.readable(shown.site),
    }  # fmt: skip


def _stored_target_name(shown: Shown, step: Step) -> str:
    try:
        if step.kind == "create":
            return str(step.settings.get("object", ""))
        return target_of(step, shown.site)[1].name
    except EssorError:
        return ""


def _target(shown: Shown, step: Step, form: Form) -> ObjectDef | None:
    name = "object" if step.kind == "create" else "target"
    wanted = replace(step, settings={**step.settings, name: form.value(name)})
    try:
        if step.kind == "create":
            return shown.site.catalog.object(form.value("object"))
        return target_of(wanted, shown.site)[1]
    except EssorError:
        return None


def _paths(step: Step, settings: Mapping[str, Any], data: QueryDict) -> tuple[Way, ...]:
    """Return the paths of a step: renamed, one more or one less as the button said."""
    form = FORMS.get(step.kind)
    if form is not None and form.ways:
        return form.ways(step, data)
    if step.kind == "wait":
        if settings.get("for") != "condition" or not settings.get("amount"):
            return ()
        return (step.path(MET) or Way(MET, _("Met")), step.path(LATE) or Way(LATE, _("Not met in time")))
    ways = [replace(way, label=data.get(f"label.{way.id}", way.label).strip()[:120]) for way in step.paths]
    if step.kind == "branch":
        drop = data.get("drop", "")
        ways = [way for way in ways if way.id != drop or way.id == ELSE]
        if data.get("more"):
            used = {way.id for way in step.paths}
            key = next(f"p{n}" for n in range(1, 100) if f"p{n}" not in used)
            ways.insert(len(ways) - 1, Way(key, _("Path %(num)d") % {"num": len(ways)}))
    return tuple(ways)


# ---- what was sent, kind by kind ---------------------------------------------------------------


def _read_update(shown: Shown, step: Step, data: QueryDict, language: str) -> dict[str, Any]:
    target = data.get("target", "")
    obj = target_of(replace(step, settings={"target": target}), shown.site)[1]
    rows = assigning.sent_rows(data, obj)
    return {"target": target, "values": assigning.assignments(rows, shown.site.actor, language)}


def _read_create(shown: Shown, _step: Step, data: QueryDict, language: str) -> dict[str, Any]:
    obj = shown.site.catalog.object(data.get("object", ""))
    rows = assigning.sent_rows(data, obj)
    return {"object": obj.name, "values": assigning.assignments(rows, shown.site.actor, language)}


def _read_assign(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    to = data.get("to", "")
    if to != people.MANAGER and not Principal.objects.filter(pk=whole(to) or 0).exists():
        raise missing("to", _("Choose to whom."))
    return {"to": to}


def _to(data: QueryDict) -> list[str]:
    words = [one for one in data.getlist("to") if one in people.WORDS or one.startswith(FIELD)]
    words += [f"user:{one}" for one in wholes(data.getlist("user"))]
    return words + [
        one.strip() for one in data.get("addresses", "").replace(";", ",").split(",") if one.strip()
    ]


def _read_notify(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    return {"to": _to(data), "text": data.get("text", "").strip()}


def _read_mail(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    return {"to": _to(data), "subject": data.get("subject", "").strip(), "body": data.get("body", "").strip()}


def _read_approval(shown: Shown, step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    asked = data.get("ask", "")
    settings: dict[str, Any] = {"ask": asked, "text": data.get("text", "").strip()}
    if asked == approval.PROCESS:
        settings["process"] = data.get("process", "")
    elif asked == approval.PEOPLE:
        settings |= {"people": data.getlist("people"), "all": "1" in data.getlist("all")}
    elif asked == approval.ROLE:
        settings["role"] = data.get("role", "")
    title = data.get("title", "").strip()
    errors = approval.whom_errors(replace(step, title=title, settings=settings), shown.site.obj.name)
    if errors:
        raise ValidationFailed(errors)
    return settings


def _read_webhook(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    return {"url": data.get("url", "").strip(), "fields": [one for one in data.getlist("fields") if one]}


def _read_wait(_shown: Shown, step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    amount = number(data, "amount", 0, 100_000, 0)
    if data.get("for") == "date" and data.get("side") == "before":
        amount = -amount
    kept = {"where": step.settings["where"]} if step.settings.get("where") else {}
    unit = data.get("unit", "days")
    return {
        "for": data.get("for", "time"), "amount": amount, "unit": unit if unit in UNITS else "days",
        "field": data.get("field", ""), **kept, **read_hours(data),
    } | ({"moment": data.get("moment", "")[:32]} if data.get("for") == "moment" else {})  # fmt: skip


READERS: dict[str, Any] = {
    "update": _read_update, "create": _read_create, "assign": _read_assign, "notify": _read_notify,
    "mail": _read_mail, "webhook": _read_webhook, "wait": _read_wait, "approval": _read_approval,
}  # fmt: skip
