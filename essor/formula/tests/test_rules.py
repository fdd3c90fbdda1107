"""Validation rules look at what a save changes."""

from __future__ import annotations

from datetime import date

import pytest

from essor.formula import evaluate
from essor.formula.tests.samples import CATALOG, PARIS, compiled, field_at

BEFORE = {
    "score": 1.0,
    "name": "old",
    "day": date(2024, 1, 1),
    "stage": "New",
    "flag": False,
    "reasons": None,
}
AFTER = {"score": 2.0, "name": "old", "day": None, "stage": "Won", "flag": True, "reasons": ";Price;"}


def holds(text: str, *, is_new: bool = False) -> object:
    """Return the rule's value for a save that turns BEFORE into AFTER."""
    formula = compiled(text, rule=True)
    return evaluate(
        formula,
        lambda path: AFTER.get(field_at(path, CATALOG).attr),
        prior=lambda path: BEFORE.get(field_at(path, CATALOG).attr),
        moment=PARIS,
        is_new=is_new,
    )


@pytest.mark.parametrize(
    ("text", "changed", "created"),
    [
        ("ISNEW()", False, True),
        ("ISCHANGED(Score)", True, False),
        ("ISCHANGED(Name)", False, False),
        ("ISCHANGED(Day)", True, False),
        ("ISCHANGED(Stage)", True, False),
        ("PRIORVALUE(Score) = 1", True, False),
        ("PRIORVALUE(Score)", 1.0, 2.0),
        ('PRIORVALUE(Name) & "!"', "old!", "old!"),
        ('ISPICKVAL(PRIORVALUE(Stage), "New")', True, False),
        ("TEXT(PRIORVALUE(Stage))", "New", "Won"),
        ('INCLUDES(PRIORVALUE(Reasons), "Price")', False, True),
        ("PRIORVALUE(Flag)", False, True),
        ("AND(ISCHANGED(Flag), NOT(PRIORVALUE(Flag)))", True, False),
        ("ISBLANK(PRIORVALUE(Day))", False, True),
        ("NOT(ISBLANK(PRIORVALUE(Day))) && ISBLANK(Day)", True, False),
    ],
)
def test_before_and_after(text: str, changed: object, created: object) -> None:
    """A new record has no before: nothing is changed, and the prior value is the present one."""
    assert holds(text) == changed
    assert holds(text, is_new=True) == created


def test_without_a_before_nothing_is_changed() -> None:
    """A rule that is only tried out gets no prior values."""
    formula = compiled("ISCHANGED(Score)", rule=True)
    assert evaluate(formula, lambda path: AFTER.get(field_at(path, CATALOG).attr), moment=PARIS) is False
