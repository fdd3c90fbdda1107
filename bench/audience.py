"""Freezing the recipients of a mailing: our one INSERT … SELECT beside the bare one, which asks nobody for consent."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction

from bench.clock import in_turns, median
from bench.figure import Figure, ms, times
from bench.people import actor
from essor.domain.marketing.audience.count import counted
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.audience.select import recipients
from essor.domain.marketing.consent import write
from essor.query.actions.segments import Step, save_segment
from essor.query.tree import Compare, Constant, Path

BLOCKED = 20_000
DRAFT = """
CREATE TABLE bench_recipient (id {key}, list_email_id bigint NOT NULL, variant smallint NOT NULL, kind smallint NOT NULL,
    person_id bigint NOT NULL, address varchar(254) NOT NULL, domain varchar(253) NOT NULL, state smallint NOT NULL,
    attempts smallint NOT NULL, due_at {moment}, claimed_at {moment}, sent_at {moment}, code smallint NOT NULL,
    detail varchar(200) NOT NULL)"""
INDEXES = (
    "CREATE INDEX bench_claim ON bench_recipient (list_email_id, state DESC, due_at, id)",
    "CREATE UNIQUE INDEX bench_person ON bench_recipient (person_id, kind, list_email_id)",
)
INTO = """
INSERT INTO bench_recipient
    (list_email_id, variant, kind, person_id, address, domain, state, attempts, code, detail)"""
DOMAIN = {"sqlite": "SUBSTR({0}, INSTR({0}, '@') + 1)", "postgresql": "SPLIT_PART({0}, '@', 2)"}


def measure(leads: int) -> Iterator[Figure]:
    """Yield the freeze of everybody, and the count while an audience is put together."""
    me = actor()
    with transaction.atomic():
        _prepare()
        where = Compare(Path(("Rating",)), "ne", (Constant("Lukewarm"),))
        part = Part(
            "segment", save_segment(me, object_name="Lead", name="bench", steps=[Step("all", where)]).pk
        )
        audience = Audience((part,))
        frozen, params = recipients(audience, me)
        domain = DOMAIN[connection.vendor]
        ours_sql = f"""{INTO} SELECT 1, 0, kind, person_id, COALESCE(address, ''), {domain.format("COALESCE(address, '')")},
            CASE WHEN reason IS NULL THEN 0 ELSE 6 END, 0, COALESCE(reason, 0), '' FROM ({frozen}) AS found"""
        bare_sql = f"""{INTO} SELECT 1, 0, 2, id, COALESCE(email, ''), {domain.format("COALESCE(email, '')")}, 0, 0, 0, ''
            FROM sales_lead WHERE NOT is_deleted AND (rating <> 'Lukewarm' OR rating IS NULL)"""
        made = [_insert(ours_sql, params), _insert(bare_sql, None)]
        assert made[0] == made[1], made
        ours, raw = in_turns(lambda: _insert(ours_sql, params), lambda: _insert(bare_sql, None), times=3)
        ratio = median(ours) / median(raw)
        yield Figure(
            f"freeze of {made[0]:,} recipients", ms(median(ours)), ms(median(raw)), times(ratio), "<= 2x the bare INSERT",
            ratio <= 2,
        )  # fmt: skip
        seen, _again = in_turns(lambda: counted(audience, me), lambda: None, times=3)
        yield Figure(f"count of an audience of {leads:,} with its reasons", ms(median(seen)))
        transaction.set_rollback(True)


def _prepare() -> None:
    with connection.cursor() as cursor:
        key = "integer PRIMARY KEY" if connection.vendor == "sqlite" else "bigserial PRIMARY KEY"
        moment = "datetime" if connection.vendor == "sqlite" else "timestamptz"
        cursor.execute(DRAFT.format(key=key, moment=moment))
        for one in INDEXES:
            cursor.execute(one)
        cursor.execute(f"SELECT email FROM sales_lead WHERE email IS NOT NULL LIMIT {BLOCKED}")
        addresses = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(addresses), 500):
        write.suppress(addresses[start : start + 500], "hard_bounce", "bench")


def _insert(sql: str, params: tuple[object, ...] | None) -> int:
    """Insert and take back; return how many rows there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        transaction.set_rollback(True)
        return cursor.rowcount
