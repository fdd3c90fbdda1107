"""What the catalog itself knows of a roll-up summary: the children it gathers, and the kind of its result."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.actions.ledger import Findings
from essor.catalog.actions.options import FUNCTIONS
from essor.catalog.definitions import Catalog, Field
from essor.catalog.kinds import ParseError

SUMMABLE = ("number", "percent", "money")
COMPARABLE = (*SUMMABLE, "date", "datetime", "time")


def check(catalog: Catalog, field: Field) -> dict[str, Any]:
    """Return the result's kind and scale of a roll-up, nothing for other fields; ValidationFailed otherwise."""
    if field.kind.name != "rollup":
        return {}
    findings = Findings()
    result: dict[str, Any] = {}
    with findings.under("options"):
        result = _result(catalog, field)
    findings.check()
    return result


def _result(catalog: Catalog, field: Field) -> dict[str, Any]:
    options = field.options
    way = catalog.object(field.object_name).child(str(options.get("relationship", "")))
    function = options.get("function")
    if function not in FUNCTIONS:
        raise ParseError(_("function: expected one of %(words)s.") % {"words": ", ".join(FUNCTIONS)})
    if function == "COUNT":
        return {"relationship": way.name, "returns": "number", "scale": 0}
    source = catalog.object(way.object_name).field(str(options.get("field", "")))
    kind = str(source.options.get("returns", "")) or source.kind.name
    if kind not in (SUMMABLE if function == "SUM" else COMPARABLE):
        message = _("“%(field)s” cannot be used with %(function)s.")
        raise ParseError(message % {"field": source.name, "function": function})
    found = {"relationship": way.name, "field": source.name, "returns": kind}
    return found | {name: source.options[name] for name in ("scale", "corporate") if name in source.options}
