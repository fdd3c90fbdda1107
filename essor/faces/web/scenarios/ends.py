"""How people come into a scenario, and when they leave it: the panels of its first card and of its goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.domain.automation.definition import Again, Definition, Every, On, Trigger
from essor.domain.automation.events import EVENTS
from essor.domain.automation.scheduling import members_of
from essor.faces.web.automation import options
from essor.faces.web.automation.desks import EndForm
from essor.faces.web.automation.drawing import Arrow, Card, start_words
from essor.faces.web.automation.panels import GOAL, TRIGGER
from essor.faces.web.automation.reading import Shown, in_words
from essor.faces.web.automation.sent import number
from essor.faces.web.scenarios import occasions
from essor.faces.web.setup.forms import Form
from essor.kernel.errors import EssorError, FieldError, NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.query import run
from essor.query.actions import segments
from essor.query.tree import Query

ENTRIES: tuple[On, ...] = ("segment", "event", "date", "manual")
RHYTHMS: tuple[Every, ...] = ("once", "hour", "day")
RULES: tuple[Again, ...] = ("never", "ended", "days", "always")


def values(shown: Shown) -> Mapping[str, Any]:
    """Return what the panel of the entry starts with."""
    trigger = shown.definition.trigger
    return {
        "on": trigger.on if trigger.on in ENTRIES else "segment",
        "segment": trigger.segment,
        "every": trigger.every,
        "at": trigger.at,
        "topic": trigger.topic,
        "field": trigger.field,
        "days": abs(trigger.days),
        "side": "after" if trigger.days > 0 else "before",
        "yearly": trigger.yearly,
        "again": trigger.again,
        "again_days": trigger.again_days,
        **occasions.flat(trigger),
    }


def more(shown: Shown, form: Form) -> dict[str, Any]:
    """Return what the panel of the entry offers."""
    site, trigger = shown.site, shown.definition.trigger
    topics = [(one.topic, str(one.label)) for one in EVENTS.values() if one.offered(site)]
    topic = form.value("topic") or (topics[0][0] if topics else "")
    return {
        "segments": [(str(one.pk), one.name) for one in segments.visible(site.actor, site.obj.name)],
        "dates": options.dates(site.obj),
        "told": in_words(site, trigger.where),
        "topics": topics,
        "topic": topic,
        "topic_help": str(EVENTS[topic].help) if topic in EVENTS else "",
        "occasion": occasions.offered(topic, shown),
        "count": _count(shown, form),
        "help": _("Who comes in, and who may come in again."),
    }


def _count(shown: Shown, form: Form) -> int | None:
    """Return how many people the entry would let in now; None where that is not a question of now."""
    if form.value("on") not in ("segment", ""):
        return None
    wanted = replace(shown.definition.trigger, on="segment", segment=(whole(form.value("segment")) or 0))
    if not wanted.segment and wanted.where is None:
        return None
    site = shown.site
    try:
        return run.count(
            site.actor, Query(site.obj.name, where=members_of(wanted, site.actor, site.obj.name))
        )
    except EssorError:
        return None


def read(shown: Shown, data: QueryDict) -> Definition:
    """Return the scenario with the entry that was sent."""
    old = shown.definition.trigger
    on = next((one for one in ENTRIES if one == data.get("on")), None)
    again = next((one for one in RULES if one == data.get("again")), None)
    if on is None or again is None:
        raise _wrong("on" if on is None else "again", _("Choose one of the list."))
    segment = whole(data.get("segment", "")) or 0
    if on == "segment" and segment:
        _visible(shown, segment)
    topic = data.get("topic", "")
    if on == "event" and (topic not in EVENTS or not EVENTS[topic].offered(shown.site)):
        raise _wrong("topic", _("Choose what happens."))
    days = number(data, "days", 0, 3650, 0)
    trigger = Trigger(
        on=on,
        where=old.where,
        every=next((one for one in RHYTHMS if one == data.get("every")), "day"),
        at=number(data, "at", 0, 23, 8),
        topic=topic if on == "event" else "",
        settings=occasions.read(topic, shown, data) if on == "event" else {},
        field=data.get("field", ""),
        days=days if data.get("side") == "after" else -days,
        yearly=on == "date" and "1" in data.getlist("yearly"),
        segment=segment if on == "segment" else 0,
        again=again,
        again_days=number(data, "again_days", 1, 3650, 30),
    )
    return replace(shown.definition, trigger=trigger)


def _visible(shown: Shown, key: int) -> None:
    """Refuse a segment that the builder does not see."""
    try:
        fits = segments.find_segment(shown.site.actor, key).object_name == shown.site.obj.name
    except NotFound:
        fits = False
    if not fits:
        raise _wrong("segment", _("Choose one of the list."))


def _wrong(name: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(name, "INVALID_FIELD_VALUE", message)])


def goal_more(shown: Shown, _form: Form) -> dict[str, Any]:
    """Return goal and exit in words."""
    return {
        "leave": in_words(shown.site, shown.definition.leave),
        "drop": in_words(shown.site, shown.definition.drop),
    }


def goal_read(shown: Shown, data: QueryDict) -> Definition:
    """Return the scenario without its goal, or its exit, as the button said."""
    if data.get("clear") == "drop":
        return replace(shown.definition, drop=None)
    return replace(shown.definition, leave=None)


FORMS: Mapping[str, EndForm] = {
    TRIGGER: EndForm("scenarios/entry.html.jinja", gettext_lazy("Entry"), "login", values, more, read),
    GOAL: EndForm(
        "scenarios/goal.html.jinja",
        gettext_lazy("Goal and exit"),
        "target",
        lambda _shown: {},
        goal_more,
        goal_read,
        saved=False,
    ),
}


def head(shown: Shown) -> Card | None:
    """Return the first card: how people come in, and who comes in again."""
    trigger = shown.definition.trigger
    return Card(
        TRIGGER, _("Entry"), "login", entry_words(shown, trigger), again_words(trigger), Arrow("trigger-")
    )


def entry_words(shown: Shown, trigger: Trigger) -> str:
    """Return in words how people come in."""
    if trigger.on == "segment":
        return _segment_words(shown, trigger)
    if trigger.on == "manual":
        return _("By hand")
    return start_words(shown.site, trigger)


def _segment_words(shown: Shown, trigger: Trigger) -> str:
    if not trigger.segment:
        told = in_words(shown.site, trigger.where)
        return _("Whoever meets: %(criteria)s") % {"criteria": told} if told else _("Choose who comes in")
    try:
        name = segments.find_segment(shown.site.actor, trigger.segment).name
    except EssorError:
        return _("A segment that you may not see")
    return _("Segment “%(name)s”") % {"name": name}


def again_words(trigger: Trigger) -> str:
    """Return in words who may come in again."""
    if trigger.again == "never":
        return _("Everybody once")
    if trigger.again == "ended":
        return _("Again once the last time has ended")
    if trigger.again == "days":
        return ngettext("Again after %(num)d day", "Again after %(num)d days", trigger.again_days) % {
            "num": trigger.again_days
        }
    return _("Again every time")
