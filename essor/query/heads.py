"""The first rows of several values at once: the first rows of each, of which the first are taken.

An index over (City, Name) holds the rows of one city in the order of their names, but not those of two, and `é` is two
spellings already (see `folding`): the database would sort all rows of both. The first n of a union lie among the first
n of its parts, which the index reads without sorting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.lookups import Exact, In
from django.db.models.sql.where import AND, WhereNode

from essor.query.folding import Folded

MOST_PARTS = 4
MOST_ROWS = 500


def narrowed(rows: QuerySet[Any], order: Sequence[OrderBy], limit: int) -> QuerySet[Any]:
    """Return `rows` narrowed to those that can be among the first `limit` in `order`; as they are where it is no gain."""
    if limit > MOST_ROWS:
        return rows
    several = next(_texts(rows.query.where), None)
    if several is None:
        return rows
    heads = [
        rows.filter(Exact(several.lhs, value)).order_by(*order).values("pk")[:limit] for value in several.rhs
    ]
    among = Q()
    for head in heads:
        among |= Q(pk__in=head)
    return rows.filter(among)


def _texts(where: WhereNode) -> Iterator[Any]:
    """Yield the conditions every row meets that compare a text with a few values."""
    if where.connector != AND or where.negated:
        return
    for child in where.children:
        if isinstance(child, WhereNode):
            yield from _texts(child)
        elif isinstance(child, In) and isinstance(child.lhs, Folded) and 1 < len(child.rhs) <= MOST_PARTS:
            yield child
