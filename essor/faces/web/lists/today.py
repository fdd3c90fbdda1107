"""My day on the home page: today's meetings, deals that should close this week, leads that nobody has touched yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.catalog.definitions import Catalog
from essor.domain.activities import agenda
from essor.faces.web import addresses, formatting
from essor.faces.web.lists.state import address, written
from essor.kernel import ids
from essor.query import run
from essor.query.tree import (
    All,
    Column,
    Compare,
    Condition,
    Constant,
    Me,
    MyTeam,
    Order,
    Path,
    Query,
    RelativeDate,
)

SHOWN = 5
OWNER = Path(("OwnerId",))
MINE = Compare(OWNER, "eq", (Me(),))
OPEN = Compare(Path(("IsClosed",)), "eq", (Constant(value=False, type="boolean"),))
SOON = Compare(Path(("CloseDate",)), "lte", (RelativeDate("THIS_WEEK"),))
UNTOUCHED = Compare(Path(("LastActivityDate",)), "null", ())
NOT_CONVERTED = Compare(Path(("IsConverted",)), "eq", (Constant(value=False, type="boolean"),))


@dataclass(frozen=True, slots=True)
class Meeting:
    """One event of today; `state` is over, now or later."""

    href: str
    title: str
    when: str
    about: str
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """One record that waits; `late` marks a day that is over."""

    href: str
    title: str
    about: str
    day: date | None = None
    amount: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some records that wait, and the list of all of them."""

    lines: list[Line]
    more: bool
    href: str


def meetings(actor: Actor) -> list[Meeting]:
    """Return today's events in order, those of the whole day first."""
    now, today = timezone.localtime().replace(tzinfo=None), timezone.localdate()
    return [_meeting(one, now) for one in agenda.between(actor, today, today) if one.kind == "event"]


def _meeting(one: agenda.Item, now: datetime) -> Meeting:
    over, running = one.end <= now, one.start <= now < one.end
    state = "now" if one.all_day or running else "over" if over else "later"
    when = (
        _("All day")
        if one.all_day
        else f"{formatting.clock(one.start.time())} – {formatting.clock(one.end.time())}"
    )
    about = " · ".join(filter(None, (one.location, one.about)))
    return Meeting(addresses.record(one.id), one.title or _("Event"), when, about, state)


def closing(actor: Actor, catalog: Catalog) -> Waiting | None:
    """Return the open deals of mine, or of my team when I lead one, that should close by the end of this week.

    None for those who see no deals, and for those who neither make deals nor have any.
    """
    where = All((Compare(OWNER, "in", (MyTeam(),)) if leads(actor) else MINE, OPEN, SOON))
    who = "Owner.Name" if leads(actor) else "Account.Name"
    names = ("Id", "Name", "CloseDate", "Amount", "CurrencyIsoCode", who)
    found = _rows(actor, catalog, "Opportunity", names, where, Order(Path(("CloseDate",))))
    if found is None or not (found or row_access.may(actor, "Opportunity", "create")):
        return None
    today, scale = (
        timezone.localdate(),
        int(catalog.object("Opportunity").field("Amount").options.get("scale", 2)),
    )
    lines = [
        Line(
            addresses.record(ids.encode("006", row["Id"])),
            row["Name"] or "",
            row.get(who) or "",
            row["CloseDate"],
            formatting.short_money(row["Amount"], row["CurrencyIsoCode"] or "", scale)
            if row["Amount"]
            else "",
            bool(row["CloseDate"] and row["CloseDate"] < today),
        )
        for row in found
    ]
    return _waiting(catalog, "Opportunity", lines, where, "team" if leads(actor) else "mine")


def leads(actor: Actor) -> bool:
    """Tell whether there are people below the actor in the role tree."""
    return len(actor.team) > 1


def untouched(actor: Actor, catalog: Catalog) -> Waiting | None:
    """Return my leads without any activity, those that wait longest first; None for those who see no leads."""
    parts: list[Condition] = [MINE, UNTOUCHED]
    if catalog.has("Lead") and catalog.object("Lead").has("IsConverted"):
        parts.append(NOT_CONVERTED)
    where = All(tuple(parts))
    found = _rows(
        actor, catalog, "Lead", ("Id", "Name", "Company", "CreatedDate"), where, Order(Path(("CreatedDate",)))
    )
    if found is None:
        return None
    lines = [
        Line(
            addresses.record(ids.encode("00Q", row["Id"])),
            row["Name"] or "",
            row.get("Company") or "",
            timezone.localdate(row["CreatedDate"]),
        )
        for row in found
    ]
    return _waiting(catalog, "Lead", lines, where)


def _rows(
    actor: Actor, catalog: Catalog, name: str, names: tuple[str, ...], where: All, order: Order
) -> list[dict[str, Any]] | None:
    """Return the first rows, one more than shown; None where the reader does not see what it takes."""
    needed = {"Opportunity": ("CloseDate", "Amount", "IsClosed"), "Lead": ("LastActivityDate", "Company")}[
        name
    ]
    if not catalog.has(name) or not all(catalog.object(name).has(one) for one in needed):
        return None
    columns = tuple(Column(Path(tuple(one.split(".")))) for one in names)
    return run.rows(actor, Query(name, columns=columns, where=where, order_by=(order,), limit=SHOWN + 1))


def _waiting(catalog: Catalog, name: str, lines: list[Line], where: All, view: str = "mine") -> Waiting:
    href = address(catalog.object(name), {"view": view, "filter": written(where)})
    return Waiting(lines[:SHOWN], len(lines) > SHOWN, href)


def summary(tasks: int, events: list[Meeting]) -> str:
    """Return the day in one sentence."""
    left = sum(one.state != "over" for one in events)
    parts = (
        ngettext("%(num)s task to do", "%(num)s tasks to do", tasks) % {"num": tasks} if tasks else "",
        ngettext("%(num)s meeting to come", "%(num)s meetings to come", left) % {"num": left} if left else "",
    )
    return " · ".join(filter(None, parts))
