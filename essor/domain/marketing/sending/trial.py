"""A/B/C: some people get one of several variants, the others the one that did best.

The sample is told in advance: the classical size for comparing two proportions (Fleiss, Levin and Paik, “Statistical
Methods for Rates and Proportions”, chapter 4, without continuity correction), at 5 % significance and 80 % power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, erfc, sqrt
from typing import Any, Literal

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from essor.domain.marketing.sending.models import UNDECIDED, ListEmail, Recipient
from essor.domain.marketing.sending.states import State

Rule = Literal["clicks", "opens"]
Measure = Callable[[int], Mapping[int, int]]
Z_ALPHA, Z_BETA = 1.959964, 0.841621  # two-sided 5 %, 80 %
_measures: dict[str, Measure] = {}


def measure(rule: Rule) -> Callable[[Measure], Measure]:
    """Offer a measure: a function of a mailing's key that returns {variant: how often it was opened, or clicked}."""

    def register(function: Measure) -> Measure:
        _measures[rule] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: `share` percent of the people get one of `variants`; after `hours` the best by `rule` wins."""

    share: int
    hours: int
    rule: Rule = "clicks"
    variants: int = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """How one variant does: after `sent` mails what the rule counts was seen so often, perhaps twice by one person."""

    variant: int
    sent: int
    hits: int

    @property
    def rate(self) -> float:
        """Return hits per mail."""
        return self.hits / self.sent if self.sent else 0.0


def of(mailing: ListEmail) -> Trial | None:
    """Return what a mailing tries, None when nothing."""
    raw: Mapping[str, Any] = mailing.trial
    if not raw.get("variants"):
        return None
    return Trial(int(raw["share"]), int(raw["hours"]), raw.get("rule", "clicks"), 1 + len(raw["variants"]))


def sample_size(base: float, difference: float) -> int:
    """Return the people that each variant needs, so that rates of `base` and `base + difference` are told apart.

    Both are shares from 0 to 1; ValueError outside.
    """
    other = base + difference
    if not (0 < base < 1 and 0 < other < 1) or difference == 0:
        message = "rates lie between 0 and 1, and differ"
        raise ValueError(message)
    mean = (base + other) / 2
    spread = Z_ALPHA * sqrt(2 * mean * (1 - mean)) + Z_BETA * sqrt(base * (1 - base) + other * (1 - other))
    return ceil((spread / difference) ** 2)


def chance(one: Standing, other: Standing) -> float:
    """Return how likely so large a difference is by chance alone (two-sided test of two proportions)."""
    if not one.sent or not other.sent:
        return 1.0
    mean = min(1.0, (one.hits + other.hits) / (one.sent + other.sent))
    error = sqrt(mean * (1 - mean) * (1 / one.sent + 1 / other.sent))
    return erfc(abs(one.rate - other.rate) / error / sqrt(2)) if error else 1.0


def standings(mailing: ListEmail) -> list[Standing]:
    """Return how the variants do in the sample, in their order: now, or when the winner was chosen, which all others got."""
    tried = of(mailing)
    if tried is None:
        return []
    if "decided" in mailing.trial:
        return [Standing(place, sent, hits) for place, (sent, hits) in enumerate(mailing.trial["decided"])]
    sent = dict(
        Recipient.objects.of(mailing.pk, State.SENT, State.BOUNCED)
        .filter(variant__gte=0)
        .order_by()
        .values_list("variant")
        .annotate(Count("id"))
    )
    hits = _measures[tried.rule](mailing.pk) if tried.rule in _measures else {}
    return [Standing(one, sent.get(one, 0), hits.get(one, 0)) for one in range(tried.variants)]


def is_out(mailing: ListEmail) -> bool:
    """Tell whether the sample has been sent: everybody was tried, though some servers may want to be asked again."""
    waiting = Recipient.objects.of(mailing.pk, State.WAITING).filter(due_at__isnull=False)
    left = dict(waiting.values_list("attempts").annotate(Count("id")).order_by())
    return 0 not in left and (not left or Recipient.objects.of(mailing.pk, State.SENT).exists())


def decides_at(mailing: ListEmail) -> datetime | None:
    """Return when the winner is chosen: so many hours after the last mail of the sample; None while it is being sent.

    Full mailboxes and the like are asked again for days: nobody waits for those while others took it at once.
    """
    tried = of(mailing)
    sent = Recipient.objects.of(mailing.pk, State.SENT)
    times = sent.aggregate(first=Max("sent_at", filter=Q(attempts=0)), last=Max("sent_at"))
    last = times["first"] or times["last"]
    return None if tried is None or last is None else last + timedelta(hours=tried.hours)


def decide(mailing: ListEmail) -> datetime | None:
    """Give the winner to all who wait for it. Return when to ask again if it is too early, None when it is done."""
    when = decides_at(mailing)
    if when is not None and when > timezone.now():
        return when
    best = winner(standings(mailing))
    choose(mailing, best)
    return None


def winner(found: list[Standing]) -> int:
    """Return the variant with the highest rate, the earlier one of equals: the stated rule."""
    return max(found, key=lambda one: (one.rate, -one.variant)).variant if found else 0


def choose(mailing: ListEmail, variant: int) -> None:
    """Send the others this variant: by the rule, or because somebody decided early."""
    with transaction.atomic():
        stored = ListEmail.objects.select_for_update().get(pk=mailing.pk).trial
        if "winner" in stored:  # somebody was quicker: the others get that one
            mailing.trial = stored
            return
        rows = Recipient.objects.of(mailing.pk, State.WAITING).filter(variant=UNDECIDED)
        rows.update(variant=variant, due_at=timezone.now())
        decided = [(one.sent, one.hits) for one in standings(mailing)]
        trial = {**mailing.trial, "winner": variant, "decided": decided}
        ListEmail.objects.filter(pk=mailing.pk).update(trial=trial, held_until=None)
        mailing.trial, mailing.held_until = trial, None
