"""Puts people into campaigns and changes their status, by the piece: what was done twice after a crash changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.campaigns.rules import WHOM
from essor.domain.marketing.campaigns.statuses import Status, of_campaigns
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.query import run
from essor.query.access import visible_q
from essor.query.tree import Column, Compare, Constant, Order, Path, Query
from essor.query.walk import matching
from essor.records.change import Change, Result, Source
from essor.records.save import DEFAULT, save_many

LINKS = {name: link for link, name in WHOM.items()}
CHUNK = 500
People = dict[tuple[str, int], int | None]  # (object, key): the campaign that names the person


@dataclass(slots=True)
class Added:
    """How many became members, how many were some already (and whose status was changed), and why others were refused."""

    added: int = 0
    there: int = 0
    changed: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        return {
            "added": self.added,
            "there": self.there,
            "changed": self.changed,
            "refused": dict(self.refused),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Added:
        """Return what `as_json` kept."""
        return cls(
            data.get("added", 0),
            data.get("there", 0),
            data.get("changed", 0),
            Counter(data.get("refused", {})),
        )


def checked(actor: Actor, campaign: int, status: str = "") -> tuple[Status, ...]:
    """Return the campaign's statuses; NotFound or Forbidden unless the actor may change the campaign's members.

    ValidationFailed for a status that is none of them.
    """
    if not catalog_for(actor).has(MEMBER) or not row_access.may(
        actor, current.get().object(MEMBER), "create"
    ):
        raise Forbidden(_("You may not change the members of campaigns."))
    obj = current.get().object(CAMPAIGN)
    rows = obj.model._default_manager.filter(pk=campaign, is_deleted=False)
    for verb in ("read", "edit"):
        condition = visible_q(actor, obj, verb=verb)
        if not (rows if condition is None else rows.filter(condition)).exists():
            raise (
                NotFound(_("There is no such campaign."))
                if verb == "read"
                else Forbidden(_("You may not change the members of this campaign."))
            )
    statuses = of_campaigns([campaign]).get(campaign, ())
    if status and status not in {one.label for one in statuses}:
        raise ValidationFailed(
            [FieldError("Status", "INVALID_STATUS", _("Choose one of the campaign’s statuses."))]
        )
    return statuses


def add(
    actor: Actor,
    campaign: int,
    object_name: str,
    keys: Sequence[int],
    *,
    status: str = "",
    override: bool = False,
    source: Source = DEFAULT,
    total: Added | None = None,
) -> Added:
    """Make contacts or leads members and return the counts, added to `total`. Call `checked` before.

    Without `status` they get the first one. Who is a member already stays as they are unless `override` gives them
    the status too.
    """
    outcome = total if total is not None else Added()
    link = LINKS[object_name]
    attr = current.get().object(MEMBER).field(link).attr
    rows = CampaignMember.objects.filter(
        campaign_id=campaign, **{f"{attr}__in": list(keys)}, is_deleted=False
    )
    there = dict(rows.values_list(attr, "pk"))
    outcome.there += len(there)
    values = {"Status": status} if status else {}
    new = [Change(MEMBER, {"CampaignId": campaign, link: key, **values}) for key in keys if key not in there]
    outcome.added += _counted(outcome, save_many(actor, MEMBER, new, source=source))
    if override and status and there:
        outcome.changed += set_status(actor, there.values(), status, source=source, total=outcome)
    return outcome


def add_selected(
    actor: Actor,
    campaign: int,
    object_name: str,
    keys: Sequence[int],
    *,
    status: str = "",
    override: bool = False,
    source: Source = DEFAULT,
    total: Added | None = None,
) -> Added:
    """Do as `add` for contacts, for leads, or for the people behind members of other campaigns."""
    outcome = total if total is not None else Added()
    people = behind(actor, keys) if object_name == MEMBER else {(object_name, key): None for key in keys}
    for name in LINKS:
        own = [key for one, key in people if one == name]
        if own:
            add(actor, campaign, name, own, status=status, override=override, source=source, total=outcome)
    return outcome


def behind(actor: Actor, keys: Sequence[int]) -> People:
    """Return the persons of members, each once, with their campaign; a converted lead is its contact."""
    found: People = {}
    columns = tuple(Column(Path((name,))) for name in ("ContactId", "LeadId", "CampaignId"))
    for at in range(0, len(keys), CHUNK):
        for row in run.rows(actor, Query(MEMBER, columns=columns, where=matching(keys[at : at + CHUNK]))):
            name = "Contact" if row["ContactId"] is not None else "Lead"
            if row[LINKS[name]] is not None:
                found.setdefault((name, row[LINKS[name]]), row["CampaignId"])
    return found


def set_status(
    actor: Actor, keys: Iterable[int], status: str, *, source: Source = DEFAULT, total: Added | None = None
) -> int:
    """Give members (keys) a status of their campaign and return how many have it now; refusals are counted in `total`."""
    results = save_many(
        actor, MEMBER, [Change(MEMBER, {"Status": status}, id=key) for key in keys], source=source
    )
    return _counted(total if total is not None else Added(), results)


def _counted(outcome: Added, results: Iterable[Result]) -> int:
    done = 0
    for result in results:
        done += result.ok
        outcome.refused.update(error.message for error in result.errors)
    return done


def of_person(actor: Actor, object_name: str, key: int, limit: int = 50) -> list[dict[str, Any]]:
    """Return the memberships of a contact or a lead that the actor sees, the newest first."""
    paths = (
        "Id",
        "Status",
        "HasResponded",
        "FirstRespondedDate",
        "CreatedDate",
        "CampaignId",
        "Campaign.Name",
        "Campaign.Type",
        "Campaign.StartDate",
    )
    query = Query(
        MEMBER,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in paths),
        where=Compare(Path((LINKS[object_name],)), "eq", (Constant(key),)),
        order_by=(Order(Path(("CreatedDate",)), descending=True),),
        limit=limit,
    )
    return run.rows(actor, query)
