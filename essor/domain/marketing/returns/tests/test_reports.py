"""What came back is understood: the code, the reason, the date, and what it means for the address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.domain.marketing.returns.categories import category
from essor.domain.marketing.returns.models import Category
from essor.domain.marketing.returns.reports import status_of, understood
from essor.domain.marketing.returns.tests import letters

CASES = [
    ("5.1.1", "550 5.1.1 User unknown", "5.1.1", Category.HARD),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "5.1.10", Category.HARD),
    ("5.0.0", "550 5.2.1 Mailbox disabled", "5.2.1", Category.HARD),
    ("5.0.0", "550 user unknown", "5.0.0", Category.HARD),
    ("5.2.2", "552 5.2.2 Mailbox full", "5.2.2", Category.SOFT),
    ("4.4.1", "451 no answer from host", "4.4.1", Category.SOFT),
    ("5.3.4", "552 5.3.4 Message too big", "5.3.4", Category.SOFT),
    ("5.7.26", "550 5.7.26 unauthenticated", "5.7.26", Category.POLICY),
    ("5.7.1", "554 5.7.1 blocked, user unknown to be nice", "5.7.1", Category.POLICY),
    ("", "554 Transaction failed", "5.0.0", Category.SOFT),
]


@pytest.mark.parametrize(("status", "diagnostic", "code", "meaning"), CASES)
def test_a_delivery_report_says_what_became_of_the_address(
    status: str, diagnostic: str, code: str, meaning: Category
) -> None:
    report = understood(letters.delivery(letters.failed(status, diagnostic)))
    (outcome,) = report.outcomes
    assert (report.kind, outcome.address, outcome.action) == ("bounce", "ana@example.fr", "failed")
    assert (outcome.status, outcome.reason) == (code, diagnostic)
    assert report.at == datetime(2026, 11, 19, 8, 12, 1, tzinfo=UTC)
    assert category(outcome.status, outcome.reason) == meaning


@pytest.mark.parametrize(("raw", "code"), [(letters.QMAIL, "5.1.1"), (letters.EXIM, "5.0.0")])
def test_servers_with_older_habits_are_understood(raw: bytes, code: str) -> None:
    (outcome,) = understood(raw).outcomes
    assert (outcome.address, outcome.status) == ("ana@example.fr", code)
    assert category(outcome.status, outcome.reason) == Category.HARD


def test_an_answer_of_somebody_who_is_away_is_no_bounce_whatever_it_says() -> None:
    assert understood(letters.AWAY).kind == "other"


def test_a_report_names_the_mail_that_it_is_about() -> None:
    assert (
        "<7@x>" in understood(letters.delivery(letters.failed("5.1.1", "x"), message_id="<7@x>")).message_ids
    )
    assert understood(letters.complaint(message_id="<9@x>")).kind == "complaint"
    assert "<9@x>" in understood(letters.complaint(message_id="<9@x>")).message_ids


@given(st.binary(max_size=400), st.integers(0, 900))
def test_nothing_that_comes_in_breaks_anything(noise: bytes, at: int) -> None:
    whole = letters.delivery(letters.failed("5.1.1", "550 unknown"))
    assert understood(noise).kind in ("bounce", "complaint", "other")
    assert understood(whole[:at] + noise + whole[at:]).kind in ("bounce", "complaint", "other")


def test_a_reply_code_stands_in_for_a_missing_status() -> None:
    assert status_of("452 busy") == "4.0.0"
    assert status_of("550 client [5.1.1.7] is blocked") == "5.0.0", "no code, but part of an address"
    assert status_of("nothing to say") == ""
