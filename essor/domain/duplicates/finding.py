"""Looks for stored records that some values seem to repeat: by keys, then compared. A bounded number of queries for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Any

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.domain.duplicates import keys
from essor.domain.duplicates.matching import weights
from essor.domain.duplicates.matching.pairing import MOST_WITH_KEY
from essor.domain.duplicates.matching.weights import Pattern, Prepared
from essor.domain.duplicates.setting import Rule, side
from essor.query.access import visible_q

WEAK, ENOUGH = 1, 2  # what a shared key weighs, and what is needed to be compared
MOST_COMPARED = 12
MOST = 5  # suspects told per record
AGREES = 1.0  # bits from which a criterion is named as shared


@dataclass(frozen=True, slots=True)
class Subject:
    """Values that somebody looks for; `id` is the record that has them, None for one not written yet."""

    place: int
    id: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    """A subject and what it repeats: a stored record, or (`twin`) an earlier subject that is not written yet."""

    place: int
    record: int
    likeness: float
    rule: Rule
    pattern: Pattern
    twin: bool = False


def find(catalog: Catalog, rule: Rule, subjects: Sequence[Subject], region: str) -> list[Match]:
    """Return what the subjects repeat, the likeliest first per subject: at most MOST each."""
    target = catalog.object(rule.target)
    prepared = {one.place: rule.model.prepare(one.values, region) for one in subjects}
    texts = {one.place: weights.keys(rule.model.criteria, prepared[one.place]) for one in subjects}
    hashes = {
        place: {keys.hashed(text): WEAK if weights.is_weak(text) else ENOUGH for text in found}
        for place, found in texts.items()
    }
    held = keys.candidates(rule.target, set().union(*hashes.values()))
    wanted = {one.place: _near(hashes[one.place], held) for one in subjects}
    names = {name for one in rule.model.criteria for name in one.fields_of(other=rule.crosses)}
    stored = {
        record: rule.model.prepare(values, region, other=rule.crosses)
        for record, values in keys.values_of(target, set().union(*wanted.values()), names).items()
    }
    matches: list[Match] = []
    for one in subjects:
        own = () if rule.crosses else (one.id,)
        others = {
            record: stored[record] for record in wanted[one.place] if record in stored and record not in own
        }
        matches.extend(_likely(rule, one.place, prepared[one.place], others))
    if not rule.crosses:
        matches.extend(_twins(rule, subjects, prepared, hashes))
    return matches


def sharing(catalog: Catalog, object_name: str, values: Iterable[Mapping[str, Any]], region: str) -> set[int]:
    """Return the stored records of an object that share a key with any of some values: candidates, not compared yet."""
    held = side(catalog, object_name)
    if held is None:
        return set()
    wanted = {key for one in values for key in keys.of_values(held.criteria, one, region)}
    return {record for records in keys.candidates(object_name, wanted).values() for record in records}


def _near(mine: Mapping[int, int], held: Mapping[int, Sequence[int]]) -> set[int]:
    """Return who shares keys enough with `mine` ({key: what it weighs}) to be compared: the MOST_COMPARED who share most."""
    weight: dict[int, int] = defaultdict(int)
    for key, share in mine.items():
        holders = held.get(key, ())
        if len(holders) <= MOST_WITH_KEY:
            for one in holders:
                weight[one] += share
    near = [one for one, total in weight.items() if total >= ENOUGH]
    return (
        set(near)
        if len(near) <= MOST_COMPARED
        else set(nlargest(MOST_COMPARED, near, key=weight.__getitem__))
    )


def _likely(
    rule: Rule, place: int, mine: Prepared, others: Mapping[int, Prepared], *, twin: bool = False
) -> list[Match]:
    found = []
    for record, theirs in others.items():
        pattern = rule.model.likely(mine, theirs)
        if pattern is not None:
            found.append(Match(place, record, rule.model.probability(pattern), rule, pattern, twin))
    return sorted(found, key=lambda one: (-one.likeness, one.record))[:MOST]


def _twins(
    rule: Rule,
    subjects: Sequence[Subject],
    prepared: Mapping[int, Prepared],
    hashes: Mapping[int, Mapping[int, int]],
) -> list[Match]:
    """Compare new subjects with those before them: none of them has keys in the table yet."""
    known: dict[int, list[int]] = defaultdict(list)
    found: list[Match] = []
    for one in subjects:
        if one.id is not None:
            continue
        near = _near(hashes[one.place], known)
        found.extend(
            _likely(rule, one.place, prepared[one.place], {at: prepared[at] for at in near}, twin=True)
        )
        for key in hashes[one.place]:
            known[key].append(one.place)
    return found


def visible(actor: Actor, obj: ObjectDef, records: set[int]) -> set[int]:
    """Return those of the records that the actor may read: one query, none where everybody may."""
    condition = visible_q(actor, obj, verb="read")
    if condition is None or not records:
        return records
    rows = obj.model._default_manager.filter(condition, pk__in=records, is_deleted=False)
    return set(rows.values_list("pk", flat=True))


def shared(actor: Actor, match: Match) -> tuple[str, ...]:
    """Return the labels of the fields that agree, of those the actor may see."""
    seen = catalog_for(actor)
    if not seen.has(match.rule.object_name):
        return ()
    obj = seen.object(match.rule.object_name)
    points = match.rule.model.points(match.pattern)
    found = [
        str(obj.field(name).label)
        for one, bits in zip(match.rule.model.criteria, points, strict=True)
        if bits >= AGREES
        for name in one.fields
        if obj.has(name)
    ]
    return tuple(dict.fromkeys(found))
