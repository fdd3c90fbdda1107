"""The reasons for which somebody has rows of an object; `rows` joins them into SQL, `explain` shows them.

One list serves both, so that what is explained is what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from django.db.models import Q

from essor.access.actor import Actor
from essor.access.models import OrgDefault, RecordShare
from essor.access.models.sharing import Level
from essor.access.owners import owned_by
from essor.access.rights import Right
from essor.access.setup import rights_on
from essor.access.snapshot import Default
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef

Verb = Literal["read", "edit", "delete", "transfer"]
# Turns the condition of a sharing rule (a query tree as JSON) on an object into SQL, with the system's eyes.
CompileWhere = Callable[[ObjectDef, Mapping[str, Any]], Q]

Access = OrgDefault.Access
NEEDED: Mapping[Verb, Level] = {
    "read": Level.READ,
    "edit": Level.EDIT,
    "delete": Level.ALL,
    "transfer": Level.ALL,
}
GIVEN: Mapping[str, Level] = {Access.READ: Level.READ, Access.EDIT: Level.EDIT}
RIGHT: Mapping[Verb, Right] = {
    "read": Right.READ,
    "edit": Right.EDIT,
    "delete": Right.DELETE,
    "transfer": Right.EDIT,
}
MASTER = "masterdetail"
MOST_GIVEN = 500
UNSET = Default()


class By(StrEnum):
    """What a grant rests on."""

    PROFILE = "profile"
    PERMISSION_SET = "permission set"
    SYSTEM = "system"
    MODIFY_ALL = "modify all"
    VIEW_ALL = "view all"
    ORG_DEFAULT = "org default"
    NO_OWNER = "no owner"
    OWNER = "owner"
    QUEUE = "queue"
    ROLE = "role above"
    RULE = "sharing rule"
    SHARE = "manual share"
    PARENT = "parent"
    PART = "takes part"


@dataclass(frozen=True, slots=True)
class Grant:
    """Some rows and why: those of `owners`, or those that meet `condition`, or all when both are None."""

    by: By
    detail: str = ""
    owners: frozenset[int] | None = None
    condition: Q | None = None

    @property
    def is_all(self) -> bool:
        """Tell whether the grant covers every row."""
        return self.owners is None and self.condition is None


RowRule = Callable[[Actor, ObjectDef, Verb, CompileWhere], Iterator[Grant]]
_own_rules: dict[str, RowRule] = {}


def row_rule(*objects: str) -> Callable[[RowRule], RowRule]:
    """Register who has rows of objects that neither an owner nor a single parent decides; it replaces all but rights over all."""

    def register(rule: RowRule) -> RowRule:
        _own_rules.update(dict.fromkeys(objects, rule))
        return rule

    return register


def grants(actor: Actor, obj: ObjectDef, *, verb: Verb, compile_where: CompileWhere) -> Iterator[Grant]:
    """Yield every reason for which `actor` may do `verb` with rows of `obj`, those for all rows first.

    `obj` is of the whole catalog. Rights on the object itself are not looked at: see `rows.may`.
    """
    level = NEEDED[verb]
    default = actor.snapshot.defaults.get(obj.name, UNSET)
    yield from _unlimited(actor, obj, level)
    if obj.name in _own_rules:
        yield from _own_rules[obj.name](actor, obj, verb, compile_where)
        return
    link = deciding_link(obj, default)
    if link:
        yield from by_parent(actor, link, verb, compile_where)
        if link.kind.name != MASTER:
            yield from _orphans(actor, link, default)
        return
    if not has_owner(obj):
        yield Grant(By.NO_OWNER)
        return
    if level <= GIVEN.get(default.access, 0):
        yield Grant(By.ORG_DEFAULT)
    yield from _by_owner(actor, default)
    yield from _by_rule(actor, obj, default, level, compile_where)
    if default.has_shares and level < Level.ALL:
        yield Grant(By.SHARE, condition=_shared(actor, obj, default, level))


def deciding_link(obj: ObjectDef, default: Default) -> Field | None:
    """Return the lookup to the record that decides who sees a row: a detail's master, or the lookup that was set."""
    for field in obj.fields:
        if field.kind.name == MASTER and len(field.targets) == 1:
            return field
    if default.access == Access.PARENT and default.parent_field and obj.has(default.parent_field):
        return obj.field(default.parent_field)
    return None


def has_owner(obj: ObjectDef) -> bool:
    """Tell whether rows of the object have an owner."""
    return obj.is_record and hasattr(obj.model, "owner_id")


def joined(actor: Actor, obj: ObjectDef, reasons: Iterable[Grant], *, ordered: bool) -> Q:
    """Return one condition for all `reasons`, none of which covers every row: a single list of owners first."""
    reasons = tuple(reasons)
    owners = frozenset[int]().union(*(reason.owners for reason in reasons if reason.owners))
    condition = owned_by(actor.snapshot, obj, owners, ordered=ordered) if owners else Q(pk__in=())
    for reason in reasons:
        if reason.condition is not None:
            condition |= reason.condition
    return condition


