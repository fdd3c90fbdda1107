"""A sample gets the variants, the others the one that did best; the size of the sample is told in advance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.marketing.sending import freezing, runner, trial
from essor.domain.marketing.sending.models import UNDECIDED, ListEmail, Recipient
from essor.domain.marketing.sending.states import SENDING, SENT, State
from essor.domain.marketing.sending.tests.conftest import CONTACTS, LETTER
from essor.domain.marketing.sending.tests.sink import Sink
from essor.domain.marketing.sending.trial import Standing

Make = Callable[..., ListEmail]
TRIAL = {"variants": [{"subject": "B"}], "share": 40, "hours": 2, "rule": "clicks"}


def test_the_sample_is_the_textbooks() -> None:
    # Fleiss, Levin and Paik: 10 % against 15 % needs 686 people each; 3 % against 4 % some 5,300.
    assert trial.sample_size(0.10, 0.05) == 686
    assert 5_290 < trial.sample_size(0.03, 0.01) < 5_310
    with pytest.raises(ValueError, match="between 0 and 1"):
        trial.sample_size(0.99, 0.05)


def test_the_highest_rate_wins_and_the_earlier_of_equals() -> None:
    assert trial.winner([Standing(0, 100, 3), Standing(1, 50, 2)]) == 1
    assert trial.winner([Standing(0, 100, 4), Standing(1, 50, 2)]) == 0
    assert trial.chance(Standing(0, 1000, 100), Standing(1, 1000, 150)) < 0.001
    assert trial.chance(Standing(0, 10, 30), Standing(1, 10, 5)) == 1, (
        "more clicks than mails say nothing of people"
    )


@pytest.mark.django_db
def test_no_variant_gets_more_than_one_above_another_however_people_are_drawn(mailing: Make) -> None:
    contact = apps.get_model("sales", "Contact")
    tried = {**TRIAL, "variants": [{"subject": "B"}, {"subject": "C"}], "share": 50}
    made = mailing([f"p{place}" for place in range(31)], trial=tried)
    contact.objects.bulk_create(
        contact(first_name=f"q{place}", last_name="L", name="L", email=f"q{place}@dest.example")
        for place in range(38)
    )
    blocked = f"SELECT kind, person_id, address, CASE WHEN person_id %% 7 = 0 THEN 3 END AS reason FROM ({CONTACTS}) c"
    while freezing.insert(made, blocked, [], timezone.now(), most=5):
        pass
    freezing.insert(made, blocked, [], timezone.now())
    rows = Recipient.objects.filter(list_email=made)
    mailable = rows.exclude(state=State.SKIPPED).count()
    assert rows.count() == 69
    shares = Counter(rows.filter(variant__gte=0).values_list("variant", flat=True))
    assert abs(shares.total() - mailable / 2) <= 1
    assert max(shares.values()) - min(shares[variant] for variant in range(3)) <= 1
    assert not rows.filter(state=State.SKIPPED, variant__gte=0).exists()


@pytest.mark.django_db
def test_a_full_mailbox_in_the_sample_does_not_hold_up_the_winner(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(trial._measures, "clicks", lambda _key: {1: 3})
    made = mailing([f"p{place}" for place in range(10)], [LETTER, LETTER], trial=TRIAL)
    full = Recipient.objects.filter(list_email=made, variant=0).first()
    assert full is not None
    server.rcpt = {full.address.partition("@")[0]: "452 4.2.2 full"}
    runner.run(made.pk)
    assert len(server.mailed) == 3
    Recipient.objects.filter(list_email=made, sent_at__isnull=False).update(
        sent_at=timezone.now() - timedelta(hours=3)
    )
    runner.run(made.pk)
    made.refresh_from_db()
    assert (made.trial.get("winner"), len(server.mailed)) == (1, 9)
    trial.choose(ListEmail.objects.get(pk=made.pk), 0)
    made.refresh_from_db()
    assert made.trial["winner"] == 1, "whoever chooses too late changes nothing"


@pytest.mark.django_db
def test_the_rest_waits_for_the_winner_and_gets_it(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(trial._measures, "clicks", lambda _key: {0: 0, 1: 3})
    other = replace(LETTER, subject=("Variant B",))
    made = mailing([f"p{place}" for place in range(100)], [LETTER, other], trial=TRIAL)
    shares = Counter(Recipient.objects.filter(list_email=made).values_list("variant", flat=True))
    assert shares == {0: 20, 1: 20, UNDECIDED: 60}
    runner.run(made.pk)
    made.refresh_from_db()
    assert (made.status, made.total_sent) == (SENDING, shares[0] + shares[1])
    assert made.held_until is not None
    assert timedelta(minutes=110) < made.held_until - timezone.now() < timedelta(minutes=121)
    Recipient.objects.filter(list_email=made, sent_at__isnull=False).update(
        sent_at=timezone.now() - timedelta(hours=3)
    )
    runner.run(made.pk)
    made.refresh_from_db()
    assert (made.status, made.trial["winner"]) == (SENT, 1)
    assert trial.standings(made) == [Standing(0, 20, 0), Standing(1, 20, 3)], "as it stood in the sample"
    assert (
        sum(b"Subject: Variant B" in data for _from, _to, data in server.got) == shares[1] + shares[UNDECIDED]
    )
