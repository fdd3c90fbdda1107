"""What a query is compiled against: who asks, what they may see, what exists, and what moment it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _

from essor.access import view
from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.definitions import EMPTY, Catalog
from essor.kernel.clock import Moment, moment_for
from essor.kernel.errors import QueryRefused
from essor.query import dates
from essor.query.tree import NOWHERE, Bind, Position


@dataclass(frozen=True, slots=True)
class Env:
    """One question's surroundings. `view` is the catalog in the actor's eyes, `full` the whole of it.

    `rows_checked` is False only while a sharing rule or a roll-up filter is compiled: they decide over all rows.
    """

    actor: Actor
    view: Catalog
    full: Catalog
    moment: Moment
    binds: Mapping[str, object] = field(default=EMPTY, compare=False)
    rows_checked: bool = True
    using: str = DEFAULT_DB_ALIAS
    memo: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def sqlite(self) -> bool:
        """Tell whether SQLite answers: a few questions are phrased differently for it."""
        return connections[self.using].vendor == "sqlite"

    def days(self, name: str, n: int | None) -> tuple[date, date]:
        """Return a relative date as [first day, first day after)."""
        return dates.bounds(
            name,
            n,
            self.moment,
            week_starts=dates.first_weekday(self.actor.language),
            fiscal_month=self.actor.company.fiscal_year_start_month,
        )

    def instants(self, name: str, n: int | None) -> tuple[datetime, datetime]:
        """Return a relative date as [start, end) in the actor's time zone."""
        return dates.instants(
            name,
            n,
            self.moment,
            week_starts=dates.first_weekday(self.actor.language),
            fiscal_month=self.actor.company.fiscal_year_start_month,
        )

    def bound(self, hole: Bind) -> object:
        """Return what the caller put into a hole of the query; QueryRefused when it was left open."""
        try:
            return self.binds[hole.name]
        except KeyError:
            raise refused(_("No value was given for “:%(name)s”.") % {"name": hole.name}, hole.at) from None


def env_for(actor: Actor, *, binds: Mapping[str, object] | None = None, moment: Moment | None = None) -> Env:
    """Return the surroundings of a question that `actor` asks now."""
    return Env(
        actor=actor,
        view=view.catalog_for(actor),
        full=current.get(),
        moment=moment or moment_for(actor.timezone),
        binds=binds or EMPTY,
    )


def system_eyes(env: Env) -> Env:
    """Return `env` as its rule-maker sees it: every field, every row; me and today stay the asker's."""
    return replace(env, view=env.full, rows_checked=False, memo={})


def refused(message: str, at: Position = NOWHERE, code: str = "MALFORMED_QUERY") -> QueryRefused:
    """Return the refusal of a query with the place in its text."""
    return QueryRefused(message, code=code, line=at[0], column=at[1])
