"""Which campaigns brought a deal about: the first touch, the last one, or all of them in equal parts.

A touch is the response of somebody of the deal (a contact role, or its contact) to a campaign, from so many days before the
deal was created until it was closed; and the deal's primary campaign source, on the day the deal was created. A campaign
touches a deal once, between its first and its last response. Equal parts are whole cents that add up to the deal's amount.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.access.view import catalog_for
from essor.domain.marketing.campaigns.models import CampaignMember, InfluenceSetting
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query import execute, source
from essor.query.environment import Env, env_for

Model = Literal["first", "last", "even"]
MODELS: tuple[Model, ...] = ("first", "last", "even")
DEAL, ROLE = "Opportunity", "OpportunityContactRole"
LONGEST = 3_650

SQL = """
WITH deals AS ({deals}), people AS ({people}),
touches AS (
    SELECT deal, campaign, MIN(at) AS first_at, MAX(at) AS last_at FROM (
        SELECT d.d_id AS deal, m.campaign_id AS campaign, m.first_responded_date AS at
        FROM deals d JOIN people p ON p.deal = d.d_id
        JOIN {member} m ON m.contact_id = p.person AND NOT m.is_deleted AND m.has_responded
        WHERE m.first_responded_date >= {since} AND (NOT d.d_closed OR m.first_responded_date <= d.d_close)
        UNION ALL
        SELECT d_id, d_campaign, {began} FROM deals WHERE d_campaign IS NOT NULL
    ) AS every GROUP BY deal, campaign
),
ranked AS (
    SELECT deal, campaign,
        ROW_NUMBER() OVER (PARTITION BY deal ORDER BY first_at, campaign) AS f,
        ROW_NUMBER() OVER (PARTITION BY deal ORDER BY last_at DESC, campaign DESC) AS l,
        ROW_NUMBER() OVER (PARTITION BY deal, campaign IN ({wanted}) ORDER BY campaign) AS o,
        COUNT(*) OVER (PARTITION BY deal) AS n
    FROM touches
)
SELECT r.campaign, d.d_currency, d.d_won,
    SUM(CASE WHEN r.f = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN r.l = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN r.o = 1 THEN 1 ELSE 0 END),
    SUM(CASE WHEN r.f = 1 THEN d.d_amount ELSE 0 END), SUM(CASE WHEN r.l = 1 THEN d.d_amount ELSE 0 END),
    SUM(d.d_amount / r.n + CASE WHEN r.f <= d.d_amount %% r.n THEN 1 ELSE 0 END)
FROM ranked r JOIN deals d ON d.d_id = r.deal
WHERE r.campaign IN ({wanted})
GROUP BY r.campaign, d.d_currency, d.d_won"""


def _none() -> dict[Model, int]:
    return dict.fromkeys(MODELS, 0)


@dataclass(slots=True)
class Influence:
    """What is credited to a campaign by each model, in one currency's minor units; lost deals are in none of it.

    `deals` and `won_deals` may be added up over the campaigns that were asked about together: in equal parts, a deal that
    touched several of them is counted with one.
    """

    deals: dict[Model, int] = field(default_factory=_none)
    won_deals: dict[Model, int] = field(default_factory=_none)
    open: dict[Model, int] = field(default_factory=_none)
    won: dict[Model, int] = field(default_factory=_none)


def roi(won: int, cost: int | None) -> float | None:
    """Return what came back beyond the cost, in percent of it; None without a cost."""
    return None if not cost else (won - cost) * 100 / cost


def days() -> int:
    """Return how long before a deal a response still counts."""
    found = InfluenceSetting.objects.filter(pk=1).values_list("days", flat=True).first()
    return InfluenceSetting().days if found is None else found


@transaction.atomic
def set_days(actor: Actor, wanted: int) -> None:
    """Keep another number of days. Forbidden without the right to customize; ValidationFailed beyond ten years."""
    require(actor, Permission.CUSTOMIZE)
    if not 0 <= wanted <= LONGEST:
        text = _("Enter a number of days from 0 to %(most)d.") % {"most": LONGEST}
        raise ValidationFailed([FieldError("days", "INVALID_FIELD_VALUE", text)])
    InfluenceSetting.objects.update_or_create(pk=1, defaults={"days": wanted})


def influence(actor: Actor, campaigns: Collection[int]) -> dict[int, dict[str, Influence]]:
    """Return {campaign: {currency: its influence}} over the deals that the actor sees: one statement for all of them."""
    if not campaigns or not catalog_for(actor).has(DEAL) or not catalog_for(actor).object(DEAL).has("Amount"):
        return {}
    env = env_for(actor)
    try:
        sql, params = _statement(env, sorted(campaigns))
    except EmptyResultSet:
        return {}
    found: dict[int, dict[str, Influence]] = {}
    for campaign, currency, won, *figures in execute.run(env, sql, params):
        one = found.setdefault(campaign, {}).setdefault(currency, Influence())
        counts, parts = figures[: len(MODELS)], figures[len(MODELS) :]
        for model, count, part in zip(MODELS, counts, parts, strict=True):
            one.deals[model] += count
            one.won_deals[model] += count if won else 0
            (one.won if won else one.open)[model] += int(part or 0)
    return found


def _statement(env: Env, campaigns: list[int]) -> tuple[str, tuple[Any, ...]]:
    obj, roles = source.object_named(DEAL, env), env.full.object(ROLE).model
    responded = CampaignMember.objects.filter(
        campaign_id__in=campaigns, has_responded=True, is_deleted=False, contact__isnull=False
    ).values("contact_id")
    named = roles._base_manager.filter(is_deleted=False)
    rows = (
        source.rows(obj, env)
        .filter(
            Q(campaign_id__in=campaigns)
            | Q(contact_id__in=responded)
            | Q(pk__in=named.filter(contact_id__in=responded).values("opportunity_id"))
        )
        .filter(Q(is_closed=False) | Q(is_won=True))
    )
    rows = rows.annotate(
        d_id=F("pk"),
        d_amount=F("amount"),
        d_won=F("is_won"),
        d_closed=F("is_closed"),
        d_close=F("close_date"),
        d_created=F("created_date"),
        d_campaign=F("campaign_id"),
        d_person=F("contact_id"),
        d_currency=F("currency_iso_code"),
    )
    columns = (
        "d_id",
        "d_amount",
        "d_won",
        "d_closed",
        "d_close",
        "d_created",
        "d_campaign",
        "d_person",
        "d_currency",
    )
    deals, params = execute.statement(env, rows.values_list(*columns))
    quote = connections[env.using].ops.quote_name
    parts = quote(roles._meta.db_table)
    people = (
        f"SELECT opportunity_id AS deal, contact_id AS person FROM {parts} WHERE NOT is_deleted AND opportunity_id IN "  # noqa: S608
        "(SELECT d_id FROM deals) UNION SELECT d_id, d_person FROM deals WHERE d_person IS NOT NULL"
    )
    window = days()
    since = f"DATE(d.d_created, '-{window} days')" if env.sqlite else f"(d.d_created::date - {window})"
    began = "DATE(d_created)" if env.sqlite else "d_created::date"
    sql = SQL.format(
        deals=deals,
        people=people,
        member=quote(CampaignMember._meta.db_table),
        since=since,
        began=began,
        wanted=", ".join(str(int(key)) for key in campaigns),
    )
    return sql, params
