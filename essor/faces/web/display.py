"""What a reader sees of a field's value: text, and the link or shape that goes with it.

One function serves lists, record pages, related lists and the timeline: a value never looks different in two places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _
from nh3 import clean

from essor.catalog.kinds import hyperlinks
from essor.catalog.kinds.choices import split
from essor.catalog.kinds.computed import Computed, result_kind
from essor.catalog.kinds.contact import e164
from essor.faces.web import addresses, formatting
from essor.kernel import ids

if TYPE_CHECKING:
    from essor.catalog.definitions import Field
    from essor.catalog.kinds.hyperlinks import Link

Shape = Literal[
    "text", "number", "lines", "html", "check", "slider", "tag", "tags", "link", "links", "button"
]
Values = Mapping[str, Any]
Drawer = Callable[["Field", Any, Values, str], "Shown"]

LINKEDIN = ("linkedin.com", ".linkedin.com")


class Shown(NamedTuple):
    """One value ready to draw; `text` is always complete in itself, the rest only decorates it."""

    text: str = ""
    shape: Shape = "text"
    href: str = ""
    icon: str = ""
    parts: tuple[str, ...] = ()
    pieces: tuple[str | Link, ...] = ()
    state: bool | None = None
    tone: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is something to read."""
        return bool(self.text)


NOTHING = Shown()
NOTHING_NUMBER = Shown(shape="number")


def shown(field: Field, values: Values, *, path: str = "") -> Shown:
    """Return how to draw `field` out of the record's `values` {outside path: stored value}.

    `path` is the key when it is not the field's own name (`Account.Phone`); money looks for CurrencyIsoCode and a
    lookup for its parent's name beside the value, under the same prefix.
    """
    return shower(field, path=path)(values)


def shower(field: Field, *, path: str = "") -> Callable[[Values], Shown]:
    """Return `shown` for many records: a list looks up once for each column how its values are drawn."""
    key = path or field.name
    drawer = _DRAWERS.get(result_kind(field).name, _text)
    prefix = key.removesuffix(field.name)
    return lambda values: drawer(field, values.get(key), values, prefix)


def is_numeric(field: Field) -> bool:
    """Tell whether a column of `field` is set flush right."""
    return result_kind(field).name in {"number", "percent", "money", "degrees"}


