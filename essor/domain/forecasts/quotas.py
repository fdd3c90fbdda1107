"""Quotas as a grid: people × the months of a fiscal year, read and written as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.rights import Right
from essor.access.rows import may
from essor.access.view import catalog_for
from essor.catalog.kinds import ParseError
from essor.domain.forecasts import amounts, scope
from essor.domain.forecasts.figures import is_in
from essor.domain.forecasts.periods import plus_months
from essor.kernel.errors import Forbidden
from essor.query import run
from essor.query.tree import All, Column, Compare, Constant, Path, Query
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import ROLLED_BACK, save_many

MONTHS = 12
Cell = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Stored:
    """One quota: its record and its amount in minor units."""

    id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The quotas of a fiscal year in one currency: `people` are (id, name), `months` first days."""

    start: date
    currency: str
    people: tuple[tuple[int, str, str], ...]
    months: tuple[date, ...]
    cells: Mapping[Cell, Stored] = field(default_factory=dict)

    def total(self, person: int) -> int:
        """Return a person's quota of the year."""
        return sum(one.amount for (key, _month), one in self.cells.items() if key == person)


def may_set(actor: Actor) -> bool:
    """Tell whether the actor sets quotas for anybody."""
    if not (catalog_for(actor).has(scope.QUOTA) and may(actor, scope.QUOTA, Right.CREATE)):
        return False
    return may(actor, scope.QUOTA, Right.MODIFY_ALL) or bool(actor.snapshot.below(actor.user_id))


def settable(actor: Actor) -> frozenset[int]:
    """Return the people for whom the actor sets quotas."""
    if may(actor, scope.QUOTA, Right.MODIFY_ALL):
        return frozenset(actor.snapshot.people)
    return actor.snapshot.below(actor.user_id)


def grid(actor: Actor, start: date, currency: str, team: int | None = None) -> Grid:
    """Return the quotas of the fiscal year that begins at `start`; of one role and those below, or of everybody."""
    if not may_set(actor):
        raise Forbidden(_("You set quotas only for people below you in the role tree."))
    rows = User.objects.filter(
        pk__in=settable(actor), is_active=True, user_type=User.Kind.STANDARD, role__isnull=False
    )
    if team is not None:
        rows = rows.filter(role_id__in={team, *actor.snapshot.roles_under(team)})
    people = tuple(rows.order_by("role__name", "name").values_list("pk", "name", "role__name"))
    months = tuple(plus_months(start, place) for place in range(MONTHS))
    return Grid(start, currency, people, months, _stored(actor, months, currency, [one[0] for one in people]))


def _stored(actor: Actor, months: tuple[date, ...], currency: str, people: list[int]) -> dict[Cell, Stored]:
    if not people:
        return {}
    query = Query(
        scope.QUOTA,
        columns=tuple(Column(Path((name,))) for name in ("Id", "QuotaOwnerId", "StartDate", "QuotaAmount")),
        where=All(
            (
                is_in("QuotaOwnerId", people),
                is_in("CurrencyIsoCode", (currency,)),
                Compare(Path(("StartDate",)), "gte", (Constant(months[0].isoformat(), "date"),)),
                Compare(Path(("StartDate",)), "lte", (Constant(months[-1].isoformat(), "date"),)),
            )
        ),
    )
    return {
        (row["QuotaOwnerId"], row["StartDate"]): Stored(row["Id"], row["QuotaAmount"])
        for row in run.rows(actor, query)
    }


def read(actor: Actor, typed: Mapping[Cell, str]) -> tuple[dict[Cell, int | None], dict[Cell, str]]:
    """Return the amounts of typed cells in minor units, and what is wrong with the others."""
    found: dict[Cell, int | None] = {}
    errors: dict[Cell, str] = {}
    for cell, text in typed.items():
        try:
            found[cell] = amounts.read(actor, text)
        except ParseError as error:
            errors[cell] = str(error)
    return found, errors


def write(actor: Actor, current: Grid, units: Mapping[Cell, int | None]) -> dict[Cell, str]:
    """Make the stored quotas what is wanted, set-wise; an empty amount removes a quota.

    Returns what is wrong by cell; nothing is written when there is anything.
    """
    wanted = {cell: amount for cell, amount in units.items() if cell[0] in {one[0] for one in current.people}}
    changed = {
        cell: amount
        for cell, amount in wanted.items()
        if amount is not None and (cell not in current.cells or current.cells[cell].amount != amount)
    }
    gone = [
        current.cells[cell].id for cell, amount in wanted.items() if amount is None and cell in current.cells
    ]
    changes = [_change(current, cell, amount) for cell, amount in changed.items()]
    results = save_many(actor, scope.QUOTA, changes, all_or_none=True) if changes else []
    errors = {
        cell: one.errors[0].message
        for cell, one in zip(changed, results, strict=True)
        if one.errors and one.errors[0].code != ROLLED_BACK
    }
    if not errors and gone:
        delete(actor, scope.QUOTA, gone)
    return errors


def _change(current: Grid, cell: Cell, units: int) -> Change:
    person, month = cell
    stored, amount = current.cells.get(cell), units / 10 ** amounts.scale()
    if stored is not None:
        return Change(scope.QUOTA, {"QuotaAmount": amount}, id=stored.id)
    return Change(
        scope.QUOTA,
        {
            "QuotaOwnerId": person,
            "StartDate": month,
            "QuotaAmount": amount,
            "CurrencyIsoCode": current.currency,
        },
    )
