"""Checks an import before it starts, finds it again, and takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.domain.exchange import mapping as maps
from essor.domain.exchange import table, values
from essor.domain.exchange.models import Import, Mode, Twins
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.records import undo


@dataclass(frozen=True, slots=True)
class Settings:
    """What somebody decided about a file; see `Import` for the names. `language` is the one that its dates are in."""

    mapping: Mapping[str, str]
    mode: Mode = Mode.CREATE
    match: str = ""
    make_parents: bool = False
    clear_empty: bool = False
    duplicates: Twins = Twins.SKIP
    assign: bool = False
    dry_run: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


def prepare(
    actor: Actor,
    object_name: str,
    path: Path,
    settings: Settings,
    *,
    shape: table.Table | None = None,
    file_name: str = "",
    draft_id: UUID | None = None,
) -> Import:
    """Return a checked import, ready to run. Raises Forbidden, BadTable, or ValidationFailed with all that is wrong."""
    catalog = catalog_for(actor)
    obj = catalog.object(object_name)
    allow(actor, obj, settings.mode)
    shape = shape or table.inspect(path)
    clean = check(actor, catalog, obj, shape.headers, settings)
    with transaction.atomic():
        if not settings.dry_run:
            proposed = maps.propose(shape.headers, obj, catalog)
            maps.remember(obj.name, {h: target for h, target in clean.items() if proposed.get(h) != target})
        return Import.objects.create(
            object_name=obj.name,
            user_id=actor.user_id,
            draft_id=draft_id,
            file_name=(file_name or path.name)[:255],
            path=str(path),
            fingerprint=table.fingerprint(path),
            encoding=shape.encoding,
            separator=shape.separator,
            sheet=shape.sheet,
            headers=shape.headers,
            mapping=clean,
            words={header: dict(pairs) for header, pairs in settings.words.items() if header in clean},
            constants={maps.canonical(obj, target): text for target, text in settings.constants.items()},
            mode=settings.mode,
            match=obj.field(settings.match).name if settings.match else "",
            make_parents=settings.make_parents,
            clear_empty=settings.clear_empty,
            duplicates=settings.duplicates,
            assign=settings.assign,
            dry_run=settings.dry_run,
            language=settings.language or actor.language,
            batch_id=None if settings.dry_run else undo.begin(actor, "import", obj.name),
        )


def allow(actor: Actor, obj: ObjectDef, mode: Mode | None = None) -> None:
    """Raise Forbidden unless the actor may import records of the object, in this mode if one is told."""
    needed = {
        None: ("import",),
        Mode.CREATE: ("import", "create"),
        Mode.UPDATE: ("import", "edit"),
        Mode.UPSERT: ("import", "create", "edit"),
    }[mode]
    if not obj.is_record or not all(row_access.may(actor, obj, right) for right in needed):
        raise Forbidden(_("You may not import %(plural)s.") % {"plural": obj.plural})


def importable(actor: Actor) -> list[ObjectDef]:
    """Return the objects that the actor may import, by label."""
    found = [obj for obj in catalog_for(actor) if may_import(actor, obj)]
    return sorted(found, key=lambda obj: str(obj.plural).casefold())


def may_import(actor: Actor, obj: ObjectDef) -> bool:
    """Tell whether the actor may import records of an object of the catalog that they see."""
    writable = row_access.may(actor, obj, "create") or row_access.may(actor, obj, "edit")
    return obj.is_record and obj.createable and writable and row_access.may(actor, obj, "import")


def check(
    actor: Actor, catalog: Catalog, obj: ObjectDef, headers: tuple[str, ...], settings: Settings
) -> dict[str, str]:
    """Return the mapping in the catalog's own writing; ValidationFailed with every mistake in the settings."""
    errors: list[FieldError] = []
    clean: dict[str, str] = {}
    for header, target in settings.mapping.items():
        if not target:
            continue
        if header not in headers:
            message = _("The file has no column “%(name)s”.") % {"name": header}
            errors.append(FieldError(header, "INVALID_BATCH", message))
        elif not maps.writable(catalog, obj, target):
            message = _("“%(target)s” is no field that an import may fill.") % {"target": target}
            errors.append(FieldError(header, "INVALID_FIELD", message))
        elif maps.canonical(obj, target) in clean.values():
            message = _("Two columns go to “%(target)s”.") % {"target": target}
            errors.append(FieldError(header, "DUPLICATE_VALUE", message))
        else:
            clean[header] = maps.canonical(obj, target)
    errors.extend(_constant_errors(actor, catalog, obj, settings))
    errors.extend(values.check(obj, clean, {h: pairs for h, pairs in settings.words.items() if h in clean}))
    errors.extend(_match_errors(obj, clean, settings))
    if errors:
        raise ValidationFailed(errors)
    return clean


def _constant_errors(actor: Actor, catalog: Catalog, obj: ObjectDef, settings: Settings) -> list[FieldError]:
    errors = []
    context = ParseContext(settings.language or actor.language, actor.timezone, actor.company.phone_region)
    for target, text in settings.constants.items():
        if not maps.writable(catalog, obj, target) or target.lower() == "id":
            message = _("“%(target)s” is no field that an import may fill.") % {"target": target}
            errors.append(FieldError(target, "INVALID_FIELD", message))
        elif "." not in target:
            field = obj.field(target)
            try:
                field.kind.parse(text, field, context)
            except ParseError as error:
                errors.append(FieldError(field.name, error.code, str(error)))
    return errors


def _match_errors(obj: ObjectDef, mapping: Mapping[str, str], settings: Settings) -> list[FieldError]:
    if not mapping:
        return [FieldError("", "INVALID_BATCH", _("No column of the file goes to a field."))]
    if not settings.match:
        message = _("Choose the field by which rows find their record.")
        return [FieldError("match", "INVALID_BATCH", message)] if settings.mode != Mode.CREATE else []
    if not maps.identifies(obj, settings.match):
        message = _("Records cannot be found by “%(field)s”.") % {"field": settings.match[:80]}
        return [FieldError("match", "INVALID_FIELD", message)]
    field = obj.field(settings.match)
    if field.name not in mapping.values():
        message = _("No column of the file goes to “%(field)s”, by which rows are matched.")
        return [FieldError("match", "INVALID_BATCH", message % {"field": field.label})]
    return []


def found(actor: Actor, import_id: UUID) -> Import:
    """Return an import of the actor's own, an administrator's any; NotFound otherwise."""
    work = Import.objects.filter(pk=import_id).first()
    if work is None or (work.user_id != actor.user_id and not actor.is_admin):
        raise NotFound(_("There is no such import."))
    return work


def take_back(actor: Actor, import_id: UUID) -> undo.Undone:
    """Undo a whole import."""
    work = found(actor, import_id)
    if work.batch_id is None:
        raise ValidationFailed([FieldError("", "ALREADY_UNDONE", _("There is nothing to undo."))])
    return undo.undo(actor, work.batch_id)
