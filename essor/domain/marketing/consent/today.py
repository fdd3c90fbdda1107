"""Whom somebody is today who was written to some time ago: leads become contacts, and two records of a person become one."""

from __future__ import annotations

from essor.catalog import current
from essor.domain.marketing.consent.people import CONTACT, LEAD, Person
from essor.records.merge import winner_of


def today(person: Person) -> Person | None:
    """Return the record that stands for a person now, None when it was deleted and none does."""
    seen: set[Person] = set()
    with current.scope() as catalog:
        while person not in seen:
            seen.add(person)
            rows = catalog.object(person.object_name).model._default_manager.filter(pk=person.id)
            if person.kind == LEAD:
                contact = (
                    rows.filter(is_converted=True).values_list("converted_contact_id", flat=True).first()
                )
                if contact is not None:
                    person = Person(CONTACT, contact)
                    continue
            if rows.filter(is_deleted=False).exists():
                return person
            winner = winner_of(person.object_name, person.id)
            if winner is None:
                return None
            person = person._replace(id=winner)
    return None
