"""Lists to choose from that several forms share: people, roles, groups, time zones, locales, currencies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.access.models import Group, Principal, Profile, User, UserLicense, UserRole
from essor.kernel.clock import zone_names

Options = list[tuple[str, str]]
Type = Principal.Type


def people(*, active: bool = True) -> Options:
    """Return the users by id."""
    found = User.objects.filter(user_type=User.Kind.STANDARD).order_by("name")
    rows = found.filter(is_active=True) if active else found
    return [(str(key), name) for key, name in rows.values_list("pk", "name")]


def roles() -> Options:
    """Return the roles by id."""
    return [(str(key), name) for key, name in UserRole.objects.order_by("name").values_list("pk", "name")]


def licenses() -> Options:
    """Return the licences by id."""
    return [(str(row.pk), row.name) for row in UserLicense.objects.order_by("name")]


def profiles() -> Options:
    """Return the profiles by id."""
    return [(str(key), name) for key, name in Profile.objects.order_by("name").values_list("pk", "name")]


def groups(*types: str) -> Options:
    """Return the groups of some types by id, with what they are beside roles."""
    rows = Group.objects.filter(type__in=types).order_by("name")
    return [(str(row.pk), group_label(row)) for row in rows]


def group_label(row: Group) -> str:
    """Return a group's name as a list shows it."""
    if row.type == Type.ROLE_AND_BELOW:
        return _("%(role)s and below") % {"role": row.name}
    return _("All users") if row.type == Type.EVERYONE else row.name


def principals() -> Sequence[tuple[str, Options]]:
    """Return everybody who can be a member or be given something, in groups for a list to tick."""
    return (
        (_("Everybody"), groups(Type.EVERYONE)),
        (_("Roles"), groups(Type.ROLE)),
        (_("Roles and all below"), groups(Type.ROLE_AND_BELOW)),
        (_("Public groups"), groups(Type.REGULAR)),
        (_("Users"), people()),
    )


def receivers() -> Options:
    """Return the groups that a sharing rule may name, as one list."""
    found: Options = [(key, name) for key, name in groups(Type.EVERYONE)]
    found += [(key, _("Group: %(name)s") % {"name": name}) for key, name in groups(Type.REGULAR)]
    found += [
        (key, _("Role: %(name)s") % {"name": name}) for key, name in groups(Type.ROLE, Type.ROLE_AND_BELOW)
    ]
    return found


def owners() -> Options:
    """Return the groups whose records a sharing rule may give: queues too."""
    return [*receivers(), *((key, _("Queue: %(name)s") % {"name": name}) for key, name in groups(Type.QUEUE))]


def languages() -> Options:
    """Return the languages of the program in themselves."""
    own = {"fr": "Français", "en": "English"}
    return [(code, own.get(code, str(name))) for code, name in settings.LANGUAGES]


@lru_cache(maxsize=1)
def timezones() -> Options:
    """Return the time zones."""
    return [(name, name.replace("_", " ")) for name in sorted(zone_names()) if "/" in name or name == "UTC"]


def locales() -> Options:
    """Return the locales of countries, named in the reader's language."""
    return _locales(get_language() or "en")


@lru_cache(maxsize=4)
def _locales(language: str) -> Options:
    wanted = [
        name
        for name in locale_identifiers()
        if name.partition("_")[0] in ("fr", "en", "de", "es", "it", "nl", "pt")
    ]
    named = [(name, Locale.parse(name).get_display_name(language) or name) for name in wanted]
    return sorted(named, key=lambda one: one[1].casefold())


def countries() -> Options:
    """Return the countries whose phone numbers are known."""
    return _countries(get_language() or "en")


@lru_cache(maxsize=4)
def _countries(language: str) -> Options:
    names = Locale.parse(language).territories
    found = [(code, names.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS]
    return sorted(found, key=lambda one: one[1].casefold())


def currencies() -> Options:
    """Return the currencies in use, named in the reader's language."""
    return _currencies(get_language() or "en")


@lru_cache(maxsize=4)
def _currencies(language: str) -> Options:
    names: dict[str, str] = {str(code): str(name) for code, name in Locale.parse(language).currencies.items()}
    usual = ("EUR", "USD", "GBP", "CHF", "CAD", "MAD", "TND", "XOF", "XAF")
    in_use = {
        code for place in get_global("territory_currencies") for code in get_territory_currencies(place)
    }
    rest = sorted(in_use.difference(usual))
    return [(code, f"{code} – {names.get(code, code)}") for code in (*usual, *rest)]
