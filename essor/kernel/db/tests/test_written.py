"""A question that is written once answers as Django's own query does, whatever it is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import CharField, DateTimeField, Model, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.kernel.db.written import Given, Written
from essor.kernel.models import OutboxEvent

pytestmark = pytest.mark.django_db


def event(topic: str, days: int = 0) -> OutboxEvent:
    created = timezone.now() - timedelta(days=days)
    return OutboxEvent.objects.create(
        topic=topic, object_name="Lead", record_ids="[1]", payload="{}", created=created
    )


def test_records_and_rows_are_those_of_the_query_for_every_value() -> None:
    old, new, other = event("a", days=9), event("a"), event("it's; 100 %")
    since = timezone.now() - timedelta(days=1)

    def recent() -> QuerySet[OutboxEvent]:
        made = OutboxEvent.objects.filter(topic=Given("topic", CharField()))
        return made.filter(created__gt=Given("since", DateTimeField())).order_by("pk")

    question, ids = Written(recent), Written(lambda: recent().values_list("pk", "uuid"))
    assert question.objects(topic="a", since=since) == [new]
    assert question.objects(topic="a", since=since - timedelta(days=30)) == [old, new]
    assert question.objects(topic=other.topic, since=since) == [other]
    assert question.objects(topic="nothing", since=since) == []
    assert ids.rows(topic="a", since=since) == [(new.pk, new.uuid)]
    assert question.objects(topic="a", since=since)[0].created == new.created


def test_django_writes_it_once_and_again_when_the_table_has_got_a_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event("a")
    written: list[type[Model]] = []

    def all_of_them() -> QuerySet[OutboxEvent]:
        written.append(OutboxEvent)
        return OutboxEvent.objects.filter(topic=Given("topic", CharField()))

    question = Written(all_of_them)
    with CaptureQueriesContext(connection) as asked:
        assert len(question.objects(topic="a")) == len(question.objects(topic="a")) == 1
    assert (len(written), len(asked)) == (1, 2)
    OutboxEvent._meta._expire_cache()  # as `attach` does when it gives a class the columns of new fields
    question.objects(topic="a")
    assert len(written) == 2
