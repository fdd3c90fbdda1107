"""Proposes a field for each header of a file, in French or English, and remembers what people chose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from django.utils import translation

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.domain.exchange.models import Remembered
from essor.domain.exchange.table import REASONS_HEADER
from essor.query.search.words import fold

LANGUAGES = ("en", "fr")
LONGEST_HEADER = 200
SIGNS = re.compile(r"[_.:*/()-]+")
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "email": ("courriel", "mail", "e mail", "adresse mail", "adresse e mail", "adresse electronique", "email address"),
    "lastname": ("nom de famille", "nom", "surname", "family name", "last name"),
    "firstname": ("prenom", "given name", "first name"),
    "name": ("nom", "raison sociale", "societe", "entreprise", "company", "company name", "account", "compte", "name", "libelle"),
    "company": ("societe", "entreprise", "raison sociale", "organisation", "company name", "account", "compte"),
    "account.name": ("societe", "entreprise", "compte", "client", "account", "company", "account name", "nom du compte"),
    "phone": ("tel", "telephone", "telephone fixe", "phone number", "tel fixe", "standard"),
    "mobilephone": ("mobile", "portable", "gsm", "telephone portable", "tel portable", "cell", "cell phone"),
    "title": ("fonction", "poste", "intitule de poste", "job title", "position", "role"),
    "postalcode": ("cp", "code postal", "zip", "zip code", "postcode"),
    "city": ("ville", "town", "commune"),
    "street": ("adresse", "rue", "address", "address line 1", "voie"),
    "country": ("pays",),
    "state": ("region", "departement", "province"),
    "website": ("site web", "site internet", "site", "url", "web"),
    "industry": ("secteur", "secteur d activite", "activite", "sector"),
    "amount": ("montant", "valeur", "close value", "value", "deal value", "ca"),
    "annualrevenue": ("chiffre d affaires", "ca", "revenue", "turnover"),
    "numberofemployees": ("effectif", "effectifs", "salaries", "nombre de salaries", "employees", "headcount"),
    "stagename": ("etape", "phase", "deal stage", "stage", "statut"),
    "closedate": ("date de cloture", "cloture", "close date", "date de signature"),
    "owner.email": ("proprietaire email", "owner email", "email commercial"),
    "owner.name": ("proprietaire", "commercial", "vendeur", "sales agent", "owner", "account manager", "charge de compte"),
    "leadsource": ("source", "origine", "lead source", "provenance"),
    "description": ("commentaire", "commentaires", "notes", "remarques", "comments"),
    "parent.name": ("maison mere", "societe mere", "subsidiary of", "parent", "parent account"),
    "linkedinurl": ("linkedin", "profil linkedin", "linkedin url"),
    "status": ("statut", "etat"),
    "hasoptedoutofemail": ("do not email", "opt out", "email opt out", "pas d e mail", "desabonne"),
    "donotcall": ("ne pas appeler", "bloctel"),
}  # fmt: skip
PREFIXES = ("billing", "mailing", "shipping", "")


def propose(headers: Sequence[str], obj: ObjectDef, catalog: Catalog) -> dict[str, str]:
    """Return {header: target}: a field name or a parent's path; headers that nothing fits are left out.

    What people chose for such a header before wins; each target is given once.
    """
    remembered = dict(
        Remembered.objects.filter(
            object_name=obj.name, header__in=[spelled(header) for header in headers]
        ).values_list("header", "target")
    )
    names = known_names(catalog, obj)
    found: dict[str, str] = {}
    for header in headers:
        if header == REASONS_HEADER:
            continue
        key = spelled(header)
        for target in (
            remembered.get(key, ""),
            *names.get(key, ()),
            *names.get(key.replace(" ", ""), ()),
        ):
            if target and target not in found.values() and writable(catalog, obj, target):
                found[header] = target
                break
    return found


def spelled(header: str) -> str:
    """Return what tells two headers apart: neither case nor accents nor the signs between words."""
    return " ".join(fold(SIGNS.sub(" ", header)).split())[:LONGEST_HEADER]


def remember(object_name: str, mapping: Mapping[str, str]) -> None:
    """Keep choices that differ from what was proposed for the next file."""
    rows = [
        Remembered(object_name=object_name, header=spelled(header), target=target)
        for header, target in mapping.items()
    ]
    Remembered.objects.bulk_create(
        {row.header: row for row in rows}.values(), update_conflicts=True, update_fields=["target"],
        unique_fields=["object_name", "header"],
    )  # fmt: skip


def writable(catalog: Catalog, obj: ObjectDef, target: str) -> bool:
    """Tell whether a column may go to `target`: a writable field, Id, or a field that finds a parent."""
    head, dot, tail = target.partition(".")
    if not dot:
        field = obj.by_name.get(head.lower())
        return field is not None and (field.createable or field.updateable or field.kind.name == "id")
    way = obj.by_relationship.get(head.lower())
    if way is None or not way.createable:
        return False
    return any(catalog.has(name) and finds(catalog.object(name), tail) for name in way.targets)


def finds(parent: ObjectDef, name: str) -> bool:
    """Tell whether a parent may be found by the field: its name, an e-mail or an external id."""
    field = parent.by_name.get(name.lower())
    return field is not None and (
        field.name == parent.name_field
        or field.kind.name in ("email", "autonumber")
        or field.external_id
        or field.unique
    )


def identifies(obj: ObjectDef, name: str) -> bool:
    """Tell whether rows of a file may find their record by the field: its id, an e-mail, an external id, its name."""
    field = obj.by_name.get(name.lower())
    return field is not None and (field.kind.name == "id" or finds(obj, name))


def canonical(obj: ObjectDef, target: str) -> str:
    """Return a target that `writable` has let pass in the catalog's own writing."""
    head, dot, tail = target.partition(".")
    return f"{obj.by_relationship[head.lower()].relationship}.{tail}" if dot else obj.field(head).name


