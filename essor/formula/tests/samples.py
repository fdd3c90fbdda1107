"""A little object with one field of every kind, its rows, and the two ways of computing a formula over them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, ClassVar

from django.db import connection, models
from django.db.models import F

from essor.catalog.definitions import Catalog, Choice, Field, ObjectDef
from essor.catalog.kinds import kind
from essor.formula import Formula, compile_field, compile_formula, evaluate, to_sql
from essor.formula.tree import Path
from essor.kernel.clock import Moment, moment_for

PARIS = moment_for("Europe/Paris", now=datetime(2024, 3, 31, 0, 30, 15, 250000, tzinfo=UTC))
STAMFORD = moment_for("America/New_York", now=datetime(2024, 11, 3, 5, 59, 59, tzinfo=UTC))


class Sample(models.Model):
    """The table; it exists only inside a test."""

    parent = models.ForeignKey("self", models.SET_NULL, null=True, db_constraint=False)
    name = models.TextField(null=True)
    nick = models.CharField(max_length=255, null=True)
    area = models.TextField(null=True)
    score = models.FloatField(null=True)
    rank = models.FloatField(null=True)
    heads = models.IntegerField(null=True)
    rate = models.FloatField(null=True)
    amount = models.BigIntegerField(null=True)
    flag = models.BooleanField(default=False)
    slider = models.BooleanField(null=True)
    day = models.DateField(null=True)
    other_day = models.DateField(null=True)
    instant = models.DateTimeField(null=True)
    other_instant = models.DateTimeField(null=True)
    clock = models.TimeField(null=True)
    stage = models.CharField(max_length=255, null=True)
    reasons = models.TextField(null=True)
    parent_id: int | None
    objects: ClassVar[models.Manager[Sample]] = models.Manager()

    class Meta:
        """Of no application."""

        app_label = "formula_samples"
        db_table = "formula_sample"
        managed = False


STAGES = tuple(Choice(value) for value in ("New", "Won", "Lost", "Été"))
REASONS = tuple(Choice(value) for value in ("Price", "Size", "Other"))


def _field(name: str, attr: str, kind_name: str, **more: Any) -> Field:
    return Field("Sample", name, attr, kind(kind_name), name, **more)


def lookup_field(name: str, *targets: str, **options: Any) -> Field:
    """Return a lookup to several objects."""
    return _field(name, "parent_id", "lookup", targets=targets, options=options)


def formula_field(name: str, returns: str, text: str, **options: Any) -> Field:
    """Return a formula field."""
    return _field(name, name.lower(), "formula", formula=text, options={"returns": returns, **options})


FIELDS = (
    _field("Id", "id", "id"),
    _field(
        "ParentId", "parent_id", "lookup",
        targets=("Sample",), relation="parent", relationship="Parent", child_relationship="Samples",
    ),
    _field("Name", "name", "text", options={"length": 80}),
    _field("Nick__c", "nick", "text", options={"length": 80}, custom=True),
    _field("Area", "area", "textarea"),
    _field("Score", "score", "number", options={"scale": 4}),
    _field("Rank", "rank", "number", options={"scale": 2}),
    _field("Heads", "heads", "number"),
    _field("Rate", "rate", "percent"),
    _field("Amount", "amount", "money"),
    _field("Flag", "flag", "checkbox"),
    _field("Slider", "slider", "slider"),
    _field("Day", "day", "date"),
    _field("OtherDay", "other_day", "date"),
    _field("Instant", "instant", "datetime"),
    _field("OtherInstant", "other_instant", "datetime"),
    _field("Clock", "clock", "time"),
    _field("Stage", "stage", "picklist", choices=STAGES),
    _field("Reasons", "reasons", "multiselect", choices=REASONS),
)  # fmt: skip


OTHER = ObjectDef("Queue", "Queue", "Queues", "00G", Sample, FIELDS[:1])


def catalog_with(*more: Field) -> Catalog:
    """Return the catalog with further fields (formulas)."""
    sample = ObjectDef("Sample", "Sample", "Samples", "a0X", Sample, (*FIELDS, *more))
    return Catalog(1, {"Sample": sample, "Queue": OTHER})


CATALOG = catalog_with()


def compiled(text: str, *, catalog: Catalog = CATALOG, **options: Any) -> Formula:
    """Return a compiled formula over the sample object."""
    return compile_formula(text, catalog.object("Sample"), catalog, **options)


def field_at(path: Path, catalog: Catalog) -> Field:
    """Return the field at the end of a path."""
    return catalog.object("Sample").field(path[-1])


@cache
def formula_at(name: str, catalog: Catalog) -> Formula:
    """Return the formula of a formula field."""
    sample = catalog.object("Sample")
    return compile_field(sample.field(name), sample, catalog)


def in_sql(formula: Formula, *, moment: Moment = PARIS, catalog: Catalog = CATALOG) -> Any:
    """Return the formula as an expression, formula fields on its paths included."""

    def resolve(path: Path, prefix: str = "") -> Any:
        found = field_at(path, catalog)
        prefix += "".join("parent__" for _step in path[:-1])
        if not found.formula:
            return F(prefix + found.attr)
        inner = formula_at(found.name, catalog)
        return to_sql(inner, lambda below: resolve(below, prefix), moment=moment)

    return to_sql(formula, resolve, moment=moment)


def in_python(
    formula: Formula, row: Sample | None, *, moment: Moment = PARIS, catalog: Catalog = CATALOG
) -> Any:
    """Return the formula's value for a row in memory."""

    def value_of(path: Path) -> object:
        record = row
        for _step in path[:-1]:
            record = record.parent if record else None
        found = field_at(path, catalog)
        if found.formula:
            return in_python(formula_at(found.name, catalog), record, moment=moment, catalog=catalog)
        return getattr(record, found.attr) if record else None

    return evaluate(formula, value_of, moment=moment)


