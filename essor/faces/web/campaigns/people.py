"""Contacts and leads behind a number, as a drawer lists them: whom the reader may not see has no name, address or link."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.consent.people import Person
from essor.faces.web import addresses
from essor.kernel import ids
from essor.query.names import names


def shown(actor: Actor, some: Iterable[tuple[Person, str]]) -> list[tuple[str, str, str]]:
    """Return (name, what stands below it, href) for people; one query for all their names."""
    rows = list(some)
    seen, catalog = (
        names(actor, ((person.object_name, person.id) for person, _below in rows)),
        catalog_for(actor),
    )
    found = []
    for person, below in rows:
        name = seen.get((person.object_name, person.id))
        if name is None:
            found.append((_("Hidden"), "", ""))
            continue
        record_id = ids.encode(catalog.object(person.object_name).prefix, person.id)
        found.append((name, below, addresses.record(record_id)))
    return found
