"""Who is told what: by settings, by rights, in one's language, at a price that does not grow with the records."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused

import orjson
import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from essor.access.actor import Actor, actor_for
from essor.access.models import OrgDefault, User
from essor.access.tests.team import Person
from essor.access.version import bump
from essor.domain.notifications import following, mails, reading
from essor.domain.notifications.models import Notification
from essor.domain.notifications.notices import notify
from essor.jobs.models import LiveMessage
from essor.jobs.tasks import ALONE
from essor.kernel import ids
from essor.kernel.tests.outbox import deliver
from essor.records.change import Change
from essor.records.save import save, save_many


def titles(user: Actor) -> list[str]:
    return [row.title for row in reading.latest(user.user_id, 50)]


def test_each_person_reads_it_in_their_language_and_the_bell_hears_of_it(boss: Actor, person: Person) -> None:
    one, other = person("Ana"), person("Luc", language="fr")
    told = notify([one.user_id, other.user_id], "followed", lambda: gettext("Name"), by=boss.user_id)
    assert told == 2
    assert titles(one) == ["Name"]
    assert titles(other) == ["Nom"]
    heard = LiveMessage.objects.get(channel=f"user:{other.user_id}")
    assert orjson.loads(heard.payload)["notification"]["title"] == "Nom"
    notify([one.user_id], "job_finished", "Done")  # pages follow the job itself: one toast is enough
    heard = LiveMessage.objects.filter(channel=f"user:{one.user_id}").latest("id")
    assert "title" not in orjson.loads(heard.payload)["notification"]


def test_nobody_hears_of_their_own_deed_nor_when_they_left(boss: Actor, rep: Actor) -> None:
    User.objects.filter(pk=rep.user_id).update(is_active=False)
    assert notify([boss.user_id, rep.user_id], "followed", "x", by=boss.user_id) == 0


def test_a_record_out_of_sight_is_not_told(boss: Actor, rep: Actor) -> None:
    OrgDefault.objects.update_or_create(object_name="Account", defaults={"access": OrgDefault.Access.PRIVATE})
    bump()
    boss, rep = (actor_for(User.objects.get(pk=one.user_id)) for one in (boss, rep))
    hidden = save(boss, Change("Account", {"Name": "Hidden"})).id
    theirs = save(boss, Change("Account", {"Name": "Theirs", "OwnerId": ids.encode("005", rep.user_id)})).id
    assert notify([rep.user_id], "followed", "no", record=("Account", hidden)) == 0
    assert notify([rep.user_id], "followed", "yes", record=("Account", theirs)) == 1


def test_a_thousand_people_cost_what_ten_cost(boss: Actor, person: Person) -> None:
    people = [person(f"P{place}").user_id for place in range(12)]
    counts = []
    for some in (people[:2], people):
        with CaptureQueriesContext(connection) as asked:
            notify(some, "followed", "x")
        counts.append(len(asked))
    assert counts[1] <= counts[0]


@pytest.mark.parametrize(
    ("in_app", "pace", "shown", "sent"), [(True, "off", 1, 0), (False, "now", 0, 1), (False, "off", 0, 0)]
)
def test_settings_decide_where_one_hears(rep: Actor, in_app: bool, pace: str, shown: int, sent: int) -> None:
    reading.choose(rep.user_id, {"followed": (in_app, pace)})
    notify([rep.user_id], "followed", "Look")
    mails.send_now.func()
    assert len(titles(rep)) == shown
    assert len(mail.outbox) == sent


def test_mails_that_came_together_are_one_and_lead_to_the_settings(rep: Actor) -> None:
    reading.choose(rep.user_id, {"followed": (True, "now")})
    notify([rep.user_id], "followed", "First")
    notify([rep.user_id], "followed", "Second", body="Stage : A → B")
    mails.send_now.func()
    mails.send_now.func()
    (letter,) = mail.outbox
    assert letter.subject == "2 notifications"
    assert "First" in letter.body
    assert "A → B" in letter.body
    assert "/me/notifications" in letter.body
    assert "/me/notifications" in letter.extra_headers["List-Unsubscribe"]


def test_the_daily_summary_leaves_out_what_was_read(rep: Actor) -> None:
    reading.choose(rep.user_id, {"followed": (True, "daily")})
    notify([rep.user_id], "followed", "Read already")
    reading.mark_all(rep.user_id)
    notify([rep.user_id], "followed", "Not yet")
    mails.send_now.func()
    assert not mail.outbox
    mails.send_summaries.func()
    assert "Not yet" in mail.outbox[0].body
    assert "Read already" not in mail.outbox[0].body
    assert not Notification.objects.exclude(mail="off").exists()


def test_the_daily_summary_leaves_out_what_one_may_not_see_any_more(boss: Actor, rep: Actor) -> None:
    for kind in ("followed", "assigned"):
        reading.choose(rep.user_id, {kind: (True, "daily")})
    secret, theirs = (save(boss, Change("Account", {"Name": name})).id for name in ("Secret", "Theirs"))
    notify([rep.user_id], "followed", "Secret changed", record=("Account", secret))
    notify([rep.user_id], "assigned", "Theirs is yours", record=("Account", theirs))
    notify([rep.user_id], "followed", "About nothing")
    OrgDefault.objects.update_or_create(object_name="Account", defaults={"access": OrgDefault.Access.PRIVATE})
    save(boss, Change("Account", {"OwnerId": ids.encode("005", rep.user_id)}, id=theirs))
    bump()
    mails.send_summaries.func()
    [letter] = mail.outbox
    assert ("Theirs is yours" in letter.body, "About nothing" in letter.body) == (True, True)
    assert "Secret" not in letter.body
    assert not Notification.objects.exclude(mail="off").exists()


def test_nobody_is_mailed_who_may_not_enter_any_more(rep: Actor) -> None:
    reading.choose(rep.user_id, {"followed": (True, "daily")})
    notify([rep.user_id], "followed", "Once told")
    User.objects.filter(pk=rep.user_id).update(is_frozen=True)
    mails.send_summaries.func()
    assert not mail.outbox


def test_a_new_owner_is_told_of_a_record_and_of_a_heap_once(boss: Actor, rep: Actor) -> None:
    owner = ids.encode("005", rep.user_id)
    save(boss, Change("Account", {"Name": "Acme", "OwnerId": owner}))
    save(boss, Change("Account", {"Name": "Mine"}))
    deliver()
    assert titles(rep) == ["Account “Acme” is now yours"]
    assert titles(boss) == []
    leads = [Change("Lead", {"LastName": f"L{n}", "Company": "C"}) for n in range(30)]
    made = save_many(boss, "Lead", leads)
    deliver()
    save_many(
        boss, "Lead", [Change("Lead", {"OwnerId": owner}, id=one.saved.id) for one in made if one.saved]
    )
    deliver()
    assert titles(rep)[0] == "30 records are now yours: leads"
    assert len(titles(rep)) == 2
    save_many(
        boss,
        "Lead",
        [Change("Lead", {"LastName": f"M{n}", "Company": "C", "OwnerId": owner}) for n in range(200)],
    )
    deliver()
    assert titles(rep) == ["230 records are now yours: leads", "Account “Acme” is now yours"]


def test_followers_hear_what_changed_but_not_hidden_fields_nor_their_own_changes(
    boss: Actor, rep: Actor
) -> None:
    key = save(boss, Change("Account", {"Name": "Acme", "Phone": "0102030405"})).id
    for one in (boss, rep):
        following.follow(one.user_id, "Account", key)
        following.follow(one.user_id, "Account", key)
    save(boss, Change("Account", {"Name": "Acme SA"}, id=key))
    deliver()
    (row,) = reading.latest(rep.user_id, 5)
    assert row.title == "Account “Acme SA” has changed"
    assert row.body == "Account name: Acme → Acme SA"
    assert titles(boss) == []
    following.unfollow(rep.user_id, "Account", key)
    save(boss, Change("Account", {"Name": "Acme"}, id=key))
    deliver()
    assert len(titles(rep)) == 1


def test_a_mass_edit_of_what_one_follows_is_one_notice(boss: Actor, rep: Actor) -> None:
    made = save_many(boss, "Account", [Change("Account", {"Name": f"A{n}"}) for n in range(8)])
    keys = [one.saved.id for one in made if one.saved]
    for key in keys:
        following.follow(rep.user_id, "Account", key)
    save_many(boss, "Account", [Change("Account", {"Phone": "0102030405"}, id=key) for key in keys])
    deliver()
    (row,) = reading.latest(rep.user_id, 5)
    assert (row.title, row.count) == ("8 changes to what you follow: accounts", 8)
    assert row.body.splitlines()[0] == "Account “A0” has changed"


def test_another_ones_notification_cannot_be_marked(boss: Actor, rep: Actor) -> None:
    notify([rep.user_id], "followed", "x")
    row = reading.latest(rep.user_id, 1)[0]
    with pytest.raises(Exception, match="no such notification"):
        reading.mark(boss.user_id, row.pk)
    assert reading.unread(rep.user_id) == 1


def test_a_mail_that_cannot_be_sent_keeps_no_other_back(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, ana = person("Gone"), person("Ana")
    for one in (gone, ana):
        choose(one)
        notify([one.user_id], "followed", "News")
    send, refused = EmailMultiAlternatives.send, [True]

    def refusing(letter: EmailMultiAlternatives) -> int:
        if letter.to == [gone.email] and refused:
            raise SMTPRecipientsRefused({gone.email: (550, b"no such user")})
        return send(letter)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refusing)
    with pytest.raises(SMTPRecipientsRefused):
        mails.send_now.func()
    assert [letter.to for letter in mail.outbox] == [[ana.email]]
    refused.clear()
    mails.send_now.func()
    assert [letter.to for letter in mail.outbox] == [[ana.email], [gone.email]]


def test_mails_are_sent_by_one_task_at_a_time() -> None:
    """A mail is marked after it went out: a second run beside the first would send it again (see `jobs.tasks`)."""
    assert {one.module_path for one in (mails.send_now, mails.send_summaries)} <= ALONE


def choose(one: Actor) -> None:
    """Let somebody have a mail about each change of what they follow."""
    reading.choose(one.user_id, {"followed": (True, "now")})
