"""The words of a file against the values of a list: what fits is proposed, what is missing may be added to the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog.actions.change_field import change_field
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.kinds.choices import find_choice, split
from essor.catalog.models import CustomField
from essor.domain.exchange.cells import spelled
from essor.domain.exchange.scan import Column
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query.search.words import fold

LISTS = ("picklist", "multiselect")
LANGUAGES = ("en", "fr")
ALIKE = 0.82
# What other programs call the stages and states of every sales team.
SAME: Mapping[str, tuple[str, ...]] = {
    "won": ("gagne", "gagnee", "signe", "signee", "closed won"),
    "lost": ("perdu", "perdue", "closed lost"),
    "qualification": ("engaging", "engaged", "qualified", "qualifie"),
    "prospecting": ("prospection", "new", "nouveau"),
    "negotiation": ("negociation", "negotiating"),
    "proposal": ("proposition", "devis", "quote"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the file that the list does not know, how often it comes, and the value that seems to be meant."""

    text: str
    count: int
    proposed: str = ""


def is_list(field: Field) -> bool:
    """Tell whether a field takes only the values of a list."""
    return field.kind.name in LISTS


def unknown(field: Field, column: Column) -> list[Word]:
    """Return the words of a column that the field's list does not take, the most frequent first."""
    if not is_list(field) or not field.options.get("restricted", True):
        return []
    counts: dict[str, int] = {}
    for text, count in column.words.items():
        for word in split(text) if field.kind.name == "multiselect" else (text.strip(),):
            if word and find_choice(word, field) is None:
                counts[word] = counts.get(word, 0) + count
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Word(text, count, proposal(text, field)) for text, count in ordered]


def proposal(text: str, field: Field) -> str:
    """Return the value that a word of the file seems to mean, empty when none is likely."""
    names = _names(field)
    word = fold(text)
    stem = next((stem for stem, words in SAME.items() if word == stem or word in words), word)
    holding = {value for name, value in names.items() if stem and set(stem.split()) <= set(name.split())}
    if len(holding) == 1:
        return holding.pop()
    close = get_close_matches(word, names, n=1, cutoff=ALIKE)
    return names[close[0]] if close else ""


def _names(field: Field) -> dict[str, str]:
    """Return {folded name: value} of the choices in use, in each language."""
    names: dict[str, str] = {}
    for choice in field.choices:
        if choice.active:
            names.setdefault(fold(choice.value), choice.value)
            for language in LANGUAGES:
                with translation.override(language):
                    names.setdefault(fold(str(choice)), choice.value)
    return names


def check(
    obj: ObjectDef, mapping: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> list[FieldError]:
    """Return what is wrong with the values that the words of a file are to become."""
    errors = []
    for header, pairs in words.items():
        target = mapping.get(header, "")
        field = obj.by_name.get(target.lower())
        if field is None or not is_list(field):
            message = _("“%(column)s” does not go to a list of values.") % {"column": header}
            errors.append(FieldError(header, "INVALID_FIELD", message))
            continue
        for value in pairs.values():
            if value and find_choice(value, field) is None and field.options.get("restricted", True):
                message = _("“%(value)s” is not in the list of “%(field)s”.")
                text = message % {"value": value[:80], "field": field.label}
                errors.append(FieldError(header, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text))
    return errors


def add(actor: Actor, obj: ObjectDef, field: Field, values: Iterable[str]) -> None:
    """Add values to a field's list, before the joker; Forbidden unless the actor may change the set-up."""
    require(actor, Permission.CUSTOMIZE)
    known = {spelled(choice.value) for choice in field.choices}
    fresh = {spelled(value): value.strip() for value in values if value.strip()}
    missing = [value for key, value in fresh.items() if key not in known]
    if not missing:
        return
    listed = _listed(field)
    place = next((at for at, one in enumerate(listed) if one["value"] == "Other"), len(listed))
    choices = [*listed[:place], *({"value": value} for value in missing), *listed[place:]]
    change_field(actor.user_id, obj.name, field.name, {"choices": choices})


def _listed(field: Field) -> Sequence[dict[str, Any]]:
    """Return the list in its stored form, which keeps what the choices know besides their value."""
    row = (
        CustomField.objects.filter(object_name=field.object_name, name=field.name)
        .exclude(choices=None)
        .first()
    )
    return list(row.choices or ()) if row else [_stored(choice) for choice in field.choices]


def _stored(choice: Choice) -> dict[str, Any]:
    return {"value": choice.value, "active": choice.active, "default": choice.default}


def must_be_told(
    obj: ObjectDef, columns: Mapping[str, Column], mapping: Mapping[str, str]
) -> dict[str, list[Word]]:
    """Return {header: words that its list does not know} of all mapped columns."""
    found = {}
    for header, target in mapping.items():
        field = obj.by_name.get(target.lower())
        if field is not None and header in columns and (words := unknown(field, columns[header])):
            found[header] = words
    return found


def refuse(errors: list[FieldError]) -> None:
    """Raise all errors at once when there are any."""
    if errors:
        raise ValidationFailed(errors)
