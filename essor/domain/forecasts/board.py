"""The forecast as a tree of lines: teams and people with their figures, quotas and adjustments, rolled up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from essor.access import principals
from essor.access.actor import Actor
from essor.domain.currencies import rates
from essor.domain.forecasts import adjusting, figures, roles
from essor.domain.forecasts.figures import ADJUSTABLE, FIGURES, TOGETHER, Sums
from essor.domain.forecasts.models import Adjustment
from essor.domain.forecasts.periods import Period
from essor.domain.forecasts.roles import Team


@dataclass(slots=True)
class Line:
    """One team or person. Amounts are minor units of the board's currency.

    `adjusted` holds, per adjustable figure, the figure with the adjustments that count for the reader in it.
    """

    key: str
    name: str
    depth: int
    parent: str = ""
    person: int | None = None
    people: tuple[int, ...] = ()
    sums: Sums = field(default_factory=Sums)
    quota: int = 0
    adjusted: dict[str, int] = field(default_factory=dict)
    adjustments: dict[str, list[Adjustment]] = field(default_factory=dict)
    has_lines: bool = False

    def figure(self, name: str) -> int:
        """Return what the deals say."""
        return self.sums.figure(name)

    def expected(self, name: str) -> int:
        """Return the figure as adjusted, or what the deals say."""
        return self.adjusted.get(name, self.sums.figure(name))

    @property
    def attainment(self) -> float | None:
        """Return what is closed in percent of the quota, None without a quota."""
        return 100 * self.figure("closed") / self.quota if self.quota else None

    @property
    def gap(self) -> int | None:
        """Return what is still to be closed to reach the quota, below zero when it is passed; None without a quota."""
        return self.quota - self.figure("closed") if self.quota else None


@dataclass(frozen=True, slots=True)
class Board:
    """A forecast in one currency: its lines in the order of the tree, and the currencies in which there is one.

    `TOGETHER` stands among them where the amounts of all make one in the company's currency: nothing is adjusted there.
    """

    period: Period
    currency: str
    lines: Sequence[Line]
    total: Line
    currencies: Sequence[str]

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to show."""
        return not self.lines


def board(actor: Actor, period: Period, currency: str = "") -> Board:
    """Return the forecast that the actor sees; a handful of queries whatever the size of the team."""
    way = rates.conversion(actor.company.currency)
    by_currency = figures.figures(actor, period, together=way is not None)
    quotas = figures.quotas(actor, period)
    codes, home = {*by_currency, *quotas} - {TOGETHER}, actor.company.currency
    known = sorted(codes)
    if way is not None and way.adds(codes):
        known.append(TOGETHER)
    chosen = currency if currency in known else home if home in known or not known else known[0]
    sums, targets = by_currency.get(chosen, {}), quotas.get(chosen, {})
    adjustments = adjusting.in_force(actor, period, chosen)
    counted = {*sums, *targets, *(person for person, _figure in adjustments)} & set(actor.snapshot.people)
    names = principals.names(counted)
    builder = Builder(names, sums, targets, adjustments)
    found = roles.teams(actor, counted, names)
    lines = [line for team in found for line in builder.lines(team, 0, "")]
    people = [line for line in lines if line.person is not None]
    return Board(period, chosen, lines, rolled(Line("total", "", 0), people), known or [home])


def rolled(line: Line, people: Sequence[Line]) -> Line:
    """Fill a line with the sums of people's lines."""
    line.sums.join(one.sums for one in people)
    line.quota = sum(one.quota for one in people)
    line.adjusted = {
        name: sum(one.expected(name) for one in people)
        for name in ADJUSTABLE
        if any(name in one.adjusted for one in people)
    }
    line.people = tuple(one.person for one in people if one.person is not None)
    return line


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes lines of teams and people."""

    names: Mapping[int, str]
    sums: Mapping[int, Sums]
    quotas: Mapping[int, int]
    adjustments: Mapping[tuple[int, str], list[Adjustment]]

    def lines(self, team: Team, depth: int, parent: str) -> Iterator[Line]:
        """Yield a team's line, its people's and those of the teams below."""
        if team.role is None:
            yield from (self.person(one, depth, parent) for one in team.people)
            return
        key = f"r{team.role}"
        own = [self.person(one, depth + 1, key) for one in team.people]
        inner = [line for one in team.teams for line in self.lines(one, depth + 1, key)]
        people = [line for line in (*own, *inner) if line.person is not None]
        yield rolled(Line(key, team.name, depth, parent, has_lines=True), people)
        yield from own
        yield from inner

    def person(self, key: int, depth: int, parent: str) -> Line:
        """Return one person's line."""
        line = Line(
            f"u{key}",
            self.names.get(key, ""),
            depth,
            parent,
            key,
            (key,),
            sums=Sums().join([self.sums[key]] if key in self.sums else []),
            quota=self.quotas.get(key, 0),
        )
        for figure in FIGURES:
            rows = self.adjustments.get((key, figure), [])
            if rows and rows[0].amount is not None:
                line.adjusted[figure] = rows[0].amount
                line.adjustments[figure] = rows
        return line
