"""The contact or lead behind an individual, and the individual behind either: what a visit is kept with."""

from __future__ import annotations

from collections.abc import Collection

from essor.catalog import current
from essor.domain.marketing.consent.people import CONTACT, LEAD, OBJECTS, Person


def of_individuals(keys: Collection[int]) -> dict[int, Person]:
    """Return {individual: the first contact, else the first open lead, of theirs}: two queries."""
    found: dict[int, Person] = {}
    for kind in (LEAD, CONTACT):
        people = current.get().object(OBJECTS[kind]).model._default_manager
        rows = people.filter(individual_id__in=keys, is_deleted=False)
        if kind == LEAD:
            rows = rows.filter(is_converted=False)
        some = rows.order_by("-pk").values_list(
            "individual_id", "pk"
        )  # the first one is written last, and stays
        found.update({individual: Person(kind, key) for individual, key in some})
    return found


def individual_of(person: Person) -> int | None:
    """Return the individual of a contact or a lead, None while nobody has said anything for them."""
    model = current.get().object(person.object_name).model
    rows = model._default_manager.filter(pk=person.id, is_deleted=False)
    return rows.values_list("individual_id", flat=True).first()
