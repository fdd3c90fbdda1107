"""The statuses that members of a campaign may have: usual ones by type, one that comes first, several that are a response."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.catalog.definitions import Choice, ObjectDef
from essor.domain.marketing.campaigns.models import CampaignMember, CampaignMemberStatus
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER, STATUS
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records.batch import Batch
from essor.records.change import Change
from essor.records.dependent import values
from essor.records.rules import after, before, guard
from essor.records.save import save_many

YIELDS = "first status"  # the source of the write that lets the earlier first status go
HOLDS: frozenset[str] = frozenset({"registered", "attended"})  # who has one of the places


@dataclass(frozen=True, slots=True)
class Status:
    """One status of a campaign's members."""

    label: str
    responded: bool = False
    first: bool = False
    meaning: str = ""


def usual(family: str) -> tuple[Status, ...]:
    """Return the statuses that a new campaign starts with, in the reader's language."""
    if family == "event":
        return (
            Status(_("Invited"), first=True, meaning="invited"),
            Status(_("Registered"), responded=True, meaning="registered"),
            Status(_("On the waiting list"), responded=True, meaning="waiting"),
            Status(_("Declined"), meaning="declined"),
            Status(_("Attended"), responded=True, meaning="attended"),
            Status(_("Did not attend"), meaning="absent"),
        )
    if family == "phone":
        return (
            Status(_("To call"), first=True),
            Status(_("Not reached")),
            Status(_("Reached"), responded=True),
            Status(_("Interested"), responded=True),
            Status(_("Not interested"), responded=True),
        )
    return (
        Status(pgettext("member", "Planned"), first=True),
        Status(pgettext("member", "Sent"), meaning="sent"),
        Status(_("Responded"), responded=True),
    )


def of_campaigns(keys: Collection[int]) -> dict[int, tuple[Status, ...]]:
    """Return the statuses of campaigns in their order: one query."""
    rows = CampaignMemberStatus.objects.filter(campaign_id__in=keys, is_deleted=False)
    found: dict[int, list[Status]] = defaultdict(list)
    for campaign, label, responded, first, meaning in rows.order_by("sort_order", "pk").values_list(
        "campaign_id", "label", "has_responded", "is_default", "meaning"
    ):
        found[campaign].append(Status(label, responded, first, meaning or ""))
    return {key: tuple(some) for key, some in found.items()}


@values(MEMBER, "Status")
def offered(actor: Actor, campaigns: Collection[int]) -> dict[int, tuple[Choice, ...]]:
    """Return the statuses of those campaigns that the actor sees, for controls."""
    where = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in campaigns))
    seen = {
        row["Id"] for row in run.rows(actor, Query(CAMPAIGN, columns=(Column(Path(("Id",))),), where=where))
    }
    found = of_campaigns(seen)
    return {key: tuple(Choice(one.label, one.label) for one in some) for key, some in found.items()}


def labelled(statuses: Iterable[Status], *meanings: str) -> str | None:
    """Return the label of the first status that means one of these, None when the campaign has none."""
    return next((one.label for one in statuses if one.meaning in meanings), None)


@after(CAMPAIGN, reads=("Type",))
def start_with_usual(batch: Batch) -> None:
    """Give each new campaign the statuses of its type."""
    types = batch.object.field("Type")
    changes: list[Change] = []
    with override(batch.actor.language):
        for row in batch.creating():
            chosen = types.choice(str(row.get("Type")))
            family = str(chosen.facts.get("family", "")) if chosen else ""
            changes.extend(
                Change(
                    STATUS,
                    {
                        "CampaignId": row.id,
                        "Label": one.label,
                        "SortOrder": place,
                        "HasResponded": one.responded,
                        "IsDefault": one.first,
                        "Meaning": one.meaning or None,
                    },
                )
                for place, one in enumerate(usual(family), start=1)
            )
    if changes:
        save_many(in_house(batch.actor), STATUS, changes, source=batch.source)


@before(STATUS, reads=("CampaignId", "IsDefault"))
def one_first(batch: Batch) -> None:
    """There is always a first status: it ceases to be that by another one's becoming it."""
    for row in batch.updating():
        if row.changes("IsDefault") and not row.get("IsDefault") and batch.source.name != YIELDS:
            row.refuse("IsDefault", _("Make another status the first one instead."))


@after(STATUS, reads=("CampaignId", "IsDefault", "Label", "HasResponded"))
def follow(batch: Batch) -> None:
    """Let the earlier first status cease to be it, and let members follow a new name or a new meaning of their status."""
    firsts = {
        row.get("CampaignId"): row.id for row in batch if row.get("IsDefault") and row.changes("IsDefault")
    }
    earlier = CampaignMemberStatus.objects.filter(campaign_id__in=firsts, is_default=True, is_deleted=False)
    others = [key for key in earlier.values_list("pk", flat=True) if key not in firsts.values()]
    if others:
        yields = [Change(STATUS, {"IsDefault": False}, id=key) for key in others]
        save_many(in_house(batch.actor), STATUS, yields, source=replace(batch.source, name=YIELDS))
    labels = {
        (row.get("CampaignId"), row.prior("Label")): row.get("Label")
        for row in batch.updating()
        if row.changes("Label") or row.changes("HasResponded")
    }
    if labels:
        save_many(in_house(batch.actor), MEMBER, _relabelled(labels), source=batch.source)


def _relabelled(labels: Mapping[tuple[int, str], str]) -> list[Change]:
    """Return the changes that give members the new label of their status, by (campaign, label before): one query."""
    among = [Q(campaign_id=campaign, status=before) for campaign, before in labels]
    rows = CampaignMember.objects.filter(reduce(or_, among), is_deleted=False)
    return [
        Change(MEMBER, {"Status": labels[campaign, str(status)]}, id=key)
        for key, campaign, status in rows.values_list("pk", "campaign_id", "status")
    ]


@guard(STATUS)
def keep_used(actor: Actor, obj: ObjectDef, keys: Collection[int]) -> None:  # noqa: ARG001 -- guards are called so
    """A status that members have, and the first one, stay as long as their campaign does."""
    mine = CampaignMember.objects.filter(
        campaign_id=OuterRef("campaign_id"), status=OuterRef("label"), is_deleted=False
    )
    rows = CampaignMemberStatus.objects.filter(pk__in=list(keys), is_deleted=False).annotate(
        used=Exists(mine)
    )
    found = list(rows.values_list("campaign_id", "label", "is_default", "used"))
    left = CampaignMemberStatus.objects.filter(
        campaign_id__in={campaign for campaign, *_rest in found}, is_deleted=False
    ).exclude(pk__in=list(keys))
    staying = set(
        left.values_list("campaign_id", flat=True)
    )  # the others go as a whole: with all their statuses
    for campaign, label, first, used in found:
        if campaign not in staying:
            continue
        if first:
            text = _("Members start with “%(status)s”: make another status the first one before.")
        elif used:
            text = _("Members have the status “%(status)s”: give them another one before.")
        else:
            continue
        raise ValidationFailed([FieldError("", "DELETE_FAILED", text % {"status": label})])


def families() -> Mapping[str, str]:
    """Return {type of campaign: mailing, event, phone or nothing}."""
    return {
        one.value: str(one.facts.get("family", ""))
        for one in current.get().object(CAMPAIGN).field("Type").choices
    }
