"""Takes a conversion back within a day, unless somebody has worked on what it made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.domain.sales.conversion import carry, rules
from essor.domain.sales.conversion.models import Conversion
from essor.kernel import ids
from essor.kernel.db.written import Given, Written
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.delete import gather
from essor.records.models import Created, History
from essor.records.save import save_many

WITHIN = timedelta(days=1)


def latest(lead: int) -> Conversion | None:
    """Return the conversion of a lead that holds, None when it has none."""
    return Conversion.objects.filter(lead_id=lead, undone_date=None).order_by("-pk").first()


def take_back(actor: Actor, lead: int) -> None:
    """Make a lead what it was before its conversion, and delete what the conversion made: the whole batch it was part of.

    Raises NotFound, Forbidden for others than its author and administrators, ValidationFailed once a day has passed
    or somebody has worked on the new records.
    """
    with transaction.atomic():
        one = (
            Conversion.objects.select_for_update()
            .filter(lead_id=lead, undone_date=None)
            .order_by("-pk")
            .first()
        )
        if one is None:
            raise NotFound(_("There is no conversion to undo."))
        reason = _refusal(actor, one)
        if reason:
            raise ValidationFailed([FieldError("", "CANNOT_UNDO", reason)])
        worked = worked_on(one.batch)
        if worked:
            text = _("The conversion cannot be undone: %(what)s since then.") % {"what": ", ".join(worked)}
            raise ValidationFailed([FieldError("", "CANNOT_UNDO", text)])
        together = list(Conversion.objects.filter(batch=one.batch, undone_date=None))
        house = in_house(actor)
        changes = [Change("Lead", {"Status": each.status_before}, id=each.lead_id) for each in together]
        results = save_many(house, "Lead", changes, source=Source(rules.TAKING_BACK))
        errors = [error for result in results for error in result.errors]
        if errors:
            raise ValidationFailed(errors)
        carry.unfollow(actor, {each.lead_id: each.contact_id for each in together}, Source(rules.TAKING_BACK))
        undo.undo(house, one.batch)
        Conversion.objects.filter(batch=one.batch).update(undone_date=timezone.now())


def _refusal(actor: Actor, one: Conversion) -> str:
    if one.user_id != actor.user_id and not actor.is_admin:
        raise Forbidden(_("Only its author or an administrator may undo this."))
    if timezone.now() - one.created_date > WITHIN:
        return _("A conversion can be undone within a day; this one is older.")
    return ""


def may_take_back(actor: Actor, one: Conversion) -> bool:
    """Tell whether a button is worth showing: whether anybody worked on the records is looked at when it is pressed."""
    mine = one.user_id == actor.user_id or actor.is_admin
    return mine and timezone.now() - one.created_date <= WITHIN


def worked_on(batch: UUID) -> list[str]:
    """Return in words what has happened to the records that a conversion made: changed ones, new children, activities."""
    catalog = current.get()
    made: dict[str, set[int]] = defaultdict(set)
    for created in Created.objects.filter(batch_id=batch):
        made[created.object_name].update(created.record_ids)
    said: list[str] = []
    for name, keys in made.items():
        obj = catalog.object(name)
        if _changed(batch, name, keys):
            said.append(_("%(object)s changed") % {"object": obj.label})
    said.extend(_children(batch, made))
    said.extend(_named(batch, made))
    return list(dict.fromkeys(said))


def _changed(batch: UUID, name: str, keys: Iterable[int]) -> bool:
    rows = History.objects.filter(object_name=name, record_id__in=list(keys)).exclude(action="undeleted")
    return rows.exclude(batch_id=batch).exists()


def _children(batch: UUID, made: dict[str, set[int]]) -> Iterable[str]:
    """Yield what refers to the new records and was not made with them; what rules keep by themselves does not count."""
    for name, keys in made.items():
        harvest = gather(current.get(), current.get().object(name), keys)
        for child_name, found in harvest.found.items():
            child = current.get().object(child_name)
            if child.createable and _later(batch, child_name, found - made.get(child_name, set())):
                yield _("%(plural)s added") % {"plural": child.plural}
        for child, _link, rows in harvest.links:
            if child.name != "Lead" and _later(batch, child.name, set(rows) - made.get(child.name, set())):
                yield _("%(plural)s added") % {"plural": child.plural}


def _later(batch: UUID, name: str, keys: set[int]) -> set[int]:
    """Return those of the records that were not brought along by the conversion itself."""
    moved = History.objects.filter(object_name=name, record_id__in=keys, batch_id=batch)
    return keys - set(moved.values_list("record_id", flat=True)) if keys else keys


def _named(batch: UUID, made: dict[str, set[int]]) -> Iterable[str]:
    """Yield the activities and files that were put at the new records later."""
    for name, keys in made.items():
        prefix = current.get().object(name).prefix
        for child, link in carry.links_to(prefix):
            rows = child.model._default_manager.filter(
                **{f"{link.attr}_type": prefix, f"{link.attr}__in": list(keys)}, is_deleted=False
            ).values_list("pk", flat=True)
            if _later(batch, child.name, set(rows) - made.get(child.name, set())):
                yield _("%(plural)s added") % {"plural": child.plural}


def origins(prefix: str, key: int) -> list[str]:
    """Return the ids of the leads that became this account, contact or opportunity, newest first."""
    return [ids.encode("00Q", row[0]) for row in _ORIGINS[prefix].rows(key=key)]


def _origins(column: str) -> Written[Conversion]:
    def rows() -> QuerySet[Conversion, tuple[int, ...]]:
        found = Conversion.objects.filter(**{column: Given("key", BigIntegerField())}, undone_date=None)
        return found.order_by("-pk").values_list("lead_id")[:20]

    return Written(rows)


_ORIGINS = {
    "001": _origins("account_id"),
    "003": _origins("contact_id"),
    "006": _origins("opportunity_id"),
}
