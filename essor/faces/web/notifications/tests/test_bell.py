"""The bell, the page of notifications, their settings, and following."""

from __future__ import annotations

from django.test import Client

from essor.access.models import User
from essor.domain.notifications import following, reading
from essor.domain.notifications.notices import notify
from essor.faces.web.conftest import New, text
from essor.kernel import ids


def test_the_bell_counts_and_opening_one_marks_it_read(admin: Client, boss: User, new: New) -> None:
    account = new("Account", Name="Acme")
    notify([boss.pk], "followed", "Acme <b>moved</b>", record=("Account", ids.decode(account)[1]))
    assert "1 unread notification" in text(admin.get("/notifications/count"))
    assert "&lt;b&gt;moved" in text(admin.get("/notifications/panel"))
    key = reading.latest(boss.pk, 1)[0].pk
    assert admin.get(f"/notifications/{key}/").headers["Location"] == f"/r/{account}/"
    assert text(admin.get("/notifications/count")).strip() == ""
    admin.post(f"/notifications/{key}/read?unread=1")
    assert reading.unread(boss.pk) == 1
    admin.post("/notifications/read")
    assert reading.unread(boss.pk) == 0


def test_the_page_shows_older_ones_behind_and_nothing_of_others(
    admin: Client, seller: Client, boss: User
) -> None:
    for place in range(52):
        notify([boss.pk], "followed", f"Number {place}.")
    page = text(admin.get("/notifications/"))
    assert "Number 51." in page
    assert "Number 1." not in page
    oldest = reading.latest(boss.pk, 50)[-1].pk
    assert "Number 1." in text(admin.get(f"/notifications/?before={oldest}"))
    assert "No notifications yet" in text(seller.get("/notifications/"))
    assert seller.get(f"/notifications/{oldest}/").status_code == 404


def test_settings_are_kept_and_nonsense_is_refused(admin: Client, boss: User) -> None:
    assert "I am mentioned" in text(admin.get("/me/notifications"))
    admin.post("/me/notifications", {"mail-followed": "daily"})
    chosen = {one.kind.name: (one.in_app, one.mail) for one in reading.choices(boss.pk)}
    assert chosen["followed"] == (False, "daily")
    assert chosen["mentioned"] == (True, "now")
    assert admin.post("/me/notifications", {"mail-followed": "hourly"}).status_code == 422


def test_following_is_offered_on_the_record_page(admin: Client, boss: User, new: New) -> None:
    account = new("Account", Name="Acme")
    assert f"/r/{account}/follow" in text(admin.get(f"/r/{account}/"))
    admin.post(f"/r/{account}/follow")
    assert following.follows(boss.pk, "Account", ids.decode(account)[1])
    assert "follow?stop=1" in text(admin.get(f"/r/{account}/"))
    admin.post(f"/r/{account}/follow?stop=1")
    assert not following.follows(boss.pk, "Account", ids.decode(account)[1])
