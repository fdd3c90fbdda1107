"""Who sees the pages that somebody read: whoever sees the contact or the lead."""

from __future__ import annotations

from collections.abc import Iterator

from essor.access.actor import Actor
from essor.access.grants import CompileWhere, Grant, Verb, by_parent, row_rule
from essor.catalog.definitions import ObjectDef
from essor.domain.marketing.visits.objects import PAGE_VIEW

WHOSE = ("ContactId", "LeadId")


@row_rule(PAGE_VIEW)
def of_their_person(actor: Actor, obj: ObjectDef, verb: Verb, compile_where: CompileWhere) -> Iterator[Grant]:
    """Yield the pages of the people whom the actor sees."""
    for name in WHOSE:
        yield from by_parent(actor, obj.field(name), verb, compile_where)
