"""Whatever is asked about the recipients of a mailing, an index answers: there are millions of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.marketing.returns.models import Category
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.sending import browsing, control, freezing, launch, outbox, trial, waiting
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENDING, State
from essor.domain.marketing.tracking import reading
from essor.kernel import ids

TABLE = "sending_recipient"
PEOPLE = "SELECT 1 AS kind, CAST({} AS bigint) AS person_id, 'a@dest.example' AS address, NULL AS reason"


@pytest.fixture
def mailing() -> ListEmail:
    """A trial under way with somebody in each state."""
    values = {"variants": [{}], "share": 100, "hours": 1}
    found = ListEmail.objects.create(name="Spring", status=SENDING, trial=values)
    people = " UNION ALL ".join(PEOPLE.format(number) for number, _state in enumerate(State))
    freezing.insert(found, people, [], timezone.now())
    for number, state in enumerate(State):
        Recipient.objects.filter(person_id=number).update(state=state)
    freezing.count(found.pk)
    return found


def test_an_index_answers_whatever_is_asked_of_recipients(admin: Client, mailing: ListEmail) -> None:
    asked: list[tuple[str, str]] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if TABLE in sql and not sql.startswith(("EXPLAIN", "INSERT")) and params is not None:
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            with connection.cursor() as cursor:  # with the values bound, as SQLite gets them
                cursor.execute(f"{explain} {sql}", params)
                asked.append((sql, "\n".join(str(row[-1]) for row in cursor.fetchall())))
        return execute(sql, params, many, context)

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # of a few rows it would read all
            cursor.execute("SET LOCAL enable_seqscan = off")
    key, actor = mailing.pk, system_actor()
    with connection.execute_wrapper(look):
        for show in ("waiting", "sent", "unsure", "refused", "bounced", "skipped"):
            page = admin.get(f"/r/{ids.encode('0XB', key)}/recipients?state={show}")
            assert b"not visible to you" in page.content
        admin.get(f"/r/{ids.encode('0XB', key)}/progress")
        reading.by_domain(key)
        trial.standings(mailing), trial.decides_at(mailing)
        outbox.next_due(key), outbox.is_due(key), outbox.undecided(key)
        outbox.awaken([key])
        mailing.held_until = timezone.now()
        waiting.why(mailing, "en_GB")
        for after in ("", f"due-5-{10**15}", "later-5-"):
            browsing.page(key, State.WAITING, after, 2)
        outbox.claim(key, outbox.take_over(key), 5)
        control.leave(actor, key), control.send_again(actor, key)
        trial.choose(mailing, 1)
        capped, values = freezing.sent_since(timezone.now(), "")
        with connection.cursor() as cursor:
            cursor.execute(capped, values)
        refused = Recipient.objects.of(key, State.REFUSED).get()
        take([Returned(refused.pk, Category.SOFT, "5.2.2", "full", timezone.now())])
        launch.forget(mailing)
    assert len(asked) > 20
    for sql, plan in asked:
        if connection.vendor == "postgresql":
            assert f"Seq Scan on {TABLE}" not in plan, (sql, plan)
            assert "Index Cond" in plan, (sql, plan)
        else:
            assert not re.search(rf"SCAN ({TABLE}|r)\b", plan), (sql, plan)
