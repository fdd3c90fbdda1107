"""What an approver decides on: the fields that have changed since the last answer, from the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from essor.catalog.definitions import ObjectDef
from essor.domain.approvals.models import APPROVED, REJECTED, ApprovalProcess, ProcessInstance
from essor.kernel.errors import EssorError
from essor.query import decode, limits
from essor.query.tree import Compare, Path
from essor.records.models import History

Changes = dict[str, list[Any]]


def changes(obj: ObjectDef, process: ApprovalProcess, keys: Sequence[int]) -> dict[int, Changes]:
    """Return {record: {outside name: [before, now]}} in stored form as JSON carries it; two queries."""
    wanted = {obj.field(name).name for name in (*process.facts, *condition_fields(process)) if obj.has(name)}
    if not keys or not wanted:
        return {}
    last = ProcessInstance.objects.filter(
        target_object_type=obj.prefix, target_object__in=keys, status__in=(APPROVED, REJECTED)
    )
    since: dict[int, datetime] = dict(
        last.values("target_object").annotate(at=Max("completed_date")).values_list("target_object", "at")
    )
    rows = History.objects.filter(object_name=obj.name, record_id__in=keys, action="updated").order_by("pk")
    found: dict[int, Changes] = defaultdict(dict)
    for key, at, changed in rows.values_list("record_id", "created_date", "changes").iterator():
        if key in since and at <= since[key]:
            continue
        for name in wanted & changed.keys():
            before = found[key][name][0] if name in found[key] else changed[name][0]
            found[key][name] = [before, changed[name][1]]
    return {
        key: {name: pair for name, pair in one.items() if pair[0] != pair[1]} for key, one in found.items()
    }


def condition_fields(process: ApprovalProcess) -> list[str]:
    """Return the record's own fields that the condition of a process asks for."""
    if process.entry is None:
        return []
    try:
        leaves = list(limits.walk(decode.condition(process.entry)))
    except EssorError:
        return []
    paths = (leaf.left for leaf in leaves if isinstance(leaf, Compare) and isinstance(leaf.left, Path))
    return list(dict.fromkeys(path.names[0] for path in paths if len(path.names) == 1))
