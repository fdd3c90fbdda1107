"""Everybody notes their own absences; administrators those of all, in one list."""

from __future__ import annotations

import pytest
from django.test import Client

from essor.access.models import User
from essor.domain.absences.models import Absence

pytestmark = pytest.mark.django_db


def test_a_wrong_absence_keeps_what_was_typed_and_a_right_one_is_seen_by_all_who_must(
    seller: Client, admin: Client, boss: User
) -> None:
    rep = User.objects.exclude(pk=boss.pk).get(user_type=User.Kind.STANDARD)
    sent = {"first": "2999-02-02", "last": "2999-01-01", "deputy": str(boss.pk)}
    wrong = seller.post("/me/absence", sent)
    assert wrong.status_code == 422
    assert 'value="2999-02-02"' in wrong.content.decode()
    seller.post("/me/absence", sent | {"last": "2999-02-05", "user": str(boss.pk)})
    row = Absence.objects.get()
    assert (row.user_id, row.deputy_id) == (rep.pk, boss.pk)
    assert f"{boss.name} stands in" in seller.get("/me/absence").content.decode()
    assert rep.name in admin.get("/setup/absences/").content.decode()
    assert seller.post("/setup/absences/", {"remove": str(row.pk)}).status_code == 403
    admin.post("/setup/absences/", {"remove": str(row.pk)})
    assert not Absence.objects.exists()
    admin.post("/setup/absences/", {"user": str(rep.pk), "first": "2999-01-01", "last": "2999-01-02"})
    assert Absence.objects.get().user_id == rep.pk
