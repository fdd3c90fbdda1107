"""Who sent a form: known by the link of a mail that led to the page, else by the address that was typed, else somebody new.

A link may have been passed on: it names its recipient only where address or last name agree with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.marketing.consent.people import CONTACT, LEAD, OBJECTS, Person
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import Recipient
from essor.kernel.errors import ValidationFailed
from essor.query import run
from essor.query.folding import fold
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query
from essor.records.change import Change, Source
from essor.records.save import save

OPEN: dict[int, tuple[Condition, ...]] = {
    CONTACT: (),
    LEAD: (Compare(Path(("IsConverted",)), "eq", (Constant(value=False),)),),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who it is; `recipient` is the row of the mail whose link led here."""

    person: Person
    recipient: Recipient | None = None


def sender(page: LandingPage, values: Mapping[str, Any], token: str) -> Sender:
    """Return who sent these values, a new lead if nobody is known; ValidationFailed when that is refused."""
    recipient = Recipient.objects.filter(pk=addresses.read_visit(token) or 0).first()
    if recipient is not None:
        person = Person(recipient.kind, recipient.person_id)
        known = _row(person)
        if known is not None and _agrees(values, known, recipient.address):
            _fill(page, person, values)
            return Sender(person, recipient)
    found = by_address(str(values["Email"]))
    if found is not None:
        _fill(page, found, values)
        return Sender(found)
    return Sender(
        Person(
            LEAD,
            _written(
                page,
                Change(
                    "Lead",
                    {
                        **values,
                        "OwnerId": page.owner_id,
                        "LeadSource": page.lead_source or None,
                    },
                ),
            ),
        )
    )


def by_address(address: str) -> Person | None:
    """Return the contact, else the open lead, with an address: the first that was made."""
    for kind, conditions in OPEN.items():
        same = Compare(Path(("Email",)), "eq", (Constant(address.strip()),))
        rows = run.rows(
            system_actor(),
            Query(
                OBJECTS[kind],
                columns=(Column(Path(("Id",))),),
                where=All((same, *conditions)),
                order_by=(Order(Path(("Id",))),),
                limit=1,
            ),
        )
        if rows:
            return Person(kind, rows[0]["Id"])
    return None


def _row(person: Person, *names: str) -> dict[str, Any] | None:
    columns = tuple(Column(Path((name,))) for name in ("LastName", "Email", *names))
    where = Compare(Path(("Id",)), "eq", (Constant(person.id),))
    return next(iter(run.rows(system_actor(), Query(person.object_name, columns=columns, where=where))), None)


def _agrees(values: Mapping[str, Any], known: Mapping[str, Any], mailed: str) -> bool:
    typed = fold(str(values["Email"]).strip())
    same_name = fold(str(values["LastName"]).strip()) == fold(known["LastName"] or "")
    return typed in (fold(mailed), fold(known["Email"] or "")) or same_name


def _fill(page: LandingPage, person: Person, values: Mapping[str, Any]) -> None:
    """Write what is empty on the person; a stranger never overwrites what we know."""
    obj = current.get().object(person.object_name)
    names = [name for name, value in values.items() if value not in (None, [], False) and obj.has(name)]
    row = _row(person, *(name for name in names if name not in ("LastName", "Email"))) or {}
    gaps = {
        name: values[name]
        for name in names
        if row.get(name) in (None, "", [], False) and obj.field(name).updateable
    }
    if gaps:
        _written(page, Change(person.object_name, gaps, id=person.id))


def _written(page: LandingPage, change: Change) -> int:
    """Save in the page's language; refusals name only what the sender was asked for."""
    actor = system_actor()
    source = Source(
        name="landing_page",
        language=page.language or "",
        timezone=actor.timezone,
        assign="" if change.id else "new",
        unattended=True,
    )
    try:
        return save(actor, change, source=source).id
    except ValidationFailed as refused:
        theirs = [error for error in refused.errors if error.field in change.values]
        raise ValidationFailed(theirs or refused.errors) from refused
