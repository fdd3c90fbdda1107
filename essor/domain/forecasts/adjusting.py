"""Adjustments: what a person or somebody above thinks a figure will be, kept beside what the deals say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.kinds import ParseError
from essor.domain.forecasts import amounts, scope
from essor.domain.forecasts.figures import ADJUSTABLE, Sums, figures
from essor.domain.forecasts.models import Adjustment
from essor.domain.forecasts.periods import Period
from essor.domain.forecasts.roles import depth_of
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed

LONGEST_NOTE = 255


@dataclass(frozen=True, slots=True)
class Place:
    """What is adjusted: one figure of one person in one period and currency."""

    subject: int
    period: Period
    figure: str
    currency: str


def adjust(actor: Actor, place: Place, amount: object, note: str = "") -> Adjustment:
    """Add an adjustment; an empty amount takes the actor's own one back. Amounts are as people type them.

    Raises Forbidden unless the person is the actor or below, ValidationFailed for an amount that is none.
    """
    if place.figure not in ADJUSTABLE or place.subject not in scope.people(actor):
        raise NotFound(_("There is no such forecast."))
    if not may_adjust(actor, place.subject):
        raise Forbidden(_("You may adjust your own forecast and those of the people below you."))
    units = _units(actor, amount)
    if len(note.strip()) > LONGEST_NOTE:
        raise ValidationFailed([FieldError("note", "STRING_TOO_LONG", _("This note is too long."))])
    then = figures(actor, place.period).get(place.currency, {}).get(place.subject, Sums())
    return Adjustment.objects.create(
        subject_id=place.subject,
        author_id=actor.user_id,
        period=place.period.key,
        figure=place.figure,
        currency=place.currency,
        amount=units,
        figure_then=then.figure(place.figure),
        note=note.strip() or None,
    )


def may_adjust(actor: Actor, subject: int) -> bool:
    """Tell whether the actor may adjust a person's figures."""
    return subject in actor.team or scope.sees_all(actor)


def _units(actor: Actor, raw: object) -> int | None:
    try:
        units = amounts.read(actor, raw)
    except ParseError as error:
        raise ValidationFailed([FieldError("amount", error.code, str(error))]) from None
    if units is not None and units < 0:
        raise ValidationFailed(
            [FieldError("amount", "NUMBER_OUTSIDE_VALID_RANGE", _("A forecast is not below zero."))]
        )
    return units


def in_force(actor: Actor, period: Period, currency: str) -> dict[tuple[int, str], list[Adjustment]]:
    """Return {(person, figure): adjustments that hold}, the one that counts for the actor first.

    The actor's own counts most, then that of whoever stands highest in the role tree, the person's own last.
    What people above the actor think stays with them.
    """
    seen = scope.people(actor)
    newest = (
        Adjustment.objects.filter(period=period.key, currency=currency, subject__in=seen, author__in=seen)
        .order_by()
        .values("subject", "author", "figure")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found: dict[tuple[int, str], list[Adjustment]] = {}
    for row in Adjustment.objects.filter(pk__in=newest, amount__isnull=False).select_related("author"):
        found.setdefault((row.subject_id, row.figure), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: _weight(actor, row))
    return found


def _weight(actor: Actor, row: Adjustment) -> tuple[bool, bool, int, int]:
    return (
        row.author_id != actor.user_id,
        row.author_id == row.subject_id,
        depth_of(actor.snapshot, row.author_id),
        -row.pk,
    )


def history(actor: Actor, place: Place) -> Iterable[Adjustment]:
    """Return all that was ever said about a figure by people whom the actor sees, the newest first."""
    seen = scope.people(actor)
    if place.subject not in seen:
        return []
    return (
        Adjustment.objects.filter(
            period=place.period.key,
            currency=place.currency,
            subject=place.subject,
            figure=place.figure,
            author__in=seen,
        )
        .select_related("author")
        .order_by("-pk")[:50]
    )


def counting(
    adjustments: Mapping[tuple[int, str], list[Adjustment]], person: int, figure: str
) -> Adjustment | None:
    """Return the adjustment that counts for a person's figure."""
    rows = adjustments.get((person, figure))
    return rows[0] if rows else None