def targets(catalog: Catalog, obj: ObjectDef) -> list[tuple[str, str]]:
    """Return every (target, label) that a column may go to, for the reader's language: fields, then parents."""
    found = [(field.name, str(field.label)) for field in obj.fields if writable(catalog, obj, field.name)]
    for way, parent, field in _ways(catalog, obj):
        found.append((f"{way.relationship}.{field.name}", f"{parent.label} › {field.label}"))
    return found


@lru_cache(maxsize=64)
def known_names(catalog: Catalog, obj: ObjectDef) -> dict[str, tuple[str, ...]]:
    """Return {folded header: targets, the best first}: API names, labels in each language, then synonyms."""
    found: dict[str, list[str]] = {}

    def add(words: Iterable[str], target: str) -> None:
        for word in words:
            entry = found.setdefault(spelled(word), [])
            if target not in entry:
                entry.append(target)

    ways = list(_ways(catalog, obj))
    for field in obj.fields:
        add((field.name, field.name.removesuffix("__c").replace("_", " ")), field.name)
        if not field.relationship:  # under the label of a lookup files have a name, seldom an id
            add(_labels(field), field.name)
    for way, _parent, field in ways:
        target = f"{way.relationship}.{field.name}"
        add((target, f"{way.relationship} {field.name}"), target)
        if field.name == "Name" or field.kind.name == "autonumber":
            add(_labels(way), target)
    own = {field.name.lower(): field.name for field in obj.fields if writable(catalog, obj, field.name)}
    own.update({(target := f"{w.relationship}.{f.name}").lower(): target for w, _parent, f in ways})
    for name, words in _synonyms():
        if name in own:
            add(words, own[name])
    return {key: tuple(value) for key, value in found.items()}


def _synonyms() -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield (lower-case target, what else it is called), the parts of addresses under each of their prefixes."""
    for stem, words in SYNONYMS.items():
        for prefix in PREFIXES:
            yield prefix + stem, words


def _labels(field: Field) -> list[str]:
    labels = []
    for language in LANGUAGES:
        with translation.override(language):
            labels.append(str(field.label))
    return labels


def _ways(catalog: Catalog, obj: ObjectDef) -> Iterable[tuple[Field, ObjectDef, Field]]:
    """Yield (lookup, parent, field that finds it) for every lookup that an import may fill."""
    for way in obj.fields:
        if way.relationship and way.createable and not way.options.get("polymorphic"):
            for name in way.targets:
                if catalog.has(name):
                    parent = catalog.object(name)
                    yield from ((way, parent, field) for field in parent.fields if finds(parent, field.name))
