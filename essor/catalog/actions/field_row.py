"""From what an administrator asks for to the row of a field: every rule of a definition, all errors at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.catalog.actions import naming, options
from essor.catalog.actions.ledger import Findings, refuse
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.attach import columns_of
from essor.catalog.build import Place, custom_fields
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds import ADDABLE, ParseContext, ParseError, kind
from essor.catalog.models import CustomField
from essor.kernel.db.ddl import Column

MOST_FIELDS = 400
MOST_MASTERS = 2
LONGEST_FORMULA = 5000
LINKS = frozenset({"lookup", "masterdetail", "file"})
UNIQUE_KINDS = frozenset({"text", "email", "number", "url", "phone"})
FILE_OBJECT = "ContentDocument"
KINDS = frozenset(one.name for one in ADDABLE)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands beside a new field: rows of the same object in any state, tombstones too."""

    rows: tuple[CustomField, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return every outside name that was ever given, in small letters, companions included."""
        return frozenset(one.name.lower() for row in self.rows for one in _fields(row))

    @property
    def columns(self) -> frozenset[str]:
        """Return every column and stem that was ever given."""
        return frozenset(name for row in self.rows for name in (row.column, *row.columns))

    @property
    def count(self) -> int:
        """Return how many fields were ever added."""
        return sum(len(_fields(row)) for row in self.rows)


def _fields(row: CustomField) -> tuple[Field, ...]:
    return custom_fields(row, None)


def new_row(catalog: Catalog, spec: FieldSpec) -> CustomField:
    """Return the unsaved row of a new field; ValidationFailed carries every error of the definition."""
    obj = catalog.object(spec.object)
    findings = Findings()
    neighbours = Neighbours(tuple(CustomField.objects.filter(object_name__iexact=obj.name, standard=False)))
    row = CustomField(
        object_name=obj.name,
        kind=_kind(spec, findings),
        label=spec.label.strip(),
        label_fr=spec.label_fr.strip(),
        help=spec.help.strip(),
        help_fr=spec.help_fr.strip(),
        required=spec.required,
        unique=spec.unique,
        external_id=spec.external_id,
        history=spec.history,
        on_delete=spec.on_delete,
        formula=spec.formula.strip(),
    )
    if not (row.label or row.label_fr):
        findings.add("label", "REQUIRED_FIELD_MISSING", _("Give the field a label."))
    _name(row, spec, obj, neighbours, findings)
    findings.check()
    _details(row, spec, findings)
    _link(row, spec, catalog, obj, findings)
    findings.check()
    place = place_of(catalog, row.target)
    _columns(row, place, obj, neighbours, findings)
    check_rules(row, place, findings, typed=True)
    findings.check()
    return row


def place_of(catalog: Catalog, target: str) -> Place | None:
    """Return where a reference to the object `target` points; None for a field that refers to nothing."""
    if not target:
        return None
    obj = catalog.object(target)
    return Place(obj.model, obj.prefix)


def _kind(spec: FieldSpec, findings: Findings) -> str:
    """Return the kind's name; a kind given together with a formula is that of the result."""
    name = spec.kind.strip().lower()
    if name not in KINDS:
        message = _("“%(kind)s” is not a field kind (there are: %(known)s).")
        findings.add("kind", "INVALID_TYPE", message % {"kind": name[:40], "known": ", ".join(sorted(KINDS))})
        return "text"
    if spec.formula.strip() and name != "rollup":
        if name != "formula" and name not in options.RESULTS:
            message = _("A formula cannot give a value of the kind “%(kind)s”.") % {"kind": kind(name).label}
            findings.add("kind", "INVALID_TYPE", message)
        return "formula"
    return name


def _name(
    row: CustomField, spec: FieldSpec, obj: ObjectDef, neighbours: Neighbours, findings: Findings
) -> None:
    with findings.under("name"):
        row.name = naming.custom(spec.name)
        taken = neighbours.names | frozenset(obj.by_name)
        double = next((one.name for one in _fields(row) if one.name.lower() in taken), None)
        if double is not None:
            message = _("“%(object)s” has or had a field “%(name)s”; a name is never given twice.")
            raise ParseError(message % {"object": obj.name, "name": double}, "DUPLICATE_DEVELOPER_NAME")


def _details(row: CustomField, spec: FieldSpec, findings: Findings) -> None:
    """Read options, choices and the formula's text."""
    given = dict(spec.options)
    if row.kind == "formula" and spec.kind.strip().lower() != "formula":
        given.setdefault("returns", spec.kind.strip().lower())
    with findings.under("options"):
        row.options = options.read(row.kind, given)
    with findings.under("choices"):
        row.choices = options.choices(row.kind, spec.choices, row.options) or None
    if row.kind == "formula" and not row.formula:
        findings.add("formula", "REQUIRED_FIELD_MISSING", _("Write the formula."))
    if len(row.formula) > LONGEST_FORMULA:
        message = _("A formula has at most %(limit)d characters.") % {"limit": LONGEST_FORMULA}
        findings.add("formula", "STRING_TOO_LONG", message)
    if row.kind == "rollup" and row.formula:
        findings.add("formula", "INVALID_FIELD", _("A roll-up summary has a filter, not a formula."))


def _link(row: CustomField, spec: FieldSpec, catalog: Catalog, obj: ObjectDef, findings: Findings) -> None:
    """Settle where a reference points and how its children are called from there."""
    if row.kind not in LINKS:
        if spec.target:
            findings.add("target", "INVALID_FIELD", _("Only a reference points to an object."))
        return
    with findings.under("target"):
        target = catalog.object(FILE_OBJECT if row.kind == "file" else spec.target.strip())
        row.target = target.name
        wanted = spec.child_relationship.strip()
        name = (
            naming.bare(wanted, "__r") if wanted else naming.bare(obj.name if obj.custom else f"{obj.name}s")
        )
        taken = [way.name for way in target.children]
        row.child_relationship = naming.free_name(name, taken, "__r")
        if wanted and row.child_relationship.lower() != f"{name}__r".lower():
            message = _("“%(object)s” already has a child relationship “%(name)s”.")
            raise ParseError(message % {"object": target.name, "name": name}, "DUPLICATE_DEVELOPER_NAME")
    if row.kind == "masterdetail":
        row.required, row.on_delete = True, "cascade"
        _master(obj, findings)
    elif row.on_delete == "cascade" or row.on_delete not in ("set_null", "restrict"):
        findings.add("on_delete", "INVALID_OPTION", _("Only the details of a master are deleted with it."))


def _master(obj: ObjectDef, findings: Findings) -> None:
    if sum(field.kind.name == "masterdetail" for field in obj.fields) >= MOST_MASTERS:
        findings.add("kind", "LIMIT_EXCEEDED", _("An object has at most two masters."))
    elif obj.model._default_manager.exists():
        message = _("There are records already, and each would lack its master: add a lookup instead.")
        findings.add("kind", "INVALID_TYPE", message)


def _columns(
    row: CustomField, place: Place | None, obj: ObjectDef, neighbours: Neighbours, findings: Findings
) -> None:
    """Give the row a stem that no column of the table, of now or of before, has."""

    def follow(stem: str) -> Iterable[str]:
        row.column = stem
        return [stem, *database_columns(row, place)]

    own = (name for one in obj.model._meta.get_fields() for name in (one.name, getattr(one, "column", None)))
    taken = neighbours.columns | {name for name in own if name}
    row.column = naming.free_stem(naming.bare(row.name), taken, follow)
    row.columns = database_columns(row, place)
    standard = sum(not field.custom for field in obj.fields)
    if standard + neighbours.count + len(custom_fields(row, place)) > MOST_FIELDS:
        message = _("An object has at most %(limit)d fields, deleted ones counted.") % {"limit": MOST_FIELDS}
        findings.add("name", "LIMIT_EXCEEDED", message)


def database_columns(row: CustomField, place: Place | None) -> list[str]:
    """Return the names of the columns that the row's fields have in the table."""
    found = []
    for field in custom_fields(row, place):
        if field.has_column:
            for name, column in columns_of(field).items():
                column.set_attributes_from_name(name)
                found.append(str(column.column))
    return found


def own_fields(obj: ObjectDef, name: str) -> list[Field]:
    """Return the run-time field `name` of the object, followed by those that came with it."""
    companions = [field for field in obj.fields if field.custom and field.compound == name]
    return [obj.field(name), *companions]


def refuse_taken(row: CustomField, own: Iterable[Field], columns: Iterable[Column]) -> None:
    """Refuse companions that a changed field would bring when their names are taken."""
    others = CustomField.objects.filter(object_name=row.object_name, standard=False).exclude(pk=row.pk)
    beside = Neighbours(tuple(others))
    names = {field.name for field in own if field.name.lower() in beside.names}
    names |= {column.column for column in columns if column.column in beside.columns}
    if names:
        message = _("This needs the name “%(name)s”, which another field has or had.") % {"name": min(names)}
        raise refuse("options", "DUPLICATE_DEVELOPER_NAME", message)


def check_rules(row: CustomField, place: Place | None, findings: Findings, *, typed: bool) -> None:
    """Check what must hold of a field whenever it is defined or changed: default, uniqueness, requiredness.

    A default that somebody just typed is read as they write, and kept as JSON: the same value for every writer.
    """
    field, *_companions = custom_fields(row, place)
    default = row.options.get("default")
    if default is not None:
        with findings.under("default"):
            context = ParseContext()
            if typed:
                language = get_language() or context.language
                context = ParseContext(language, timezone.get_current_timezone_name())
            value = field.kind.to_json(field.kind.parse(default, field, context), field)
            row.options = {**row.options, "default": orjson.loads(orjson.dumps(value))}
    if (row.unique or row.external_id) and row.kind not in UNIQUE_KINDS:
        message = _("Only text, e-mail, phone, URL and number fields can be unique or an external id.")
        findings.add("unique" if row.unique else "external_id", "INVALID_OPTION", message)
    if row.required and not field.createable and row.kind != "masterdetail":
        findings.add("required", "INVALID_OPTION", _("Nobody types into this field: it cannot be required."))


def stored_options(row: CustomField, further: dict[str, Any]) -> bool:
    """Add the options that the checks found; tell whether that changed the row."""
    if not further or all(row.options.get(name) == value for name, value in further.items()):
        return False
    row.options = {**row.options, **further}
    return True
