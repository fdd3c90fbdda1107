"""What real companies have as well: records that lack something, and deals whose close date nobody has moved."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from essor.domain.sales.models import Account, Contact, Lead, Opportunity

EVERY_LATE_DEAL = 9
# {object: {column: one record in so many lacks it}}
GAPS = {
    Account: {"website": 17, "industry": 23, "phone": 13},
    Contact: {"title": 15, "email": 11},
    Lead: {"lead_source": 14, "phone": 12, "email": 19},
    Opportunity: {"next_step": 6, "amount": 29},
}

UNFINISHED = Q(is_closed=False, has_opportunity_line_item=False)


def make(now: datetime) -> None:
    """Empty some columns and let some open deals be late, one statement each; the same records every time.

    What a deal lacks it lacks while it is open and has no lines: what was won was won for an amount.
    """
    for model, columns in GAPS.items():
        for column, share in columns.items():
            rows = model._default_manager.annotate(place=F("pk") % share).filter(place=share - 1)
            also = {"phone_e164": None} if column == "phone" else {}
            also |= {"expected_revenue": None} if column == "amount" else {}
            if model is Opportunity:
                rows = rows.filter(UNFINISHED)
            rows.update(**{column: None}, **also)
    late = Opportunity.objects.annotate(place=F("pk") % EVERY_LATE_DEAL).filter(place=2, is_closed=False)
    for turn, days in enumerate((3, 11, 26)):
        some = late.annotate(turn=F("pk") % 27 / EVERY_LATE_DEAL).filter(turn=turn)
        some.update(close_date=(now - timedelta(days=days)).date())
