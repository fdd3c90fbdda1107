"""Contacts and leads behind a number, as a drawer lists them: whom the reader may not see has no name, address or link."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.consent.people import OBJECTS, Person
from essor.faces.web import addresses
from essor.kernel import ids
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

PREFIXES = {"Contact": "003", "Lead": "00Q"}


def shown(actor: Actor, some: Iterable[tuple[Person, str]]) -> list[tuple[str, str, str]]:
    """Return (name, what stands below it, href) for people; one query for contacts, one for leads."""
    rows = list(some)
    names = _names(actor, [person for person, _below in rows])
    return [
        (names[person], below, addresses.record(ids.encode(PREFIXES[person.object_name], person.id)))
        if person in names else (_("Hidden"), "", "")
        for person, below in rows
    ]  # fmt: skip


def _names(actor: Actor, some: list[Person]) -> dict[Person, str]:
    found: dict[Person, str] = {}
    for kind, name in OBJECTS.items():
        keys = [person.id for person in some if person.kind == kind]
        if keys and catalog_for(actor).has(name):
            where = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))
            query = Query(name, columns=(Column(Path(("Id",))), Column(Path(("Name",)))), where=where)
            found.update({Person(kind, row["Id"]): row["Name"] for row in run.rows(actor, query)})
    return found
