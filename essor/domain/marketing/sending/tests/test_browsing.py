"""Everybody stands on one page of a mailing's recipients, in the order in which they are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.domain.marketing.sending import browsing
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import State

START = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.sampled_from((None, 0, 1, 2, State.CLAIMED, State.SENT)), max_size=12),
    size=st.integers(1, 4),
)
def test_pages_hold_everybody_once_and_in_order(
    organization: None, rows: list[int | None], size: int
) -> None:
    mailing = ListEmail.objects.create(name="M")
    Recipient.objects.bulk_create(
        Recipient(
            list_email=mailing,
            kind=1,
            person_id=place,
            state=one if isinstance(one, State) else State.WAITING,
            due_at=None if one is None else START + timedelta(microseconds=int(one)),
        )
        for place, one in enumerate(rows)
    )
    found: list[Recipient] = []
    after, pages = "", 0
    while pages == 0 or after:
        some, after = browsing.page(mailing.pk, State.WAITING, after, size)
        assert len(some) == size or not after
        found, pages = found + some, pages + 1
    kept = Recipient.objects.filter(list_email=mailing, state__in=(State.WAITING, State.CLAIMED))
    order = sorted(kept, key=lambda one: (*place(one), one.pk))
    assert [one.pk for one in found] == [one.pk for one in order]
    assert all(
        browsing.page(mailing.pk, State.SENT, text, 99)[1] == "" for text in ("", "x", "due-9-" + "9" * 30)
    )


def place(one: Recipient) -> tuple[bool, datetime]:
    """Those being handed over come first, then who is due, and last who waits for the winner of a trial."""
    if one.state == State.CLAIMED:
        return False, START
    return True, one.due_at or START + timedelta(days=9)
