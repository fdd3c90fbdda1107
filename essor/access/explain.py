"""Why somebody may or may not do something with one record, for the page that answers just this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access.actor import Actor
from essor.access.grants import RIGHT, By, CompileWhere, Grant, Verb, grants, has_owner
from essor.access.models import Principal, RecordShare
from essor.access.models.sharing import Level
from essor.access.setup import GUARDED, OPEN, bundle_rights
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import NotFound

VERBS: tuple[Verb, ...] = ("read", "edit", "delete", "transfer")
SENTENCES: Mapping[By, str | Promise] = {
    By.PROFILE: gettext_lazy("The profile “%(detail)s” has this right on the object."),
    By.PERMISSION_SET: gettext_lazy("The permission set “%(detail)s” has this right on the object."),
    By.SYSTEM: gettext_lazy("The system may do everything."),
    By.MODIFY_ALL: gettext_lazy("Has the right to modify all records of the object."),
    By.VIEW_ALL: gettext_lazy("Has the right to see all records of the object."),
    By.ORG_DEFAULT: gettext_lazy("Everybody may do this with records of the object."),
    By.NO_OWNER: gettext_lazy("Records of this object belong to everybody."),
    By.OWNER: gettext_lazy("Owns the record."),
    By.QUEUE: gettext_lazy("Is in the queue “%(detail)s” that owns the record."),
    By.ROLE: gettext_lazy("Is above the owner, %(detail)s, in the role tree."),
    By.RULE: gettext_lazy("The sharing rule “%(detail)s” gives the record."),
    By.SHARE: gettext_lazy("The record was shared manually with %(detail)s."),
    By.PARENT: gettext_lazy("May do so with the parent record (%(detail)s)."),
    By.PART: gettext_lazy("Takes part in it."),
}
VERB_NAMES: Mapping[Verb, str | Promise] = {
    "read": gettext_lazy("Read"),
    "edit": gettext_lazy("Edit"),
    "delete": gettext_lazy("Delete"),
    "transfer": gettext_lazy("Change the owner"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that lets somebody do `verb`: what it is, and its name where it has one."""

    verb: Verb
    by: By
    detail: str = ""

    def __str__(self) -> str:
        """Return the reason as a sentence."""
        return str(SENTENCES[self.by]) % {"detail": self.detail}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody may do `verb` with a record: it takes a reason on the object and one on the row."""

    verb: Verb
    on_object: tuple[Reason, ...]
    on_row: tuple[Reason, ...]
    limit: str = ""  # the name of the licence that does not let the person do it

    @property
    def granted(self) -> bool:
        """Tell whether the actor may."""
        return bool(self.on_object and self.on_row)

    @property
    def missing(self) -> str:
        """Return what is missing as a sentence, empty when granted."""
        if self.limit:
            return _("The licence “%(name)s” does not allow it.") % {"name": self.limit}
        if not self.on_object:
            return _("Neither the profile nor a permission set has this right on the object.")
        return "" if self.on_row else _("The record is not shared with this person.")


def explain(
    actor: Actor, obj: ObjectDef, record_id: int, *, compile_where: CompileWhere
) -> tuple[Verdict, ...]:
    """Return for each verb whether and why `actor` may do it with a record; NotFound when there is no such record.

    Takes a handful of queries whatever the number of rules and shares.
    """
    whole = current.get().object(obj.name)
    reasons = {verb: tuple(grants(actor, whole, verb=verb, compile_where=compile_where)) for verb in VERBS}
    facts = _facts(actor, whole, record_id, reasons)
    return tuple(
        Verdict(
            verb,
            on_object=tuple(_on_object(actor, whole, verb)),
            on_row=tuple(
                Reason(verb, grant.by, facts.detail(grant, verb))
                for grant in reasons[verb]
                if facts.holds(grant)
            ),
            limit=_limit(actor, whole, verb),
        )
        for verb in VERBS
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the database says of the record: its owner, and which conditions it meets."""

    owner: int | None
    owner_name: str
    met: frozenset[int]
    receivers: Mapping[Verb, str]

    def holds(self, grant: Grant) -> bool:
        if grant.condition is not None:
            return id(grant.condition) in self.met
        return grant.owners is None or self.owner in grant.owners

    def detail(self, grant: Grant, verb: Verb) -> str:
        if grant.by in (By.ROLE, By.QUEUE):
            return self.owner_name
        return self.receivers[verb] if grant.by == By.SHARE else grant.detail


def _facts(actor: Actor, obj: ObjectDef, record_id: int, reasons: Mapping[Verb, tuple[Grant, ...]]) -> _Facts:
    conditions = [
        grant.condition for granted in reasons.values() for grant in granted if grant.condition is not None
    ]
    tests = {
        f"met_{place}": Case(
            When(condition, then=Value(value=True)), default=Value(value=False), output_field=BooleanField()
        )
        for place, condition in enumerate(conditions)
    }
    columns = ("owner_id",) if has_owner(obj) else ("pk",)
    rows = obj.model._base_manager.filter(pk=record_id).annotate(**tests)
    row = rows.values_list(*columns, *tests).first()
    if row is None:
        raise NotFound(_("There is no such record."))
    owner = row[0] if has_owner(obj) else None
    owner_name = Principal.objects.filter(pk=owner).values_list("name", flat=True).first() if owner else ""
    met = frozenset(id(condition) for condition, holds in zip(conditions, row[1:], strict=True) if holds)
    shared = any(grant.by == By.SHARE for granted in reasons.values() for grant in granted)
    receivers = _receivers(actor, obj, record_id) if shared else dict.fromkeys(VERBS, "")
    return _Facts(owner, owner_name or "", met, receivers)


def _receivers(actor: Actor, obj: ObjectDef, record_id: int) -> dict[Verb, str]:
    """Return for each verb the names of those through whom the record was given to the actor."""
    profits = actor.snapshot.receives_for(actor.user_id, hierarchy=True)
    shares = RecordShare.objects.filter(prefix=obj.prefix, record_id=record_id, principal__in=sorted(profits))
    given = list(shares.order_by("principal__name").values_list("level", "principal__name"))
    needed: Mapping[Verb, int] = {"read": Level.READ, "edit": Level.EDIT}
    return {
        verb: ", ".join(name for level, name in given if level >= needed.get(verb, Level.ALL))
        for verb in VERBS
    }


def _limit(actor: Actor, obj: ObjectDef, verb: Verb) -> str:
    """Return the name of the actor's licence where it has not the right on the object."""
    limit = next((one.limit for one in actor.rights.bundles if one.limit is not None), None)
    if limit is None or obj.name in OPEN | GUARDED:
        return ""
    return "" if RIGHT[verb] in limit.rows(obj.name) else limit.name


def _on_object(actor: Actor, obj: ObjectDef, verb: Verb) -> Iterable[Reason]:
    """Yield the profile and permission sets that have the right on the object."""
    right = RIGHT[verb]
    if actor.system:
        yield Reason(verb, By.SYSTEM)
    for bundle in actor.rights.bundles:
        if right in bundle_rights(bundle, obj.name):
            yield Reason(verb, By.PROFILE if bundle.is_profile else By.PERMISSION_SET, bundle.name)
