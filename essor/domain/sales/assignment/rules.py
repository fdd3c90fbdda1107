"""Runs the assignment rules over what is written, when the writer asks for it."""

from __future__ import annotations

from dataclasses import replace

from essor.domain.sales.assignment.assign import assign
from essor.records.batch import Batch
from essor.records.rules import after


@after("Lead")
def assigned(batch: Batch) -> None:
    """Hand the written leads to whom the rules say."""
    if not batch.source.assign:
        return
    wanted = batch.creating() if batch.source.assign == "new" else batch.live()
    rows = {row.id: row for row in wanted if row.id is not None}
    given = assign(batch.actor, batch.object.name, list(rows), source=replace(batch.source, assign=""))
    for key in given:
        rows[key].revision += 1
