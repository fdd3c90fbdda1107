"""Formulas over formulas, and what is known of a formula without computing it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from essor.formula import compile_field, from_stored, sql_from_stored, sql_to_stored, to_stored
from essor.formula.tests.samples import (
    PARIS,
    Sample,
    catalog_with,
    compiled,
    field_at,
    formula_field,
    in_python,
    in_sql,
)
from essor.formula.tests.test_functions import alike

NESTED = catalog_with(
    formula_field("Weight", "percent", "Score / 200"),
    formula_field("Worth", "money", "Amount * Weight"),
    formula_field("Hot", "checkbox", "AND(Worth > 1, NOT(ISBLANK(Name)))"),
    formula_field("Label", "text", 'IF(Hot, "hot: " & Name, TEXT(Worth))'),
    formula_field("Due", "date", "IF(Hot, Day, TODAY()) + 30"),
    formula_field("Since", "datetime", "NOW() - Score"),
    formula_field("Blank", "number", "Score + 1", blanks="blank"),
)


def test_formulas_over_formulas_agree(sample_rows: list[Sample]) -> None:
    """SQL puts one formula into the other, Python asks for the value; also over a parent that may be missing."""
    for text in (
        "Label",
        "Worth * 2",
        "Hot",
        "Parent.Hot",
        "Parent.Label",
        "Due - Day",
        "Parent.Parent.Worth",
        "Since",
        "Blank",
        "IF(Parent.Hot, Label, Parent.Label & Name)",
        "ISBLANK(Blank)",
        "Parent.Weight",
        "ISBLANK(Parent.Due)",
    ):
        formula = compiled(text, catalog=NESTED)
        values = dict(
            Sample.objects.annotate(value=in_sql(formula, catalog=NESTED)).values_list("id", "value")
        )
        for row in sample_rows:
            assert alike(values[row.pk], in_python(formula, row, catalog=NESTED)), (text, row.pk)


def test_a_formula_that_follows_the_clock_says_so() -> None:
    """Directly, through another formula, or through the reader's time zone."""
    moving = {
        text: compiled(text, catalog=NESTED).volatile
        for text in ("Score", "TODAY()", "Due", "Label", "NOW() > Instant")
    }
    assert moving == {"Score": False, "TODAY()": True, "Due": True, "Label": False, "NOW() > Instant": True}
    assert compiled("DATEVALUE(Instant)").volatile
    assert compiled("Parent.Due = Day", catalog=NESTED).volatile


def test_paths_name_what_is_read() -> None:
    """Once each, formula fields as themselves."""
    formula = compiled("IF(Flag, Parent.Parent.Name, Label) & Name & Name", catalog=NESTED)
    assert set(formula.paths) == {("Flag",), ("Parent", "Parent", "Name"), ("Label",), ("Name",)}
    assert len(formula.paths) == len(set(formula.paths))
    assert formula.type == "text"


def test_a_returned_value_in_the_units_of_its_kind(sample_table: None) -> None:
    """A percent formula gives 0.5, shown as 50 points; a money formula gives major units, shown from cents."""
    Sample.objects.create(id=1, score=33.0, amount=1001)
    for name, value in (("Weight", 0.165), ("Worth", 10.01 * 0.165)):
        field = field_at((name,), NESTED)
        formula = compile_field(field, NESTED.object("Sample"), NESTED)
        stored = (
            Sample.objects.annotate(value=sql_to_stored(in_sql(formula, catalog=NESTED), field))
            .values_list("value", flat=True)
            .get()
        )
        assert alike(stored, to_stored(value, field))
    assert to_stored(0.165, field_at(("Weight",), NESTED)) == 16.5
    assert to_stored(1.65165, field_at(("Worth",), NESTED)) == 165
    assert to_stored(-1.655, field_at(("Worth",), NESTED)) == -166
    assert to_stored(1e17, field_at(("Worth",), NESTED)) is None


def test_a_stored_value_as_formulas_see_it(sample_table: None) -> None:
    """Percent points are divided by 100, money by its scale."""
    row = Sample.objects.create(id=1, rate=50.0, amount=1250, heads=3, name="a")
    for name, expected in (("Rate", 0.5), ("Amount", 12.5), ("Heads", 3.0), ("Name", "a"), ("Score", None)):
        field = field_at((name,), NESTED)
        assert from_stored(getattr(row, field.attr), field) == expected
        assert (
            Sample.objects.annotate(value=sql_from_stored(F(field.attr), field))
            .values_list("value", flat=True)
            .get()
            == expected
        )


def test_the_moment_is_the_reader_s(sample_table: None) -> None:
    """TODAY and NOW are those of the moment that is given, for SQL and Python alike."""
    row = Sample.objects.create(id=1)
    formula = compiled("NOW() - 1")
    assert in_python(formula, row) == PARIS.now - timedelta(days=1)
    assert Sample.objects.annotate(value=in_sql(formula)).values_list(
        "value", flat=True
    ).get() == PARIS.now - timedelta(days=1)
