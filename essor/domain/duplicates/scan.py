"""Goes over whole tables: makes the keys anew, compares all candidates, learns weights. In pieces that can be resumed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations, product

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.definitions import Catalog
from essor.domain.duplicates import keys, pairs, setting
from essor.domain.duplicates.matching.learn import learn
from essor.domain.duplicates.matching.pairing import MOST_WITH_KEY
from essor.domain.duplicates.matching.weights import Model, Pattern, Prepared
from essor.domain.duplicates.models import KeyState, MatchKey, SuspectPair
from essor.domain.duplicates.setting import Rule, Side
from essor.records.load import attributes, read

CHUNK = 1000
KEYS_AT_ONCE = 20_000
LOWEST, SPAN = -(2**63), 2**64
Found = tuple[int, int, float]


def is_current(object_name: str, side: Side) -> bool:
    """Tell whether the keys of an object were made by the rules of today."""
    return KeyState.objects.filter(object_name=object_name, shape=side.shape).exists()


def rebuild_after(object_name: str, side: Side, last: int, region: str) -> int | None:
    """Make the keys of the next thousand records behind `last`; return the last of them, None when none is left."""
    obj = current.get().object(object_name)
    fields = [obj.field(name) for name in sorted(side.fields)]
    attrs = ("id", *attributes(fields))
    with transaction.atomic():
        rows = list(
            obj.model._default_manager.filter(pk__gt=last, is_deleted=False)
            .order_by("pk")
            .values_list(*attrs)[:CHUNK]
        )
        old = MatchKey.objects.filter(object_name=object_name, record_id__gt=last)
        if not rows:
            old.delete()
            KeyState.objects.update_or_create(object_name=object_name, defaults={"shape": side.shape})
            return None
        old.filter(record_id__lte=rows[-1][0]).delete()
        values = {
            row[0]: {field.name: read(dict(zip(attrs, row, strict=True)), field) for field in fields}
            for row in rows
        }
        keys.write(object_name, side, values, region, fresh=True)
    return int(rows[-1][0])


def rebuild(object_name: str, region: str) -> None:
    """Make all keys of an object anew."""
    side = setting.side(current.get(), object_name)
    last: int | None = 0
    while side is not None and last is not None:
        last = rebuild_after(object_name, side, last, region)


def share_count(rule: Rule) -> int:
    """Return into how many pieces the keys of a rule's objects are cut."""
    highest = MatchKey.objects.filter(object_name__in={rule.object_name, rule.target}).aggregate(
        top=Max("id")
    )["top"]
    return max(1, min(4096, (highest or 0) // KEYS_AT_ONCE + 1))


def candidates(
    catalog: Catalog, rule: Rule, piece: int, pieces: int, region: str
) -> Iterator[tuple[int, int, Prepared, Prepared]]:
    """Yield (record, record, normal forms of both) of those that meet under a key of one piece of all keys."""
    low, high = (LOWEST + SPAN * place // pieces for place in (piece, piece + 1))
    rows = (
        MatchKey.objects.filter(
            key__gte=low, key__lte=high - 1, object_name__in={rule.object_name, rule.target}
        )
        .order_by("key")
        .values_list("key", "object_name", "record_id")
    )
    sharing: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for key, name, record in rows.iterator(KEYS_AT_ONCE):
        sharing[key][rule.crosses and name == rule.target].append(record)
    found: set[tuple[int, int]] = set()
    for mine, theirs in sharing.values():
        if len(mine) > MOST_WITH_KEY or len(theirs) > MOST_WITH_KEY:
            continue
        found.update(product(mine, theirs) if rule.crosses else combinations(sorted(mine), 2))
    first = _prepared(catalog, rule, {one for one, _two in found}, region, other=False)
    second = first if not rule.crosses else {}
    missing = {two for _one, two in found} - second.keys()
    second = {**second, **_prepared(catalog, rule, missing, region, other=rule.crosses)}
    for one, two in found:
        if one in first and two in second:
            yield one, two, first[one], second[two]


def _prepared(
    catalog: Catalog, rule: Rule, records: set[int], region: str, *, other: bool
) -> Mapping[int, Prepared]:
    obj = catalog.object(rule.target if other else rule.object_name)
    names = {name for one in rule.model.criteria for name in one.fields_of(other=other)}
    return {
        record: rule.model.prepare(values, region, other=other)
        for record, values in keys.values_of(obj, records, names).items()
    }


def likely(catalog: Catalog, rule: Rule, piece: int, pieces: int, region: str) -> list[Found]:
    """Return the suspects of one piece: (record, record, likeness)."""
    return [
        (one, two, rule.model.probability(pattern))
        for one, two, first, second in candidates(catalog, rule, piece, pieces, region)
        if (pattern := rule.model.likely(first, second)) is not None
    ]


def learnt(catalog: Catalog, rule: Rule, region: str, most: int = 64) -> Model | None:
    """Return the model with weights learnt from up to `most` pieces of the candidates, None when there are too few."""
    total = share_count(rule)
    counts: Counter[Pattern] = Counter()
    for piece in range(min(total, most)):
        found = candidates(catalog, rule, piece, total, region)
        counts.update(rule.model.pattern(first, second) for _one, _two, first, second in found)
    return learn(rule.model, counts) if counts.total() >= CHUNK else None


def search(object_name: str) -> int:
    """Make the keys anew and compare all records of an object at once; return the number of groups. Jobs go in pieces."""
    catalog, region = current.get(), system_actor().company.phone_region
    rules = setting.rules_for(catalog, object_name)
    began = timezone.now()
    for name in dict.fromkeys(name for rule in rules for name in (rule.object_name, rule.target)):
        rebuild(name, region)
    for rule in rules:
        total = share_count(rule)
        for piece in range(total):
            pairs.store((rule, *one) for one in likely(catalog, rule, piece, total, region))
    return finish(object_name, began)


def finish(object_name: str, began: datetime) -> int:
    """Drop the open pairs that a search begun then has not found again, gather the groups; return how many there are."""
    with transaction.atomic():
        SuspectPair.objects.filter(object_name=object_name, dismissed=False, found_date__lt=began).delete()
        pairs.regroup(object_name)
        KeyState.objects.filter(object_name=object_name).update(scanned_date=timezone.now())
    found = SuspectPair.objects.filter(object_name=object_name, dismissed=False)
    return found.values("group_id").distinct().count()
