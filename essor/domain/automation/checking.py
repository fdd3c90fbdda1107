"""What is wrong with a flow before it is put in force: step by step, in the words of whoever builds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.automation import earlier
from essor.domain.automation.definition import Definition, Trigger
from essor.domain.automation.events import EVENTS
from essor.domain.automation.kinds import STEPS, Site, site_of
from essor.domain.automation.models import Flow
from essor.domain.automation.scheduling import members_of
from essor.kernel.errors import EssorError, FieldError
from essor.query import run
from essor.query.environment import env_for
from essor.query.plan import plan
from essor.query.tree import Condition, Query


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: at a step (its id), at the trigger (“trigger”), the goal (“leave”) or the exit (“drop”)."""

    step: str
    error: FieldError


def problems(
    actor: Actor, object_name: str, definition: Definition, flow: Flow | None = None
) -> list[Problem]:
    """Return all that is wrong with a flow that would act as `actor`."""
    try:
        site = site_of(actor, object_name, flow, definition)
    except EssorError as error:
        return [Problem("trigger", FieldError("", "INVALID_TYPE", str(error)))]
    return list(_problems(site, definition))


def _problems(site: Site, definition: Definition) -> Iterator[Problem]:
    for error in _trigger(site, definition.trigger):
        yield Problem("trigger", error)
    for place, where in (("leave", definition.leave), ("drop", definition.drop)):
        yield from (Problem(place, error) for error in condition_errors(site, where))
    if not definition.steps:
        yield Problem("", FieldError("", "REQUIRED_FIELD_MISSING", _("Add at least one step.")))
    for step in definition.walk():
        kind = STEPS.get(step.kind)
        if kind is None or not kind.offered(site):
            yield Problem(step.id, FieldError("", "INVALID_TYPE", _("This kind of step is not available.")))
            continue
        try:
            errors = list(kind.check(step, site))
        except EssorError as error:
            errors = [FieldError("", "FIELD_INTEGRITY_EXCEPTION", str(error))]
        for way in step.paths:
            errors += condition_errors(site, way.where)
        yield from (Problem(step.id, error) for error in errors)


def _trigger(site: Site, trigger: Trigger) -> list[FieldError]:
    errors = condition_errors(site, trigger.where)
    if trigger.newly and trigger.where is not None and not errors:
        try:
            earlier.paths_of(site, trigger.where)
        except EssorError as error:
            errors.append(FieldError("newly", "FIELD_INTEGRITY_EXCEPTION", str(error)))
    if trigger.on == "schedule" and trigger.where is None:
        message = _("A flow on a schedule needs criteria: which records does it take?")
        errors.append(FieldError("where", "REQUIRED_FIELD_MISSING", message))
    if trigger.on == "date":
        errors += date_errors(site, trigger.field)
        if trigger.yearly and trigger.again == "never":
            message = _(
                "An anniversary comes every year, but everybody comes in only once: let them in again."
            )
            errors.append(FieldError("again", "FIELD_INTEGRITY_EXCEPTION", message))
    if trigger.on == "segment":
        errors += _segment_errors(site, trigger)
    if trigger.on == "event":
        kind = EVENTS.get(trigger.topic)
        if kind is None or not kind.offered(site):
            errors.append(FieldError("topic", "REQUIRED_FIELD_MISSING", _("Choose what starts the flow.")))
        else:
            errors += kind.check(trigger.settings, site)
    return errors


def _segment_errors(site: Site, trigger: Trigger) -> list[FieldError]:
    if not trigger.segment and trigger.where is None:
        return [FieldError("segment", "REQUIRED_FIELD_MISSING", _("Choose a segment, or set criteria."))]
    if trigger.every != "once" and trigger.again == "always":
        message = _(
            "A segment that is looked at again lets everybody in each time: choose who may come in again."
        )
        return [FieldError("again", "FIELD_INTEGRITY_EXCEPTION", message)]
    try:
        return condition_errors(site, members_of(trigger, site.actor, site.obj.name))
    except EssorError as error:
        return [FieldError("segment", "INVALID_FIELD", str(error))]


def condition_errors(site: Site, where: Condition | None) -> list[FieldError]:
    """Return why a condition cannot be asked by whoever the flow acts as."""
    try:
        plan(Query(site.obj.name, where=where), env_for(site.actor))
    except EssorError as error:
        return [FieldError("where", "MALFORMED_QUERY", str(error))]
    return []


def date_errors(site: Site, path: str) -> list[FieldError]:
    """Return why a path names no date."""
    try:
        field = run.field_of(site.actor, site.obj.name, path)
    except EssorError:
        return [FieldError("field", "REQUIRED_FIELD_MISSING", _("Choose the date field."))]
    if field.kind.formula_type in ("date", "datetime"):
        return []
    return [FieldError("field", "INVALID_FIELD", _("Choose a date."))]
