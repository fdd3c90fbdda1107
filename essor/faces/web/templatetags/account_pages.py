"""What the account pages need beyond Django's own template language."""

from __future__ import annotations

import re

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from essor.access.accounts import history
from essor.access.actions import begun

register = template.Library()
# A word after the first, unless it names whom one signs in with: “Sign In Via Google”, “Connect Google”.
_LATER_WORD = re.compile(r"(?<=[a-z][ -])(?<!Via )(?<!Connect )[A-Z](?=[a-z]+\b)")


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
def sentence(text: str) -> SafeString:
    """Return a heading that the library writes “In Title Case” as the rest of Essor says it: “In sentence case”."""
    words = str(text).strip()
    if (get_language() or "").startswith("en"):
        words = _LATER_WORD.sub(lambda found: found[0].lower(), words)
    return mark_safe(words)  # noqa: S308 -- what a template has drawn and escaped already


@register.filter
def device(agent: str) -> str:
    """Return the browser and system that a User-Agent header names; the header itself when it names none we know."""
    known = [name for name in (history.browser(agent), history.platform(agent)) if name]
    return " · ".join(known) or agent


@register.simple_tag
def nobody_yet() -> bool:
    """Tell whether Essor is still to be begun: nobody has an account."""
    return not begun()
