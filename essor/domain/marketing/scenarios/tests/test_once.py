"""An address that a step writes to is found by the index, however many there are."""

from __future__ import annotations

import pytest
from django.db import connection

from essor.domain.marketing.scenarios import once

pytestmark = pytest.mark.django_db


def test_who_came_too_late_is_looked_up_address_by_address() -> None:
    mine = once._MINE.format(people="%s")
    sql = once._OTHERS.format(folded=once._FOLDED[connection.vendor], mine=mine)
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(("EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN ") + sql, [1, 0, 1, 1, "s1", 1])
        plan = [row[-1] for row in cursor.fetchall()]
    asked = [line for line in plan if "address" in line and ("Index Cond" in line or "SEARCH a" in line)]
    assert len(asked) == 1, plan
