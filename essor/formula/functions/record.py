"""Functions of validation rules: what the record was before this save."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.formula.build import prior, shown, special
from essor.formula.functions.base import function
from essor.formula.site import Site
from essor.formula.tree import Facts, Node, Reference

KNOWN = Facts(nullable=False)


def prior_value(site: Site) -> Node:
    """Return the value of a field before this save."""
    node = prior(_own_field(site))
    return shown(node) if node.type == "text" else node


def is_changed(site: Site) -> Node:
    """Return whether this save changes a field."""
    return special("changed", _own_field(site), type="boolean", facts=KNOWN)


def is_new(_site: Site) -> Node:
    """Return whether this save creates the record."""
    return special("is_new", type="boolean", facts=KNOWN)


def _own_field(site: Site) -> Reference:
    reference = site.field(0)
    if len(reference.path) > 1:
        raise site.refused(
            _("%(function)s expects a field of the record itself.") % {"function": site.name}, 0
        )
    return reference


RECORD = (
    function(
        "PRIORVALUE(field)",
        gettext_lazy("The value of the field before this save."),
        1,
        prior_value,
        rules_only=True,
    ),
    function(
        "ISCHANGED(field)",
        gettext_lazy("True when this save changes the field."),
        1,
        is_changed,
        rules_only=True,
    ),
    function("ISNEW()", gettext_lazy("True when this save creates the record."), 0, is_new, rules_only=True),
)