def _unlimited(actor: Actor, obj: ObjectDef, level: Level) -> Iterator[Grant]:
    if actor.system:
        yield Grant(By.SYSTEM)
        return
    rights = actor.rights.on(obj.name)
    if Right.MODIFY_ALL in rights:
        yield Grant(By.MODIFY_ALL)
    if Right.VIEW_ALL in rights and level == Level.READ:
        yield Grant(By.VIEW_ALL)


def _by_owner(actor: Actor, default: Default) -> Iterator[Grant]:
    state = actor.snapshot
    yield Grant(By.OWNER, owners=frozenset({actor.user_id}))
    if queues := state.queues_of((actor.user_id,)):
        yield Grant(By.QUEUE, owners=queues)
    if default.hierarchy and (below := state.below(actor.user_id)):
        yield Grant(By.ROLE, owners=below | state.queues_of(below))


def _by_rule(
    actor: Actor, obj: ObjectDef, default: Default, level: Level, compile_where: CompileWhere
) -> Iterator[Grant]:
    state = actor.snapshot
    receivers = state.receives_for(actor.user_id, hierarchy=default.hierarchy)
    for rule in state.rules.get(obj.name, ()):
        if rule.level < level or rule.receivers not in receivers:
            continue
        if rule.owners is not None:
            yield Grant(By.RULE, rule.name, owners=state.users_of(rule.owners) | {rule.owners})
        elif rule.condition is not None:
            yield Grant(By.RULE, rule.name, condition=compile_where(obj, rule.condition))


def _shared(actor: Actor, obj: ObjectDef, default: Default, level: Level) -> Q:
    """Return the condition "was given by hand to the actor, or to somebody below"."""
    key = (obj.prefix, int(level))
    known = actor.given.get(key)
    if known is None:
        receivers = sorted(actor.snapshot.receives_for(actor.user_id, hierarchy=default.hierarchy))
        rows = RecordShare.objects.filter(prefix=obj.prefix, principal__in=receivers, level__gte=level)
        ids = list(rows.values_list("record_id", flat=True).distinct()[: MOST_GIVEN + 1])
        # Databases guess badly how much a sub-select lets through; a short list lets them use the primary key.
        few = len(ids) <= MOST_GIVEN
        known = actor.given[key] = Q(pk__in=ids) if few else Q(pk__in=rows.values("record_id"))
    return known


def by_parent(actor: Actor, link: Field, verb: Verb, compile_where: CompileWhere) -> Iterator[Grant]:
    """Yield the rows whose parent the actor may read, or edit when the verb changes anything."""
    parent = current.get().object(link.targets[0])
    needed: Verb = "read" if verb == "read" else "edit"
    if RIGHT[needed] not in rights_on(actor, parent.name):
        return
    reasons = tuple(grants(actor, parent, verb=needed, compile_where=compile_where))
    if not any(reason.is_all for reason in reasons):
        manager = parent.model._base_manager
        parents = manager.filter(joined(actor, parent, reasons, ordered=False))
        yield Grant(By.PARENT, parent.name, condition=Q(**{f"{link.attr}__in": parents.values("pk")}))
    elif link.kind.name == MASTER:
        yield Grant(By.PARENT, parent.name)
    else:
        yield Grant(By.PARENT, parent.name, condition=Q(**{f"{link.attr}__isnull": False}))


def named_by(actor: Actor, link: Field, verb: Verb, compile_where: CompileWhere) -> Iterator[Grant]:
    """Yield the rows whose polymorphic `link` names a record that the actor has: a condition per object, one for open ones."""
    opened = []
    for target in current.get():
        named = target.name in link.targets or (link.options.get("any_activity_object") and target.activities)
        if not named or RIGHT[verb] not in rights_on(actor, target.name):
            continue
        reasons = tuple(grants(actor, target, verb=verb, compile_where=compile_where))
        if any(reason.is_all for reason in reasons):
            opened.append(target)
            continue
        manager = target.model._base_manager
        rows = manager.filter(joined(actor, target, reasons, ordered=False)).values("pk")
        condition = Q(**{f"{link.attr}_type": target.prefix, f"{link.attr}__in": rows})
        yield Grant(By.PARENT, str(target.label), condition=condition)
    if opened:
        names = ", ".join(str(target.label) for target in opened)
        yield Grant(
            By.PARENT, names, condition=Q(**{f"{link.attr}_type__in": [one.prefix for one in opened]})
        )


def _orphans(actor: Actor, link: Field, default: Default) -> Iterator[Grant]:
    """Yield the rows that have no parent to decide: they are their owner's, and of people above."""
    orphan = Q(**{f"{link.attr}__isnull": True})
    for reason in _by_owner(actor, default):
        yield Grant(reason.by, condition=orphan & Q(owner_id__in=sorted(reason.owners or ())))
