"""May this person be followed, is this address blocked, what did the company decide?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from essor.domain.marketing.consent.models import (
    OPT_IN,
    OPT_OUT,
    Individual,
    Policy,
    Suppression,
    TopicChoice,
)
from essor.query.folding import fold

Following = Literal["opens", "clicks", "visits"]


def policy() -> Policy:
    """Return the company's decisions, the defaults while nobody has decided."""
    return Policy.objects.filter(pk=1).first() or Policy()


def needs_consent(what: Following, rules: Policy | None = None) -> bool:
    """Tell whether only those who agreed are followed; if not, all are but those who refused."""
    if what == "visits":
        return True
    rules = rules or policy()
    return rules.opens_need_consent if what == "opens" else rules.clicks_need_consent


def may_track(individuals: Iterable[int | None], what: Following) -> set[int]:
    """Return those whose opened mails, clicks or visits may be kept with their name: one query.

    People without an individual have said nothing: they may be followed where `needs_consent(what)` is false.
    """
    column = f"{what}_consent"
    rows = Individual.objects.filter(
        pk__in=[key for key in individuals if key is not None], has_opted_out_tracking=False, is_deleted=False
    )
    rows = rows.filter(**{column: OPT_IN}) if needs_consent(what) else rows.exclude(**{column: OPT_OUT})
    return set(rows.values_list("pk", flat=True))


def tracked_sql(what: Following, alias: str) -> str:
    """Return the same as SQL: `alias` is the person's row of `Individual`, joined; all NULL where they have none.

    It looks up what the company decided by itself, so the text is the same for good.
    """
    column, usual = f"{alias}.{what}_consent", str(needs_consent(what, Policy())).upper()
    switch = f"(SELECT {what}_need_consent FROM consent_policy WHERE id = 1)"  # noqa: S608 -- one of our columns
    decided = "NULL" if what == "visits" else switch
    free = f"NOT COALESCE({decided}, {usual})"
    said = f"({column} = '{OPT_IN}' OR ({free} AND COALESCE({column}, '') <> '{OPT_OUT}'))"
    agreed = (
        f"{alias}.id IS NOT NULL AND NOT {alias}.has_opted_out_tracking AND NOT {alias}.is_deleted AND {said}"
    )
    return f"(({alias}.id IS NULL AND {free}) OR ({agreed}))"


@dataclass(frozen=True, slots=True)
class Refusals:
    """Individuals who want no e-mails, none about a topic, or have not agreed to any where the company asks them to."""

    every: set[int]
    topic: set[int]
    agreed: set[int] | None  # None: nobody has to agree


def refusals(individuals: Iterable[int | None], topic: int | None) -> Refusals:
    """Return what people say about e-mails now, those about a topic if one is named: two queries.

    The same as `audience.select` asks when a mailing is frozen.
    """
    keys = [key for key in individuals if key is not None]
    rows = Individual.objects.filter(pk__in=keys)
    said = list(rows.values_list("pk", "email_consent", "has_opted_out_solicit"))
    chosen = TopicChoice.objects.filter(topic_id=topic, individual_id__in=keys) if topic else ()
    choices = {one.individual_id: one.state for one in chosen}
    every = {key for key, state, never in said if state == OPT_OUT or never}
    agreed = {key for key, state, _never in said if OPT_IN in (state, choices.get(key))}
    return Refusals(
        every,
        {key for key, state in choices.items() if state == OPT_OUT},
        agreed if policy().email_needs_consent else None,
    )


def suppressed(addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses, folded, that nobody writes to any more."""
    wanted = {fold(one.strip()) for one in addresses}
    return set(Suppression.objects.filter(address__in=wanted).values_list("address", flat=True))
