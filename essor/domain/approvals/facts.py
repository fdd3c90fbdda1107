"""What an approver is shown of a record and of what has changed: in their own eyes, language and format, as plain text.

Pages and mails show the same. What the approver may not see is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext
from essor.domain.approvals.asked import condition_fields
from essor.domain.approvals.models import ApprovalProcess, ProcessInstance
from essor.kernel import formats
from essor.query import run
from essor.query.names import names as names_of
from essor.query.tree import Bind, Column, Compare, Path, Query
from essor.records.write import revive

USUAL = ("AccountId", "Amount", "CloseDate", "OwnerId")
MOST = 12
COMPOUND = ("address", "geolocation")
EMPTY = "–"
CURRENCY = "CurrencyIsoCode"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One field in words; of a changed one also what stood there before."""

    label: str
    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is shown of one record: empty when the reader may not read it."""

    readable: bool = False
    lines: tuple[Line, ...] = ()
    changed: tuple[Line, ...] = ()


def shown_fields(process: ApprovalProcess, obj: ObjectDef) -> list[Field]:
    """Return the fields that approvers are shown: those of the process, else those of its condition and the usual ones."""
    names = process.facts or [*condition_fields(process), *USUAL]
    fields = [obj.field(name) for name in dict.fromkeys(names) if obj.has(name)]
    return [one for one in fields if not one.hidden and one.kind.name not in COMPOUND][:MOST]


def facts_of(actor: Actor, instances: Sequence[ProcessInstance]) -> dict[int, Facts]:
    """Return {request: facts}; one query per object, one more where lookups have changed."""
    seen = catalog_for(actor)
    found: dict[int, Facts] = {}
    by_prefix: dict[str, list[ProcessInstance]] = defaultdict(list)
    for one in instances:
        by_prefix[one.target_object_type].append(one)
    for prefix, some in by_prefix.items():
        obj = seen.by_prefix.get(prefix)
        if obj is None:
            continue
        fields = {one.pk: shown_fields(one.process, obj) for one in some}
        wanted = {field for ones in fields.values() for field in ones}
        rows = _rows(actor, obj, {one.target_object for one in some}, wanted)
        parents = _parents(actor, obj, some)
        for one in some:
            values = rows.get(one.target_object)
            if values is not None:
                changed = tuple(_changed(actor, obj, one, parents, values.get(CURRENCY)))
                told = {line.label for line in changed}
                lines = tuple(Line(str(f.label), words(f, values, actor.locale)) for f in fields[one.pk])
                found[one.pk] = Facts(True, tuple(one for one in lines if one.label not in told), changed)
    return {one.pk: found.get(one.pk, Facts()) for one in instances}


def _rows(actor: Actor, obj: ObjectDef, keys: Collection[int], fields: Iterable[Field]) -> dict[int, Values]:
    paths = ["Id", *([CURRENCY] if obj.has(CURRENCY) else [])]
    for field in fields:
        paths.append(field.name)
        if field.targets and field.relationship:
            paths.append(f"{field.relationship}.Name")
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in dict.fromkeys(paths))
    query = Query(obj.name, columns=columns, where=Compare(Path(("Id",)), "in", (Bind("keys"),)))
    return {row["Id"]: row for row in run.rows(actor, query, binds={"keys": sorted(keys)})}


def words(field: Field, values: Values, locale: str) -> str:
    """Return one value as the reader of a locale reads it."""
    value = values.get(field.name)
    if value is None or value == "":
        return EMPTY
    if field.targets:
        return str(values.get(f"{field.relationship}.Name") or EMPTY)
    if field.kind.name == "money":
        scale = int(field.options.get("scale", 2))
        return formats.trimmed_money(value, str(values.get(CURRENCY) or "EUR"), locale, scale=scale)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.choices and isinstance(value, str):
        return ", ".join(str(field.choice(one) or one) for one in value.split(";"))
    return field.kind.display(value, field, locale)


def _parents(
    actor: Actor, obj: ObjectDef, instances: Sequence[ProcessInstance]
) -> Mapping[tuple[str, int], str]:
    """Return the names of the records that changed lookups have named."""
    wanted = set()
    for one in instances:
        for name, pair in one.asked.items():
            field = obj.by_name.get(name.lower())
            if field is not None:
                wanted |= {(target, key) for target in field.targets for key in pair if isinstance(key, int)}
    return names_of(actor, sorted(wanted)) if wanted else {}


def _changed(
    actor: Actor,
    obj: ObjectDef,
    instance: ProcessInstance,
    parents: Mapping[tuple[str, int], str],
    currency: str | None,
) -> Iterable[Line]:
    context = ParseContext(language="en", timezone="UTC")
    for name, pair in instance.asked.items():
        field = obj.by_name.get(name.lower())
        if field is None or field.hidden or field.kind.name in COMPOUND:
            continue
        before, now = (
            _words(field, {field.name: revive(value, field, context), CURRENCY: currency}, actor, parents)
            for value in pair
        )
        yield Line(str(field.label), now, before)


def _words(field: Field, values: Values, actor: Actor, parents: Mapping[tuple[str, int], str]) -> str:
    value = values[field.name]
    if field.targets and isinstance(value, int):
        name = next((parents[target, value] for target in field.targets if (target, value) in parents), None)
        values = {**values, f"{field.relationship}.Name": name}
    return words(field, values, actor.locale)
