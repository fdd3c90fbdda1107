"""The formula language: text → typed tree → SQL or a Python value. See docs/formulas.md."""

from __future__ import annotations

from essor.formula.compile import Formula, compile_field, compile_formula
from essor.formula.errors import FormulaError
from essor.formula.evaluation import evaluate
from essor.formula.functions import FUNCTIONS
from essor.formula.sql import sql_from_stored, sql_to_stored, to_sql
from essor.formula.values import from_stored, to_stored
from essor.kernel.clock import Moment

__all__ = [
    "FUNCTIONS",
    "Formula",
    "FormulaError",
    "Moment",
    "compile_field",
    "compile_formula",
    "evaluate",
    "from_stored",
    "sql_from_stored",
    "sql_to_stored",
    "to_sql",
    "to_stored",
]
