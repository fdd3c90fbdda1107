"""One letter of a step for one address, whichever batch or version the people who share it come by in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection

from essor.domain.automation.models import Flow
from essor.domain.marketing.scenarios.models import StepAddress
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import State

# Compared as the column is, or PostgreSQL would not look into the index.
_FOLDED = {
    "sqlite": "LOWER(r.address)",
    "postgresql": '(LOWER(r.address COLLATE "C") COLLATE "default")',
}
_MINE = "r.list_email_id = %s AND r.state = %s AND r.person_id IN ({people})"
# In one order whoever comes by: so two batches never wait for one another.
_CLAIM = """
INSERT INTO scenarios_stepaddress (flow_id, node, round, address, person_id)
SELECT %s, %s, %s, {folded}, r.person_id FROM sending_recipient r WHERE {mine} ORDER BY 4, 5
ON CONFLICT (flow_id, node, round, address) DO NOTHING"""
# Each address is looked up by itself: PostgreSQL knows nothing of the newest ones, takes them for one, and would compare all
# that there are with each other.
_OTHERS = """
SELECT r.person_id FROM sending_recipient r WHERE {mine} AND r.person_id <> (
  SELECT a.person_id FROM scenarios_stepaddress a
  WHERE a.flow_id = %s AND a.node = %s AND a.round = %s AND a.address = {folded}
)"""


def claim(flow: Flow, node: str, number: int, mailing: ListEmail, people: Collection[int]) -> set[int]:
    """Claim the addresses of people who have just come into the mailing of a round of a step; return who came too late.

    Two statements, in the caller's transaction: of two batches at a time one waits for the other.
    """
    if not people:
        return set()
    mine = _MINE.format(people=", ".join(["%s"] * len(people)))
    folded = _FOLDED[connection.vendor]
    step: list[int | str] = [flow.pk, node, number]
    theirs = [mailing.pk, int(State.WAITING), *sorted(people)]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(folded=folded, mine=mine), [*step, *theirs])
        cursor.execute(_OTHERS.format(folded=folded, mine=mine), [*theirs, *step])
        return {person for (person,) in cursor.fetchall()}


def late(flow: Flow, node: str, addresses: Mapping[int, str]) -> set[int]:
    """Return those of {person: address} who would come too late, as far as they have not been here themselves."""
    folded = {person: address.lower() for person, address in addresses.items()}
    rows = StepAddress.objects.filter(flow=flow, node=node, round=1, address__in=set(folded.values()))
    claimed = dict(rows.values_list("address", "person_id"))
    return {person for person, address in folded.items() if claimed.get(address, person) != person}