def _text(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    if value is None:
        return NOTHING
    text = field.kind.display(value, field, formatting.reader_locale())
    if isinstance(field.kind, Computed) and hyperlinks.OPENING in str(value):
        return Shown(text=text, shape="links", pieces=tuple(hyperlinks.pieces(value)))
    return Shown(text=text)


def _number(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    if value is None:
        return NOTHING_NUMBER
    return Shown(text=field.kind.display(value, field, formatting.reader_locale()), shape="number")


def _money(field: Field, value: Any, values: Values, prefix: str) -> Shown:
    if value is None:
        return NOTHING_NUMBER
    currency = "" if field.options.get("corporate") else values.get(f"{prefix}CurrencyIsoCode") or ""
    scale = int(field.options.get("scale", 2))
    if isinstance(field.kind, Computed) and isinstance(value, float):  # a formula counts in major units
        value = round(value * 10**scale)
    text = formatting.money(value, currency, scale)
    other = values.get(f"{prefix}{field.options['converted']}") if field.options.get("converted") else None
    if other is not None and currency not in ("", formatting.reader().currency):
        text = f"{text} ({formatting.money(other, scale=scale)})"
    return Shown(text=text, shape="number")


def _checkbox(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    return Shown(text=_("Yes") if value else _("No"), shape="check", state=bool(value))


def _slider(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    text = _("Not known yet") if value is None else _("Yes") if value else _("No")
    return Shown(text=text, shape="slider", state=None if value is None else bool(value))


def _picklist(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    if not value:
        return NOTHING
    choice = field.choice(value)
    return Shown(text=str(choice or value), shape="tag", tone=tone_of(choice.facts) if choice else "")


def tone_of(facts: Mapping[str, Any]) -> str:
    """Return the colour of a picklist's value by the facts that hang on it: what was reached, what is over, what presses."""
    if facts.get("won") or facts.get("converted"):
        return "good"
    if facts.get("closed"):
        return "none"
    return "warn" if facts.get("high") else ""


def _multiselect(field: Field, value: Any, values: Values, prefix: str) -> Shown:
    parts = [str(field.choice(word) or word) for word in split(value)]
    comments = (values.get(prefix + comment.name) for comment in field.kind.companions(field))
    parts.extend(_("“%(text)s”") % {"text": text} for text in comments if text)
    return Shown(text=", ".join(parts), shape="tags", parts=tuple(parts)) if parts else NOTHING


def _email(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    return Shown(text=value, shape="link", href=f"mailto:{value}") if value else NOTHING


def _phone(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    if not value:
        return NOTHING
    dial = e164(value, formatting.reader().region)
    return Shown(text=formatting.phone(value), shape="link", href=f"tel:{dial}" if dial else "")


def _url(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    if not value:
        return NOTHING
    host = (urlsplit(value).hostname or "").removeprefix("www.")
    if host == LINKEDIN[0] or host.endswith(LINKEDIN[1]):
        return Shown(text="LinkedIn", shape="button", href=value, icon="brand-linkedin")
    text = value.split("://", 1)[-1].removeprefix("www.").rstrip("/")
    return Shown(text=text, shape="link", href=value, icon="external-link")


def _lookup(field: Field, value: Any, values: Values, prefix: str) -> Shown:
    if value is None:
        return NOTHING
    name = values.get(f"{prefix}{field.relationship}.Name")
    # A form that was refused gives back the 18 characters that it sent.
    record_id = value if isinstance(value, str) else field.kind.to_json(value, field)
    text = str(name or record_id)
    if isinstance(record_id, str):
        safe = record_id if record_id.isalnum() and record_id.isascii() else quote(record_id)
        return Shown(text=text, shape="link", href=addresses.record(safe))
    return Shown(text=text)


def _lines(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    return Shown(text=str(value), shape="lines") if value else NOTHING


def _html(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    # Cleaned when it was written; cleaned again because rows may also come from a restored backup or plain SQL.
    return (
        Shown(text=clean(value, url_schemes={"http", "https", "mailto", "tel"}), shape="html")
        if value
        else NOTHING
    )


def part_names(field: Field) -> Mapping[str, str]:
    """Return {part: outside name} of a compound: {"City": "BillingCity"} or {"City": "Site__City__s"}."""
    if field.custom:
        stem = field.name.removesuffix("__c")
        return {part: f"{stem}__{part}__s" for part in _PARTS[field.kind.name]}
    stem = field.name.removesuffix("Address")
    return {part: f"{stem}{part}" for part in _PARTS[field.kind.name]}


_PARTS = {
    "address": ("Street", "City", "PostalCode", "State", "Country"),
    "geolocation": ("Latitude", "Longitude"),
}


def _address(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    parts = {part: values.get(prefix + name) for part, name in part_names(field).items()}
    text = field.kind.display(parts, field, formatting.reader_locale())
    return Shown(text=text, shape="lines") if text else NOTHING


def _geolocation(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    latitude, longitude = (values.get(prefix + name) for name in part_names(field).values())
    if latitude is None or longitude is None:
        return NOTHING
    text = f"{formatting.number(latitude, 5)} ; {formatting.number(longitude, 5)}"
    return Shown(text=text, shape="link", href=f"geo:{latitude},{longitude}", icon="map-pin")


def _id(field: Field, value: Any, values: Values, prefix: str) -> Shown:  # noqa: ARG001
    if isinstance(value, int) and (prefixes := field.options.get("prefixes")):
        return Shown(text=ids.encode(prefixes[0], value))
    return Shown(text=str(value)) if value else NOTHING


_DRAWERS: Mapping[str, Drawer] = {
    "number": _number,
    "percent": _number,
    "degrees": _number,
    "money": _money,
    "checkbox": _checkbox,
    "slider": _slider,
    "picklist": _picklist,
    "multiselect": _multiselect,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "lookup": _lookup,
    "masterdetail": _lookup,
    "file": _lookup,
    "textarea": _lines,
    "richtext": _html,
    "address": _address,
    "geolocation": _geolocation,
    "id": _id,
}
