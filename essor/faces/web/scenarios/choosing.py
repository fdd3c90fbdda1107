"""What the pages of scenarios let choose from, in the reader's eyes: campaigns, letters, statuses, forms."""

from __future__ import annotations

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.query import run
from essor.query.names import names
from essor.query.tree import Column, Compare, Condition, Constant, Order, Path, Query

SHOWN = 200
Options = list[tuple[str, str]]


def newest(
    actor: Actor,
    object_name: str,
    *,
    keep: int | None = None,
    where: Condition | None = None,
    by: str = "CreatedDate",
) -> Options:
    """Return the newest records of an object as (key, name), the one in use among them."""
    if not catalog_for(actor).has(object_name):
        return []
    query = Query(
        object_name,
        columns=(Column(Path(("Id",))), Column(Path(("Name",)))),
        where=where,
        limit=SHOWN,
        order_by=(Order(Path((by,)), descending=True),),
    )
    found = [(str(row["Id"]), str(row["Name"] or "—")) for row in run.rows(actor, query)]
    if keep is not None and str(keep) not in dict(found):
        name = names(actor, [(object_name, keep)]).get((object_name, keep))
        if name:
            found.insert(0, (str(keep), name))
    return found


def campaigns(actor: Actor, keep: int | None = None) -> Options:
    """Return the campaigns that somebody may choose."""
    return newest(actor, CAMPAIGN, keep=keep)


def topics(actor: Actor) -> Options:
    """Return the topics that are in use."""
    active = Compare(Path(("IsActive",)), "eq", (Constant(value=True),))
    return newest(actor, "CommunicationSubscription", where=active)
