"""Keeps, finds and removes reports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.reports import reading
from essor.domain.reports.asking import prepared
from essor.domain.reports.definition import Definition
from essor.domain.reports.models import Dashboard, Report
from essor.kernel.errors import NotFound
from essor.query.actions import keeping
from essor.query.actions.keeping import Sharing
from essor.query.models import shared_with

LONGEST_FOLDER = 80
LONGEST_TEXT = 2_000
N = TypeVar("N", Report, Dashboard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What a report or dashboard is called, where it lies, and who finds it."""

    name: str
    description: str = ""
    folder: str = ""
    sharing: Sharing = field(default_factory=Sharing)


def found(actor: Actor, model: type[N], key: int) -> N:
    """Return what is kept under `key`; NotFound when there is none or it is not shared with the actor."""
    row: N | None = model._default_manager.filter(shared_with(actor, model), pk=key).first()
    if row is None:
        raise NotFound(_("There is no such report or dashboard, or it is not shared with you."))
    return row


def visible(actor: Actor) -> list[Report]:
    """Return the reports that the actor finds, by folder and name, those about objects that they see."""
    rows = Report.objects.filter(shared_with(actor, Report)).select_related("owner")
    catalog = catalog_for(actor)
    return sorted(
        (row for row in rows if catalog.has(row.object_name)),
        key=lambda row: (row.place.casefold(), row.label.casefold(), row.pk),
    )


def definition_of(report: Report) -> Definition:
    """Return what a report asks; QueryRefused when it was stored in another shape."""
    return reading.definition(report.definition)


@transaction.atomic
def save_report(actor: Actor, definition: Definition, title: Title, report: Report | None = None) -> Report:
    """Return a new report, or `report` changed. QueryRefused when the actor cannot run it, ValidationFailed without a name."""
    if report is not None:
        keeping.require_change(actor, report)
    prepared(actor, definition)
    if report is not None:
        definition = with_old_labels(definition, definition_of(report))
    row = report or Report(owner_id=actor.user_id)
    row.object_name = catalog_for(actor).object(definition.object).name
    row.folder = " ".join(title.folder.split())[:LONGEST_FOLDER]
    row.definition = reading.to_json(definition)
    return _kept(row, title)


def with_old_labels(definition: Definition, old: Definition) -> Definition:
    """Return a definition whose labels stay texts to translate where a form only gave back their translation."""
    known = {one.key: one.label for one in old.measures} | {one.key: one.label for one in old.formulas}

    def label(key: str, text: str) -> str:
        before = known.get(key, "")
        return before if before and gettext(before) == text else text

    return replace(
        definition,
        measures=tuple(replace(one, label=label(one.key, one.label)) for one in definition.measures),
        formulas=tuple(replace(one, label=label(one.key, one.label)) for one in definition.formulas),
    )


@transaction.atomic
def save_dashboard(actor: Actor, title: Title, dashboard: Dashboard | None = None) -> Dashboard:
    """Return a new dashboard without tiles, or `dashboard` renamed and shared anew."""
    if dashboard is not None:
        keeping.require_change(actor, dashboard)
    return _kept(dashboard or Dashboard(owner_id=actor.user_id), title)


def _kept(row: N, title: Title) -> N:
    name, sharing = keeping.named(title.name), keeping.checked(title.sharing)
    if row.key and (name != row.label or title.description != row.text):
        row.key = ""  # from now on it is a person's own, in that person's words
    if not row.key:
        row.name, row.description = name, title.description.strip()[:LONGEST_TEXT]
    row.visibility = sharing.visibility
    row.save()
    row.roles.set(sharing.roles)
    return row


@transaction.atomic
def remove(actor: Actor, row: Report | Dashboard) -> None:
    """Remove a report or dashboard; dashboards that show the report say that it is gone."""
    keeping.require_change(actor, row)
    row.delete()
