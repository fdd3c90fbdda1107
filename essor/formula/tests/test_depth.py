"""Formulas as deep, wide and nested as people write them run on both databases."""

from __future__ import annotations

import pytest
from django.db.models import Case, F, Q, When

from essor.formula import Formula, evaluate, to_sql
from essor.formula.sql import FormulaExpression
from essor.formula.tests.samples import (
    PARIS,
    Sample,
    catalog_with,
    compiled,
    field_at,
    formula_at,
    formula_field,
    in_python,
    in_sql,
)
from essor.formula.tests.test_functions import alike
from essor.formula.tree import Path

DEEP = (
    "ABS(@)",
    "ROUND(@, 1)",
    "IF(Flag, @, Rank)",
    "IF(@ > 1, 1, 2)",
    "(@ * 1.01)",
    "(Score / @)",
    "MOD(@, 7)",
    "SQRT(@)",
    "YEAR(ADDMONTHS(Day, @))",
    "MAX(@, Rank)",
    "VALUE(TEXT(@))",
    "CASE(@, 1, 2, 3)",
    "BLANKVALUE(1 / @, 3)",
    "(1 + @)",
    'LEN(LPAD("a", @))',
    'FIND("b", Name, @)',
    "EXP(@ / 100)",
)


@pytest.mark.parametrize("shape", DEEP)
def test_functions_inside_one_another(shape: str, sample_rows: list[Sample]) -> None:
    """Thirty levels: SQLite's parser alone would give up before."""
    text = "Score"
    for _level in range(30):
        text = shape.replace("@", text)
    _check(compiled(text), sample_rows[:20])


def test_long_ladders_and_sums(sample_rows: list[Sample]) -> None:
    """Hundreds of terms, conditions and branches do not nest."""
    ladder = "".join(f'IF(Score = {i}, "{i}", ' for i in range(60)) + '"none"' + ")" * 60
    for text in (
        ladder,
        " + ".join(["Score"] * 600),
        " && ".join(["Score > 1"] * 300),
        " & ".join(["Name"] * 600),
        "^".join(["Rank"] * 7),
    ):
        _check(compiled(text), sample_rows[:20])


CHAIN = catalog_with(
    formula_field("A", "number", "IF(Score > 1, ROUND(Score * Rank, 2), MAX(Rank, FLOOR(Score / 3)))"),
    formula_field("B", "number", "IF(ISBLANK(Name), A, ROUND(A * 2 + LEN(LEFT(Name, 3)), 1))"),
    formula_field("C", "text", 'IF(B > 5, "x" & TEXT(B), LEFT(Name, B))'),
    formula_field("D", "date", "ADDMONTHS(Day, LEN(C)) + B"),
    formula_field("E", "number", "IF(D > Day, MONTH(D) * B, A)"),
    formula_field("G", "text", "CASE(E, 1, C, 2, Name, TEXT(ROUND(E, 1)))"),
)


@pytest.mark.parametrize("text", ["G", "Parent.E", 'TEXT(Parent.Parent.E) & "x"'])
def test_formulas_over_formulas_over_formulas(text: str, sample_rows: list[Sample]) -> None:
    """Inside a query with sub-selects, with what a query puts around a parent's formula."""

    def nested(formula: Formula, prefix: str = "") -> FormulaExpression:
        def resolve(path: Path) -> F | FormulaExpression | Case:
            field, ahead = field_at(path, CHAIN), prefix + "parent__" * (len(path) - 1)
            if not field.formula:
                return F(ahead + field.attr)
            inner = nested(formula_at(field.name, CHAIN), ahead)
            return Case(When(Q(**{f"{ahead}pk__isnull": False}), then=inner)) if ahead else inner

        return to_sql(formula, resolve, moment=PARIS)

    def value(formula: Formula, row: Sample | None) -> object:
        def value_of(path: Path) -> object:
            record = row
            for _step in path[:-1]:
                record = record.parent if record else None
            field = field_at(path, CHAIN)
            if record is None or not field.formula:
                return getattr(record, field.attr, None)
            return value(formula_at(field.name, CHAIN), record)

        return evaluate(formula, value_of, moment=PARIS)

    formula = compiled(text, catalog=CHAIN)
    known = Sample.objects.annotate(known=nested(formula)).exclude(known=None)
    rows = Sample.objects.filter(pk__in=known.values("pk")).annotate(value=nested(formula))
    found = dict(rows.values_list("pk", "value"))
    assert [row.pk for row in sample_rows if not alike(found.get(row.pk), value(formula, row))] == []


def _check(formula: Formula, rows: list[Sample]) -> None:
    found = dict(Sample.objects.annotate(value=in_sql(formula)).values_list("pk", "value"))
    assert [row.pk for row in rows if not alike(found[row.pk], in_python(formula, row))] == []