@contextmanager
def table() -> Iterator[None]:
    """Make the table inside the test's transaction."""
    columns = ", ".join(
        f"{connection.ops.quote_name(str(one.column))} {one.db_type(connection)}"
        for one in Sample._meta.local_concrete_fields
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE formula_sample ({columns.replace('NOT NULL', '')})")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE formula_sample")


TEXTS = (
    None, "a", "A", "abc", "ABC", "Straße", "été", "ÉTÉ", "œuvre", " pad\t", "12", "-3.5", "1e3", "0012", "12abc",
    "2024-02-29", "2023-02-29", "2024-1-5 9:05:03", "2024-03-31 01:30:00", "ana@example.fr", "a;b", "😀 smile", "İı",
    "x" * 60, "a.b.c", "_HL_", "'quoted'", '"', "\\", "%", "Ωσς", "10.50", "+7", ".5", "5.", "1e99", "9" * 30,
)  # fmt: skip
NUMBERS = (
    None, 0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 2.5, -2.5, 1.005, -1.005, 2.675, 0.1, 0.3, -0.3, 12.0, -12.0, 7.0, 100.0,
    99.995, 1234567.8912, 1e15, -1e15, 999999999999999.0, 1e18, -1e18, 0.0001, -0.0001, 3.14, 2024.0, 29.0, 31.0, 45.7,
)  # fmt: skip
DAYS = (
    None, date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(2024, 12, 31), date(2000, 1, 1),
    date(1970, 1, 1), date(1969, 12, 31), date(1700, 1, 1), date(4000, 12, 31), date(2024, 3, 31),
    date(2024, 10, 27), date(2100, 2, 28), date(1900, 2, 28), date(2024, 11, 3),
)  # fmt: skip
INSTANTS = (
    None, datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC), datetime(2024, 3, 31, 1, 0, tzinfo=UTC),
    datetime(2024, 10, 27, 0, 30, 0, 123456, tzinfo=UTC), datetime(2024, 2, 29, 23, 30, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(2024, 1, 31, 12, 0, 0, 1, tzinfo=UTC),
    datetime(1700, 1, 1, tzinfo=UTC), datetime(4000, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2023, 6, 30, 22, 0, tzinfo=UTC),
)  # fmt: skip
CLOCKS = (None, time(0, 0), time(23, 59, 59, 999999), time(9, 5, 3), time(14, 30, 0, 120000))


def rows(count: int = 120, seed: int = 7) -> list[Sample]:
    """Store and return rows that mix all these values; some have a parent."""
    luck = random.Random(seed)  # noqa: S311 -- the same rows every time
    made = [_row(luck, key) for key in range(1, count + 1)]
    for row in made:
        row.parent_id = luck.choice([None, *range(1, count + 1)])
    Sample.objects.bulk_create(made)
    return list(Sample.objects.select_related("parent__parent__parent").order_by("id"))


def _row(luck: random.Random, key: int) -> Sample:
    values: Mapping[str, Any] = {
        "name": luck.choice(TEXTS), "nick": luck.choice(TEXTS), "area": luck.choice(TEXTS),
        "score": luck.choice(NUMBERS), "rank": luck.choice([*NUMBERS, round(luck.uniform(-100, 100), 2)]),
        "heads": luck.choice([None, 0, 1, -1, 3, 7, 2_000_000_000]),
        "rate": luck.choice([None, 0.0, 50.0, 33.33, -10.0, 100.0]),
        "amount": luck.choice([None, 0, 1, -1, 1250, 99999, -1005, 2**53 + 1, 2**63 - 1, -(2**63)]),
        "flag": luck.choice([True, False]), "slider": luck.choice([True, False, None]),
        "day": luck.choice(DAYS), "other_day": luck.choice(DAYS),
        "instant": luck.choice(INSTANTS), "other_instant": luck.choice([*INSTANTS, *(
            None if one is None else one + timedelta(minutes=90) for one in INSTANTS)]),
        "clock": luck.choice(CLOCKS), "stage": luck.choice([None, "New", "Won", "Lost", "Été"]),
        "reasons": luck.choice([None, ";Price;", ";Price;Size;", ";Other;"]),
    }  # fmt: skip
    return Sample(id=key, **values)
