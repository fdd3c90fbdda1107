"""What hung on a lead goes with it: activities move to the contact, files are linked to it, nothing is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.feed.models import ContentDocumentLink
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change, Source
from essor.records.save import save_many

LEAD, CONTACT = "00Q", "003"
LINK = "ContentDocumentLink"


@dataclass(frozen=True, slots=True)
class Became:
    """What a lead became: keys."""

    account: int
    contact: int
    opportunity: int | None

    @property
    def thing(self) -> tuple[str, int]:
        """Return (prefix, key) of the record that its activities are about: the opportunity, else the account."""
        return ("006", self.opportunity) if self.opportunity is not None else ("001", self.account)


def links_to(prefix_of: str) -> Iterable[tuple[ObjectDef, Field]]:
    """Yield every (object, reference to several objects) that may name a record of an object."""
    name = current.get().by_prefix[prefix_of].name
    for obj in current.get():
        for link in obj.fields:
            if link.options.get("polymorphic") and obj.is_record and _may_name(link, name):
                yield obj, link


def _may_name(link: Field, name: str) -> bool:
    obj = current.get().object(name)
    return name in link.targets or bool(link.options.get("any_activity_object") and obj.activities)


def activities(actor: Actor, became: Mapping[int, Became], source: Source) -> None:
    """Move tasks, events and whatever else names the leads to the contacts; what has no subject gets the opportunity."""
    for obj, link in links_to(LEAD):
        if obj.name == LINK:
            continue
        model, what = obj.model._default_manager, obj.by_name.get("whatid")
        rows = model.filter(**{f"{link.attr}_type": LEAD, f"{link.attr}__in": list(became)}, is_deleted=False)
        changes = []
        for key, lead, about in rows.values_list("pk", link.attr, what.attr if what else "pk"):
            one = became[lead]
            values: dict[str, object] = {link.name: (CONTACT, one.contact)}
            if what is not None and what is not link and about is None:
                values[what.name] = one.thing
            changes.append(Change(obj.name, values, id=key))
        _written(actor, obj.name, changes, source)


def twins(obj: ObjectDef) -> Iterable[tuple[Field, Field]]:
    """Yield (lookup of the lead, lookup of the contact) of objects whose records follow the person (option `becomes`)."""
    for link in obj.fields:
        if link.options.get("becomes") and link.targets == ("Lead",):
            yield link, obj.field(str(link.options["becomes"]))


def followers(actor: Actor, became: Mapping[int, Became], source: Source) -> None:
    """Let records that follow a person name the contact beside the lead; a contact who has such a record keeps it."""
    for obj in current.get():
        for lead, contact in twins(obj):
            rows = obj.model._default_manager.filter(
                **{f"{lead.attr}__in": list(became), contact.attr: None}, is_deleted=False
            )
            changes = [
                Change(obj.name, {contact.name: became[key].contact}, id=pk)
                for pk, key in rows.values_list("pk", lead.attr)
            ]
            if changes:
                save_many(in_house(actor), obj.name, changes, source=source)


def unfollow(actor: Actor, became: Mapping[int, int], source: Source) -> None:
    """Take the contact out of what named it beside its lead ({lead: contact}), before that contact goes."""
    for obj in current.get():
        for lead, contact in twins(obj):
            rows = obj.model._default_manager.filter(**{f"{lead.attr}__in": list(became)}, is_deleted=False)
            mine = [
                pk for pk, key, one in rows.values_list("pk", lead.attr, contact.attr) if one == became[key]
            ]
            _written(actor, obj.name, [Change(obj.name, {contact.name: None}, id=pk) for pk in mine], source)


def files(actor: Actor, became: Mapping[int, Became], source: Source) -> None:
    """Link the leads' files to the contacts and to the opportunities or accounts; the leads keep theirs."""
    found = ContentDocumentLink.objects.filter(
        linked_entity_type=LEAD, linked_entity__in=list(became), is_deleted=False
    ).values_list("content_document_id", "linked_entity")
    wanted: dict[tuple[str, int], set[int]] = defaultdict(set)
    for document, lead in found:
        for record in ((CONTACT, became[lead].contact), became[lead].thing):
            wanted[record].add(document)
    held = ContentDocumentLink.objects.filter(
        content_document_id__in={one for some in wanted.values() for one in some}, is_deleted=False
    ).values_list("linked_entity_type", "linked_entity", "content_document_id")
    there = set(held) if wanted else set()
    changes = [
        Change(LINK, {"ContentDocumentId": document, "LinkedEntityId": ids.encode(*record), "ShareType": "I"})
        for record, documents in wanted.items()
        for document in sorted(documents)
        if (*record, document) not in there
    ]
    _written(actor, LINK, changes, source)


def _written(actor: Actor, name: str, changes: list[Change], source: Source) -> None:
    """Write what must not fail: a refusal takes the whole conversion back and says why."""
    if not changes:
        return
    results = save_many(in_house(actor), name, changes, source=source)
    errors = [error for result in results for error in result.errors]
    if errors:
        raise ValidationFailed(errors)
