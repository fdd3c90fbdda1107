"""SOQL, Salesforce's query language: text to tree (`parse`), tree to text (`write`), help while typing (`complete`)."""

from __future__ import annotations

from essor.query.soql.check import check
from essor.query.soql.complete import Suggestion, complete
from essor.query.soql.parser import parse
from essor.query.soql.write import write

__all__ = ["Suggestion", "check", "complete", "parse", "write"]
