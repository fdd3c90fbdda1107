"""Each part of an audience as a condition on contacts or leads, in the eyes of an actor, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.catalog.definitions import ObjectDef
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.consent.people import KINDS
from essor.kernel.errors import NotFound
from essor.query import conditions, decode, source
from essor.query.actions import keeping, segments
from essor.query.environment import Env
from essor.query.models import ListView
from essor.query.tree import Condition


@dataclass(frozen=True, slots=True)
class Named:
    """A part with its name and its conditions: {object: condition}; an object that is not there has nobody of it."""

    part: Part
    name: str
    wheres: dict[str, Q]


def named(audience: Audience, env: Env) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
    """Return what lets in and what leaves out; NotFound when a segment, a list or a campaign is not there (any more)."""
    return tuple(_named(one, env) for one in audience.include), tuple(
        _named(one, env) for one in audience.exclude
    )


def _named(part: Part, env: Env) -> Named:
    if part.source == "people":
        count = len(part.people)
        name = ngettext("%(num)d picked by hand", "%(num)d picked by hand", count) % {"num": count}
        return Named(part, name, {part.object: Q(pk__in=part.people)})
    if part.source == "members":
        return _members(part, env)
    if part.source == "segment":
        segment = segments.find_segment(env.actor, part.key)
        steps = segments.conditions(segments.steps_of(segment))
        return _asked(part, segment.name, segment.object_name, steps[-1] if steps else None, env)
    view = keeping.found(env.actor, ListView, part.key)
    return _asked(part, view.name, view.object_name, decode.query(view.query).where, env)


def _asked(part: Part, name: str, object_name: str, where: Condition | None, env: Env) -> Named:
    if object_name not in KINDS:
        raise NotFound(_("“%(name)s” holds neither contacts nor leads.") % {"name": name})
    obj = source.object_named(object_name, env)
    return Named(
        part, name, {object_name: conditions.as_q(conditions.clause(where, conditions.Scope(obj, env)))}
    )


def _members(part: Part, env: Env) -> Named:
    campaigns = source.rows(source.object_named(CAMPAIGN, env), env)
    name = campaigns.filter(pk=part.key).values_list("name", flat=True).first()
    if name is None:
        raise NotFound(_("There is no such campaign."))
    rows = source.rows(source.object_named(MEMBER, env), env).filter(campaign_id=part.key)
    if part.statuses:
        rows = rows.filter(status__in=part.statuses)
        name = f"{name} ({', '.join(part.statuses)})"
    return Named(
        part,
        name,
        {
            "Contact": Q(pk__in=rows.filter(contact_id__isnull=False).values("contact_id")),
            "Lead": Q(pk__in=rows.filter(contact_id=None).values("lead_id")),
        },
    )


def either(some: tuple[Named, ...], obj: ObjectDef) -> Q | None:
    """Return the condition that one of the parts holds for a record of an object, None when none of them has any."""
    wheres = [one.wheres[obj.name] for one in some if obj.name in one.wheres]
    found: Q | None = None
    for where in wheres:
        if not where:
            return Q()
        found = where if found is None else found | where
    return found
