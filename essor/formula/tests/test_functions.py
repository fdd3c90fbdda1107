"""Every function gives what its documentation says, in Python and in SQL."""

from __future__ import annotations

import math

import pytest

from essor.formula import FUNCTIONS
from essor.formula.tests.expected import A_ROW, EXPECTED, PARENT
from essor.formula.tests.samples import Sample, compiled, in_python, in_sql


@pytest.mark.parametrize("topic", EXPECTED)
def test_the_documented_value(topic: str, sample_table: None) -> None:
    """Compare every formula of a topic with what it must give."""
    Sample.objects.bulk_create([Sample(**PARENT), Sample(**A_ROW)])
    row = Sample.objects.select_related("parent__parent").get(pk=7)
    wrong = []
    for text, expected in EXPECTED[topic].items():
        formula = compiled(text)
        python = in_python(formula, row)
        sql = Sample.objects.annotate(value=in_sql(formula)).values_list("value", flat=True).get(pk=7)
        wrong += [
            (text, where, value)
            for where, value in (("Python", python), ("SQL", sql))
            if not alike(value, expected)
        ]
    assert wrong == []


def alike(value: object, expected: object) -> bool:
    """Tell whether two values are the same, doubles to the last but few bits."""
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=1e-14, abs_tol=0.0)
    return type(value) is type(expected) and value == expected


def test_empty_numbers_are_zero_unless_the_field_says_blank(sample_table: None) -> None:
    """Salesforce's option, per formula; a rule sees blanks."""
    row = Sample.objects.create(id=1)
    for text, zero, blank in (
        ("Score + 1", 1.0, None),
        ("ISBLANK(Score)", False, True),
        ("BLANKVALUE(Amount, 5)", 0.0, 5.0),
        ("Score = 0", True, False),
        ("Rate", 0.0, None),
        ("MAX(Score, -1)", 0.0, None),
        ("Score = NULL", False, True),
        ("NOT(Score > 1)", True, True),
        ("Score <> 0", False, True),
    ):
        for expected, options in ((zero, {}), (blank, {"blanks": "blank"}), (blank, {"rule": True})):
            formula = compiled(text, **options)
            assert in_python(formula, row) == expected, (text, options)
            assert (
                Sample.objects.annotate(value=in_sql(formula)).values_list("value", flat=True).get()
                == expected
            )


def test_a_formula_filters_sorts_and_groups(sample_rows: list[Sample]) -> None:
    """The expression works wherever Django takes one."""
    from django.db.models import Count

    band = in_sql(compiled('IF(Score > 10, "big", "small")'))
    big = Sample.objects.annotate(band=band).filter(band="big")
    assert big.count() == sum((row.score or 0) > 10 for row in sample_rows)
    groups = dict(
        Sample.objects.annotate(band=band).values_list("band").annotate(count=Count("id")).order_by("band")
    )
    assert groups == {"big": big.count(), "small": len(sample_rows) - big.count()}
    truth = in_sql(compiled("AND(Flag, Day > DATE(2000, 1, 1))"))
    assert (
        Sample.objects.filter(truth).count()
        == Sample.objects.annotate(truth=truth).filter(truth=True).count()
    )
    ordered = Sample.objects.annotate(value=in_sql(compiled("Score * -1"))).order_by("value", "id")
    assert [score or 0 for score in ordered.values_list("score", flat=True)] == sorted(
        ((row.score or 0) for row in sample_rows), reverse=True
    )


def test_every_function_is_tried() -> None:
    """A new function needs a line above (those of validation rules have their own tests)."""
    written = " ".join(text for topic in EXPECTED.values() for text in topic)
    missing = [name for name, one in FUNCTIONS.items() if f"{name}(" not in written and not one.rules_only]
    assert missing == []
