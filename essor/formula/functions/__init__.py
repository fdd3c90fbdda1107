"""All functions of the formula language by name; a new one is a line in one of these files."""

from __future__ import annotations

from essor.formula.functions.base import Function
from essor.formula.functions.logic import LOGIC
from essor.formula.functions.moments import MOMENTS
from essor.formula.functions.numbers import NUMBERS
from essor.formula.functions.record import RECORD
from essor.formula.functions.texts import TEXTS

FUNCTIONS: dict[str, Function] = {one.name: one for one in (*LOGIC, *TEXTS, *NUMBERS, *MOMENTS, *RECORD)}
