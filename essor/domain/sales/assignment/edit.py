"""The verbs of the set-up: entries, their order, their criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.models import Group, Principal, User
from essor.access.rights import Permission
from essor.domain.sales.assignment.models import Entry, Member
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query import codec
from essor.query.tree import Condition

MOST_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class EntryText:
    """What a form says about an entry: `weights` are {user: weight} of a team."""

    name: str
    to: str
    owner: int | None = None
    weights: Mapping[int, int] = field(default_factory=dict)
    active: bool = True


def found(key: int) -> Entry:
    """Return an entry; NotFound."""
    entry = Entry.objects.filter(pk=key).first()
    if entry is None:
        raise NotFound(_("There is no such entry."))
    return entry


def save_entry(actor: Actor, text: EntryText, entry: Entry | None = None) -> Entry:
    """Make an entry, last in the order, or change one; a member who stays keeps their turn. ValidationFailed, Forbidden."""
    require(actor, Permission.CUSTOMIZE)
    _check(text)
    with transaction.atomic():
        row = entry or Entry(position=Entry.objects.count())
        row.name, row.to, row.active = text.name.strip(), text.to, text.active
        row.owner_id = text.owner if text.to == Entry.To.OWNER else None
        row.save()
        weights = text.weights if text.to == Entry.To.TEAM else {}
        row.members.exclude(user_id__in=weights).delete()
        known = {member.user_id: member for member in row.members.all()}
        for user, weight in weights.items():
            member = known.get(user) or Member(entry=row, user_id=user)
            member.weight = weight
            member.save()
        audit.record(actor, "assignment_entry_saved", row.name, to=row.to)
    return row


def _check(text: EntryText) -> None:
    errors = []
    if not text.name.strip():
        errors.append(FieldError("name", "REQUIRED_FIELD_MISSING", _("Give it a name.")))
    if text.to == Entry.To.OWNER and not can_own(text.owner):
        errors.append(FieldError("owner", "REQUIRED_FIELD_MISSING", _("Choose who gets the leads.")))
    if text.to == Entry.To.TEAM and not text.weights:
        errors.append(FieldError("members", "REQUIRED_FIELD_MISSING", _("Choose at least one person.")))
    if any(not 1 <= weight <= MOST_WEIGHT for weight in text.weights.values()):
        message = _("A share is a whole number from 1 to %(most)d.") % {"most": MOST_WEIGHT}
        errors.append(FieldError("members", "INVALID_FIELD_VALUE", message))
    if text.to not in Entry.To.values:
        errors.append(FieldError("to", "INVALID_FIELD_VALUE", _("Choose who gets the leads.")))
    if errors:
        raise ValidationFailed(errors)


def can_own(key: int | None) -> bool:
    """Tell whether a principal may own leads: somebody active, or a queue for leads."""
    if User.objects.filter(pk=key or 0, is_active=True, user_type=User.Kind.STANDARD).exists():
        return True
    queue = Group.objects.filter(pk=key or 0, type=Principal.Type.QUEUE).first()
    return queue is not None and "Lead" in (queue.supported_objects or ())


def set_criteria(actor: Actor, entry: Entry, where: Condition | None) -> None:
    """Set which records an entry is for; None for all."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        entry.where = None if where is None else codec.to_json(where)
        entry.save(update_fields=["where"])
        audit.record(actor, "assignment_criteria_set", entry.name, where=entry.where)


def move(actor: Actor, entry: Entry, step: int) -> None:
    """Move an entry up (-1) or down (1) in the order."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        rows = list(Entry.objects.filter(object_name=entry.object_name))
        at = next(place for place, row in enumerate(rows) if row.pk == entry.pk)
        to = max(0, min(len(rows) - 1, at + step))
        rows.insert(to, rows.pop(at))
        for place, row in enumerate(rows):
            row.position = place
        Entry.objects.bulk_update(rows, ["position"])
        audit.record(actor, "assignment_entry_moved", entry.name, position=to + 1)


def remove(actor: Actor, entry: Entry) -> None:
    """Remove an entry for good."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        audit.record(actor, "assignment_entry_removed", entry.name)
        entry.delete()
