"""Runs a report for one reader: `answer(actor, definition)`, whatever its type."""

from __future__ import annotations

from essor.access.actor import Actor
from essor.domain.reports import cohort, funnel, grouped, tables
from essor.domain.reports.answer import Answer
from essor.domain.reports.asking import HIDDEN, SHOWN, Asked, hidden, prepared
from essor.domain.reports.definition import Definition
from essor.kernel.errors import QueryRefused, UnknownObject
from essor.query.tree import Condition

MAKERS = {
    "table": tables.answer,
    "summary": grouped.answer,
    "matrix": grouped.answer,
    "funnel": funnel.answer,
    "cohort": cohort.answer,
}


def answer(
    actor: Actor,
    definition: Definition,
    *,
    extra: Condition | None = None,
    own: bool = True,
    most: int = SHOWN,
) -> Answer:
    """Return what a report answers to `actor`; `extra` narrows it further.

    `most` is how many records a table shows. `own`: the actor wrote it; anybody else is told of no field that they may
    not see. Raises QueryRefused, UnknownObject.
    """
    try:
        asked: Asked = prepared(actor, definition, extra, own=own, most=most)
        return MAKERS[definition.type](asked)
    except UnknownObject:
        if own:
            raise
        raise hidden() from None
    except QueryRefused as refused:
        if own or refused.code != HIDDEN:
            raise
        raise hidden() from None
