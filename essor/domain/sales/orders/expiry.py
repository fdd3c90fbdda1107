"""Tells the owners of a contract and of its account some time before it ends, once for each end."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access.models import User
from essor.domain.notifications.kinds import Kind, register
from essor.domain.notifications.notices import Notice, send
from essor.domain.sales.orders.models import Contract
from essor.domain.sales.orders.objects import ACTIVATED, NOTICES
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.formats import day as written

EXPIRING = register(
    Kind(
        "contract_ends",
        gettext_lazy("A contract ends soon"),
        gettext_lazy("A contract of yours, or with one of your accounts, is about to end."),
        "clipboard",
        mail="now",
    )
)
MOST = 500  # contracts in one transaction


@task(retries=3)
def tell() -> None:
    """Tell of all contracts whose notice begins today or began before, in pieces."""
    while _tell(timezone.localdate()):
        check_interrupted()


def _due(today: date) -> Q:
    """Return which contracts people should hear of and have not yet."""
    near = Q(pk=None)
    for notice in NOTICES:
        last = today + timedelta(days=int(notice.value))
        near |= Q(owner_expiration_notice=notice.value, end_date__lte=last)
    untold = Q(expiry_told_for=None) | ~Q(expiry_told_for=F("end_date"))
    return near & untold & Q(is_deleted=False, status=ACTIVATED, end_date__gte=today)


@transaction.atomic
def _tell(today: date) -> bool:
    rows = list(
        Contract.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(_due(today))
        .order_by("pk")[:MOST]
    )
    owners = {key for row in rows for key in (row.owner_id, row.account.owner_id) if key is not None}
    people = {one.pk: one for one in User.objects.filter(pk__in=owners)}
    send(
        [
            _notice(row, people[key])
            for row in rows
            for key in dict.fromkeys((row.owner_id, row.account.owner_id))
            if key in people
        ]
    )
    # Book-keeping of ours, no change of the record: no revision, no history.
    Contract.objects.filter(pk__in=[row.pk for row in rows]).update(expiry_told_for=F("end_date"))
    return len(rows) == MOST


def _notice(row: Contract, user: User) -> Notice:
    def title() -> str:
        words = {"number": row.contract_number, "account": row.account.name}
        return _("The contract %(number)s with %(account)s ends soon") % words

    def body() -> str:
        return (
            _("It ends on %(day)s.") % {"day": written(row.end_date, user.locale, "long")}
            if row.end_date
            else ""
        )

    return Notice(user.pk, EXPIRING.name, title, body, ("Contract", row.pk))


SCHEDULE.add("contracts.expiry", tell, daily(time(6, 30)))
