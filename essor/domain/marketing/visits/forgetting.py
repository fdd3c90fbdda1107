"""What is known of visits goes: at once when its person takes the consent back, and by itself after some months."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from essor.catalog import current
from essor.domain.marketing.consent import ask
from essor.domain.marketing.consent.models import OPT_IN
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.visits.models import KEPT_MONTHS, PageView, Visitor, VisitPolicy
from essor.domain.marketing.visits.naming import ENDS
from essor.domain.marketing.visits.objects import PAGE_VIEW
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task
from essor.records import rollups
from essor.records.batch import Batch
from essor.records.rules import after

PART = 2_000
MONTH = timedelta(days=365) / 12
UNTIED = timedelta(days=30)  # after which a browser goes whose reader never became known


@after("Individual", reads=("VisitsConsent", "HasOptedOutTracking"))
def withdraw(batch: Batch) -> None:
    """Who takes the consent back is forgotten in the same transaction; the rows of consent stay as proof."""
    keys = [
        row.id
        for row in batch.updating()
        if row.id is not None
        and (row.changes("VisitsConsent") or row.changes("HasOptedOutTracking"))
        and (row.get("VisitsConsent") != OPT_IN or row.get("HasOptedOutTracking"))
    ]
    if keys:
        forget(keys)


@after(*OBJECTS.values(), reads=("IndividualId",))
def follow(batch: Batch) -> None:
    """Browsers follow a person to another individual, as after a merge; one who does not agree is forgotten."""
    for row in batch.updating():
        now, earlier = row.get("IndividualId"), row.prior("IndividualId")
        if now is None or earlier is None or now == earlier:
            continue
        if now in ask.may_track([now], "visits"):
            Visitor.objects.filter(individual_id=earlier).update(individual_id=now)
        else:
            forget([now, earlier])


def forget(individuals: Collection[int]) -> None:
    """Erase the browsers of individuals and every page that their contacts and leads read."""
    with transaction.atomic():
        Visitor.objects.filter(individual_id__in=individuals).delete()
        for name in OBJECTS.values():
            obj = current.get().object(PAGE_VIEW)
            people = current.get().object(name).model._base_manager.filter(individual_id__in=individuals)
            _erase(Q(**{f"{obj.field(f'{name}Id').attr}__in": people.values("pk")}))


def _erase(which: Q) -> None:
    """Erase pages for good, by pieces: not by way of the recycle bin, where they would stay. Roll-ups over them follow."""
    catalog = current.get()
    while True:
        with transaction.atomic():
            keys = list(PageView.objects.filter(which).values_list("pk", flat=True)[:PART])
            touched = rollups.parents_of_keys(catalog, PAGE_VIEW, keys)
            rows = PageView.objects.filter(pk__in=keys)
            rows._raw_delete(rows.db)
            rollups.refresh_parents(catalog, PAGE_VIEW, touched)
        if len(keys) < PART:
            return


def kept_months() -> int:
    """Return after how many months a page is erased."""
    return VisitPolicy.objects.filter(pk=1).values_list("kept_months", flat=True).first() or KEPT_MONTHS


@task()
def forget_visits() -> None:
    """Erase old pages, and browsers that came no more, whose reader was never known, or whose person is gone."""
    now = timezone.now()
    _erase(Q(visited_date__lt=now - kept_months() * MONTH))
    today = timezone.localdate()
    gone = Q(seen_on__lt=today - ENDS) | Q(individual__isnull=True, seen_on__lt=today - UNTIED)
    models = [current.get().object(name).model for name in OBJECTS.values()]
    some = [
        Exists(model._default_manager.filter(individual_id=OuterRef("individual_id"))) for model in models
    ]
    gone |= Q(individual__isnull=False) & ~(some[0] | some[1])
    Visitor.objects.filter(gone).delete()


SCHEDULE.add("forget visits", forget_visits, daily(time(3, 50)))
