"""Writes what steps change: one call of the writing road per depth of cause, records named twice in further rounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from essor.domain.automation.kinds import Batch, Member
from essor.records.change import Change, Result
from essor.records.save import save_many

Wanted = tuple[Member, Change]


def write(batch: Batch, object_name: str, wanted: Sequence[Wanted], *, own: bool = False) -> None:
    """Save the changes; a refused one fails its member with the reasons."""
    rounds: list[list[Wanted]] = []
    seen: dict[int, int] = defaultdict(int)
    for member, change in wanted:
        place = 0
        if change.id is not None:
            place = seen[change.id]
            seen[change.id] += 1
        while len(rounds) <= place:
            rounds.append([])
        rounds[place].append((member, change))
    for one in rounds:
        _write(batch, object_name, one, own=own)


def _write(batch: Batch, object_name: str, wanted: Sequence[Wanted], *, own: bool) -> None:
    by_depth: dict[int, list[Wanted]] = defaultdict(list)
    for member, change in wanted:
        by_depth[member.run.depth].append((member, change))
    for depth, some in by_depth.items():
        source = batch.source(depth, own=own)
        results = save_many(
            batch.site.actor, object_name, [change for _member, change in some], source=source
        )
        for (member, change), result in zip(some, results, strict=True):
            if not result.ok:
                member.error = why(result)
            elif change.id is None:
                member.made.append((object_name, change.values))


def why(result: Result) -> str:
    """Return why a row was refused."""
    return " ".join(dict.fromkeys(error.message for error in result.errors))
