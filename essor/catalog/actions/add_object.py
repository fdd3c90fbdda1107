"""Adds an object of one's own: a table, a model class and the fields that every record has."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from essor.catalog import attach, standard
from essor.catalog.actions import naming, options
from essor.catalog.actions.ledger import Findings, change, facts
from essor.catalog.actions.spec import ObjectSpec
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.kinds import ParseError
from essor.catalog.models import CustomObject
from essor.kernel.db import ddl


def add_object(actor_id: int | None, spec: ObjectSpec) -> ObjectDef:
    """Add the object and return it; every process sees it at its next request. ValidationFailed carries every error."""
    with change(actor_id) as ledger:
        row = _row(ledger.catalog(), spec)
        row.save()
        ledger.note("add_object", row.name, after=facts(row))
        ddl.create_table(attach.model_of(row.table))
        return ledger.catalog().object(row.name)


def _row(catalog: Catalog, spec: ObjectSpec) -> CustomObject:
    findings = Findings()
    row = CustomObject(
        label=spec.label.strip(),
        label_fr=spec.label_fr.strip(),
        plural=spec.plural.strip(),
        plural_fr=spec.plural_fr.strip(),
        description=spec.description.strip(),
        icon=spec.icon,
        name_label=spec.name_label.strip(),
        name_label_fr=spec.name_label_fr.strip(),
        tab=spec.tab,
        activities=spec.activities,
    )
    earlier = CustomObject.objects.all()
    with findings.under("name"):
        row.name = naming.custom(spec.name)
        if catalog.has(row.name) or earlier.filter(name__iexact=row.name).exists():
            message = _("There is or was an object “%(name)s”; a name is never given twice.")
            raise ParseError(message % {"name": row.name}, "DUPLICATE_DEVELOPER_NAME")
    if not (row.label or row.label_fr):
        findings.add("label", "REQUIRED_FIELD_MISSING", _("Give the object a label."))
    if spec.name_format:
        with findings.under("name_format"):
            row.name_format = options.pattern(spec.name_format)
    findings.check()
    tables = {*earlier.values_list("table", flat=True), *connection.introspection.table_names()}
    row.table = naming.free_stem(naming.bare(row.name), tables, lambda stem: [stem])
    row.prefix = naming.free_prefix(_prefixes(set(earlier.values_list("prefix", flat=True))))
    return row


def _prefixes(custom: set[str]) -> set[str]:
    """Return every key prefix that is spoken for."""
    return custom | {entry.prefix for entry in standard.entries()}
