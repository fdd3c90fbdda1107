"""When a contract ends, what it needs to be activated, and what stays as it is from then on."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from django.utils.translation import gettext as _

from essor.domain.sales.orders.objects import ACTIVATED
from essor.records.batch import Batch, Row
from essor.records.rules import before

CONTRACT = "Contract"
READS = ("Status", "StartDate", "ContractTerm", "EndDate", "AccountId", "ActivatedDate")
LONGEST = 1200  # months
FORMER = "FormerContractId"
KEPT = ("AccountId", "StartDate", "CurrencyIsoCode")  # of an activated contract


@before(CONTRACT, reads=(*READS, FORMER, "CurrencyIsoCode"))
def contracts(batch: Batch) -> None:
    """Work out the end; an activated contract has a beginning and an end, and stays activated."""
    for row in batch:
        term = row.get("ContractTerm")
        if term is not None and (not 1 <= term <= LONGEST or term != int(term)):
            row.refuse("ContractTerm", _("A term is a whole number of months."), "NUMBER_OUTSIDE_VALID_RANGE")
            continue
        if row.id is not None and row.get(FORMER) == row.id:
            row.refuse(FORMER, _("A contract does not renew itself."), "FIELD_INTEGRITY_EXCEPTION")
        start = row.get("StartDate")
        end = end_of(start, int(term)) if start is not None and term is not None else None
        if end != row.get("EndDate"):
            row.set("EndDate", end)
        if row.prior("Status") == ACTIVATED:
            _keep(batch, row)
        elif row.get("Status") == ACTIVATED:
            _activate(batch, row)


def end_of(start: date, months: int) -> date:
    """Return the last day of a term."""
    place = start.year * 12 + start.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1])) - timedelta(days=1)


def _keep(batch: Batch, row: Row) -> None:
    if row.get("Status") != ACTIVATED:
        row.refuse("Status", _("An activated contract stays activated."), "INVALID_STATUS")
    for name in KEPT:
        if row.changes(name):
            message = _("“%(field)s” of an activated contract stays as it is.")
            row.refuse(name, message % {"field": batch.object.field(name).label}, "FIELD_INTEGRITY_EXCEPTION")


def _activate(batch: Batch, row: Row) -> None:
    for name in ("StartDate", "ContractTerm"):
        if row.get(name) is None:
            row.refuse(
                name, _("A contract is activated with a start date and a term."), "REQUIRED_FIELD_MISSING"
            )
    row.set("ActivatedDate", batch.now)
