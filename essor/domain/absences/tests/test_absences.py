"""Who is away and who stands in: the absence's own deputy, else the one named on the user."""

from __future__ import annotations

from datetime import timedelta

import pytest

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.access.tests.samples import MakeUser
from essor.domain.absences import away
from essor.domain.absences.actions import add_absence, remove_absence
from essor.domain.absences.away import today
from essor.kernel.errors import Forbidden, ValidationFailed

pytestmark = pytest.mark.django_db


def test_the_deputy_of_the_absence_stands_in_else_the_usual_one(make_user: MakeUser) -> None:
    usual, other, late = make_user("Usual"), make_user("Other"), make_user("Late")
    ann, ben, cid = (make_user(name) for name in ("Ann", "Ben", "Cid"))
    User.objects.filter(pk__in=[ann.pk, ben.pk, cid.pk]).update(delegated_approver=usual)
    add_absence(actor_for(ann), ann.pk, today(), today(), other.pk)
    add_absence(actor_for(ben), ben.pk, today() - timedelta(days=1), today())
    add_absence(actor_for(cid), cid.pk, today() + timedelta(days=1), today() + timedelta(days=2), late.pk)
    users = [ann.pk, ben.pk, cid.pk]
    assert away.absent(users, today()) == {ann.pk, ben.pk}
    assert away.deputies(users) == {ann.pk: other.pk, ben.pk: usual.pk}
    assert set(away.seats(usual.pk)) == {usual.pk, ben.pk}
    assert set(away.seats(late.pk)) == {late.pk}
    User.objects.filter(pk=other.pk).update(is_frozen=True)
    assert away.deputies(users) == {ben.pk: usual.pk}


def test_an_absence_needs_days_to_come_and_somebody_else(make_user: MakeUser, admin: Actor) -> None:
    user = make_user("Ann")
    ann, day = actor_for(user), today()
    with pytest.raises(ValidationFailed) as refused:
        add_absence(ann, user.pk, day, day - timedelta(days=1), user.pk)
    assert {one.field for one in refused.value.errors} == {"last", "deputy"}
    with pytest.raises(Forbidden):
        add_absence(ann, admin.user_id, day, day)
    row = add_absence(admin, user.pk, day, day)
    with pytest.raises(Forbidden):
        remove_absence(actor_for(make_user("Ben")), row.pk)
    remove_absence(ann, row.pk)
    assert not away.still_to_come().exists()
