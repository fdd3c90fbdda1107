"""A wrong formula gets a sentence that names the place and what was expected."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from essor.formula import FormulaError
from essor.formula.tests.samples import CATALOG, catalog_with, compiled, formula_field, lookup_field


def message(text: str, **options: Any) -> str:
    """Return what compiling the text says."""
    with pytest.raises(FormulaError) as caught, translation.override("en"):
        compiled(text, **options)
    return str(caught.value)


@pytest.mark.parametrize(("text", "expected"), [
    ("", "line 1, column 1: The formula is empty."),
    ("1 +", "line 1, column 4: The formula ends too early: expected a field, a value or a function."),
    ("1 2", "line 1, column 3: Expected an operator or the end, got “2”."),
    ("(1", "line 1, column 1: This parenthesis is never closed."),
    ("ABS(1", "line 1, column 4: This parenthesis is never closed."),
    ("ABS(1 2)", "line 1, column 7: Expected “,” or “)”, got “2”."),
    ("'abc", "line 1, column 1: This text is never closed: a quote is missing."),
    ("1 /* two", "line 1, column 3: This comment is never closed: “*/” is missing."),
    ('"a\\d"', "line 1, column 3: “\\d” is no escape; a backslash itself is written twice."),
    ("Score §", "line 1, column 7: The character “§” has no meaning here."),
    ("ROUND(Score, Name)", "line 1, column 14: ROUND expects a number as its second argument, got text"),
    ('ROUND(Score,\n  "a")', "line 2, column 3: ROUND expects a number as its second argument, got text"),
    ("ROUND(Score)", "line 1, column 1: ROUND(number, digits): 1 arguments were given."),
    ("Score + Name", "line 1, column 9: + expects a number on its right, got text"),
    ("Name & Score", "line 1, column 8: & expects text on its right, got a number"),
    ("Flag && Score", "line 1, column 9: && expects a condition (true or false) on its right, got a number"),
    ("Score && Flag", "line 1, column 1: && expects a condition (true or false) on its left, got a number"),
    ("Day - Instant", "line 1, column 7: - expects a date or a number on its right, got a date and time"),
    ("Day = Instant", "line 1, column 7: = expects a date on its right, got a date and time"),
    ("Day = 1", "line 1, column 7: = expects a date on its right, got a number"),
    ('Name < "b"', "line 1, column 1: < expects a number, a date, a date and time or a time of day on its left, got text"),
    ("IF(Score, 1, 2)", "line 1, column 4: IF expects a condition (true or false) as its first argument, got a number"),
    ('IF(Flag, 1, "a")', "line 1, column 13: IF expects a number as its third argument, got text"),
    ("CASE(Score, 1, 2)", "line 1, column 1: CASE(expression, value1, result1, …, else_result): 3 arguments were given."),
    ("CASE(Score, 1, 2, 3, 4)", "line 1, column 1: CASE expects pairs of a value and a result, then one more result."),
    ('CASE(Score, "a", 2, 3)', "line 1, column 13: CASE expects a number as its second argument, got text"),
    ("YEAR(Instant)", "line 1, column 6: YEAR expects a date as its first argument, got a date and time"),
    ('ISPICKVAL(Name, "a")', "line 1, column 11: ISPICKVAL expects a picklist as its first argument, got text"),
    ('INCLUDES(Stage, "a")', "line 1, column 10: INCLUDES expects a multi-select as its first argument, got a picklist"),
    ('Reasons = "a"', 'line 1, column 9: A multi-select is asked with INCLUDES: INCLUDES(field, "value").'),
    ("Reasons", "line 1, column 1: A formula cannot return a multi-select."),
    ("NULL", "line 1, column 1: A formula cannot be NULL alone."),
    ("REGEX(Name, Nick__c)", "line 1, column 13: REGEX expects a text between quotes here."),
    ('REGEX(Name, "(a")', "line 1, column 13: In the pattern, character 1: This parenthesis is never closed."),
    ("ROUNDD(1, 2)", "line 1, column 1: There is no function “ROUNDD”. Did you mean “ROUND”?"),
    ("Skore", "line 1, column 1: “Sample” has no field “Skore”. Did you mean “Score”?"),
    ("1 + Parent.Skore", "line 1, column 12: “Sample” has no field “Skore”. Did you mean “Score”?"),
    ("Parnt.Score", "line 1, column 1: “Sample” has no parent “Parnt”. Did you mean “Parent”?"),
    ("$User.Id", "line 1, column 1: Global variables such as “$User” are not supported."),
    ("ISCHANGED(Score)", "line 1, column 1: ISCHANGED can only be used in a validation rule."),
    ("1" * 101, "line 1, column 1: This number is too large."),
])  # fmt: skip
def test_the_sentence(text: str, expected: str) -> None:
    """Line and column start at 1."""
    assert message(text) == expected


def test_a_rule_takes_fields_of_the_record_only() -> None:
    """PRIORVALUE and ISCHANGED ask about what is being saved."""
    assert message("ISCHANGED(Score + 1)", rule=True) == "line 1, column 11: ISCHANGED expects a field here."
    assert message("PRIORVALUE(Parent.Score)", rule=True).endswith(
        "PRIORVALUE expects a field of the record itself."
    )


def test_a_lookup_to_several_objects_has_no_text() -> None:
    """One key of a shared table can be compared with an id, a bare key cannot; both can be blank."""
    catalog = catalog_with(
        lookup_field("OwnerId", "Sample", "Queue"),
        lookup_field("WhatId", "Sample", "Queue", polymorphic=True),
    )
    for text in (
        '"/" & OwnerId',
        "OwnerId",
        'BEGINS(WhatId, "00G")',
        'WhatId = "00G000000000001AAA"',
        "WhatId = Id",
    ):
        assert "several objects" in message(text, catalog=catalog)
    for text in ("ISBLANK(WhatId)", "WhatId <> NULL", 'OwnerId = "00G000000000001EAA"', "ISBLANK(OwnerId)"):
        assert compiled(text, catalog=catalog).type == "boolean"
    for text in ("Id = TODAY()", "NOW() <> Id"):
        assert "expects text" in message(text, catalog=catalog)


def test_circles_are_found() -> None:
    """A formula that needs its own value is refused, however long the way round."""
    catalog = catalog_with(
        formula_field("A", "number", "B + 1"), formula_field("B", "number", "Parent.C + 1"),
        formula_field("C", "number", "A * 2"), formula_field("Self", "number", "Self + 1"),
    )  # fmt: skip
    assert message("A", catalog=catalog) == "line 1, column 1: The formula goes in a circle: A → B → C → A."
    assert (
        message("1 + B", catalog=catalog, of="A")
        == "line 1, column 5: The formula goes in a circle: A → B → C → A."
    )
    assert "circle" in message("Self", catalog=catalog)
    assert "circle" in message(
        "Score + NewOne", catalog=catalog_with(formula_field("NewOne", "number", "1")), of="NewOne"
    )


def test_a_broken_formula_is_named() -> None:
    """Who refers to a wrong formula learns which one it is."""
    catalog = catalog_with(
        formula_field("Broken", "number", "Score +"), formula_field("Wrong", "text", "Score")
    )
    assert message("1 + Broken", catalog=catalog).startswith(
        "line 1, column 5: The formula of “Broken” is wrong: line 1, column 8"
    )
    assert "The formula gives a number, but the field returns text." in message("Wrong", catalog=catalog)


@pytest.mark.parametrize("text", [
    "(" * 3000 + "1", "-" * 4000 + "1", "NOT(" * 200 + "Flag" + ")" * 200, "IF(Flag," * 90 + "1" + ",1)" * 90,
"*".join(["Score"] * 900), "x" * 5001,
    "=".join(["Flag"] * 900),
    "SUBSTITUTE(" * 8 + "Name" + ',"a","bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")' * 8,
])  # fmt: skip
def test_hostile_formulas_are_refused_at_once(text: str) -> None:
    """Neither the program nor the database is brought down by depth, length or growth."""
    with pytest.raises(FormulaError):
        compiled(text)


def test_many_formulas_on_one_another_are_refused() -> None:
    """Formulas that double at each step do not explode."""
    fields = [formula_field("F0", "number", "Score + Score")]
    fields += [formula_field(f"F{i}", "number", f"F{i - 1} + F{i - 1}") for i in range(1, 30)]
    catalog = catalog_with(*fields)
    assert "stand on one another" in message("F25", catalog=catalog)
    assert compiled("F4", catalog=catalog).type == "number"
    wide = catalog_with(*(
        formula_field(f"W{i}", "number", " + ".join([f"W{i - 1}" if i else "Score"] * 20)) for i in range(5)
    ))  # fmt: skip
    assert "too large to compute" in message("W4", catalog=wide)


def test_names_are_found_in_any_case() -> None:
    """Fields, functions and words are not case sensitive; paths come back as the catalog writes them."""
    formula = compiled("if(parent.SCORE > nick__C_missing, 1, 0)".replace("nick__C_missing", "score"))
    assert formula.paths == (("Parent", "Score"), ("Score",))
    assert compiled("TRUE").type == compiled("true").type == "boolean"
    assert CATALOG.object("Sample").field("score").name == "Score"
