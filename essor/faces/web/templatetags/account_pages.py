"""What the account pages need beyond Django's own template language."""

from __future__ import annotations

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString

from essor.access.accounts import history
from essor.access.actions import begun

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """Return the field's input in the style of the product, without the placeholder that repeats its label."""
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget(attrs={"class": "form-check-input" if is_check(field) else "form-control"})


@register.filter
def is_check(field: BoundField) -> bool:
    """Tell whether the field is a box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def device(agent: str) -> str:
    """Return the browser and system that a User-Agent header names; the header itself when it names none we know."""
    known = [name for name in (history.browser(agent), history.platform(agent)) if name]
    return " · ".join(known) or agent


@register.simple_tag
def nobody_yet() -> bool:
    """Tell whether Essor is still to be begun: nobody has an account."""
    return not begun()
