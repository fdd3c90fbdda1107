"""All operators with one meaning by name; what needs a look at its arguments is in `evaluation` and `sql` by name."""

from __future__ import annotations

from essor.formula.operators.base import Operator
from essor.formula.operators.ids import IDS
from essor.formula.operators.moments import MOMENTS
from essor.formula.operators.numbers import NUMBERS
from essor.formula.operators.texts import TEXTS

OPERATORS: dict[str, Operator] = {one.name: one for one in (*NUMBERS, *TEXTS, *MOMENTS, *IDS)}
