"""The table of keys: written with each save, looked up by the next; records that share a key are candidates."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count

from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates.matching.pairing import MOST_WITH_KEY
from essor.domain.duplicates.matching.weights import Criterion, keys
from essor.domain.duplicates.models import MatchKey
from essor.domain.duplicates.setting import Side
from essor.kernel.db.insert import insert_rows
from essor.kernel.db.prepared import by_key
from essor.kernel.pieces import pieces
from essor.records.load import attributes, read

AT_ONCE = 5000


def hashed(text: str) -> int:
    """Return a key as 64 bits with sign: two texts that meet by chance cost one more comparison, nothing else."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def of_values(criteria: Sequence[Criterion], values: Mapping[str, Any], region: str) -> set[int]:
    """Return the keys of a record's values by outside name."""
    prepared = tuple(one.prepare(values, region) for one in criteria)
    return {hashed(text) for text in keys(criteria, prepared)}


def write(
    object_name: str,
    side: Side,
    records: Mapping[int, Mapping[str, Any]],
    region: str,
    *,
    fresh: bool = False,
) -> None:
    """Write the keys of records given by their values; `fresh` ones have none yet. Must run inside a transaction."""
    if not fresh:
        for some in pieces(list(records), AT_ONCE):
            MatchKey.objects.filter(object_name=object_name, record_id__in=some).delete()
    insert_rows(
        MatchKey,
        [
            {"object_name": object_name, "record_id": record, "key": key}
            for record, values in records.items()
            for key in of_values(side.criteria, values, region)
        ],
    )


def candidates(object_name: str, wanted: Collection[int]) -> dict[int, list[int]]:
    """Return {key: records of the object that have it}, without the keys that too many have. Two queries per 5,000."""
    found: dict[int, list[int]] = defaultdict(list)
    for some in pieces(sorted(wanted), AT_ONCE):
        rows = MatchKey.objects.filter(key__in=some, object_name=object_name)
        telling = rows.values("key").annotate(count=Count("id")).filter(count__lte=MOST_WITH_KEY)
        rare = list(telling.values_list("key", flat=True))
        if rare:
            held = MatchKey.objects.filter(key__in=rare, object_name=object_name)
            for key, record in held.values_list("key", "record_id"):
                found[key].append(record)
    return found


def values_of(obj: ObjectDef, records: Iterable[int], names: Iterable[str]) -> dict[int, dict[str, Any]]:
    """Return {record: {outside name: stored value}} of live records."""
    fields = [obj.field(name) for name in sorted(names)]
    attrs = ("id", *attributes(fields))
    return {
        row[0]: {field.name: read(dict(zip(attrs, row, strict=True)), field) for field in fields}
        for row in by_key(obj.model, attrs, live=True).rows(list(records))
    }
