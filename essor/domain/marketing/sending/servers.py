"""Keeps mail servers: what an administrator typed, checked; secrets sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from essor.domain.marketing.sending.models import Server
from essor.domain.marketing.sending.wire import LOCAL
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.hosts import HOST
from essor.kernel.sealed import seal
from essor.kernel.whole import whole

DOMAIN_RATE = re.compile(r"\s*([a-z0-9.-]+)\s*[:= ]\s*(\d{1,9})\s*")
PATH = re.compile(r"[a-z_][a-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+")
MOST_CONNECTIONS, LARGEST = 20, 10_000_000
FIELDS = (
    "name",
    "kind",
    "host",
    "port",
    "security",
    "username",
    "password",
    "backend",
    "options",
    "connections",
    "hourly_rate",
    "daily_cap",
    "domain_rates",
    "warm_up_from",
)
# Backends that run nothing but Django's and anymail's own code: a dotted name is no door to any other.
TRUSTED = ("django.core.mail.backends.", "anymail.backends.")


def keep(values: Mapping[str, str], server: Server | None = None) -> Server:
    """Make or change a server. An empty password keeps the one that is there. Raises ValidationFailed."""
    row = server or Server()
    errors: list[FieldError] = []

    def wrong(field: str, message: str) -> None:
        errors.append(FieldError(field, "INVALID_FIELD_VALUE", message))

    row.name = values.get("name", "").strip()
    if not row.name:
        wrong("name", _("Give it a name."))
    elif Server.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        wrong("name", _("This name is taken."))
    row.kind = _one_of(values, "kind", Server.Kind.values, errors)
    row.security = _one_of(values, "security", Server.Security.values, errors)
    row.host, row.username = values.get("host", "").strip(), values.get("username", "").strip()
    row.backend = values.get("backend", "").strip()
    if row.kind == Server.Kind.SMTP and not HOST.fullmatch(row.host):
        wrong("host", _("Enter the server’s name, such as smtp.example.com."))
    if row.kind == Server.Kind.BACKEND and not (
        PATH.fullmatch(row.backend) and row.backend.startswith(TRUSTED)
    ):
        wrong(
            "backend",
            _("Enter a backend of Django or django-anymail, such as anymail.backends.brevo.EmailBackend."),
        )
    row.port = _whole(values, "port", 587, 1, 65535, errors)
    row.connections = _whole(values, "connections", 4, 1, MOST_CONNECTIONS, errors)
    row.hourly_rate = _whole(values, "hourly_rate", 0, 0, LARGEST, errors)
    row.daily_cap = _whole(values, "daily_cap", 0, 0, LARGEST, errors)
    row.domain_rates = _rates(values.get("domain_rates", ""), errors)
    row.warm_up_from = _day(values.get("warm_up_from", ""), errors)
    if row.username and row.security == Server.Security.NONE and row.host not in LOCAL:
        wrong("security", _("A password is not sent without encryption."))
    if values.get("password"):
        row.password = seal(values["password"])
    if values.get("options"):
        row.options = seal(_json(values["options"], errors))
    if errors:
        raise ValidationFailed(errors)
    row.save()
    return row


def webhook(server: Server) -> str:
    """Return the address that a provider of django-anymail reports bounces to, empty for all other servers."""
    home, _dot, rest = server.backend.partition("anymail.backends.")
    if server.kind != Server.Kind.BACKEND or home or not rest:
        return ""
    return f"{settings.SITE_URL}/anymail/{rest.partition('.')[0]}/tracking/"


def rates_text(server: Server) -> str:
    """Return the rates of domains as they are typed, one a line."""
    return "\n".join(f"{name}: {rate}" for name, rate in sorted(server.domain_rates.items()))


def _one_of(values: Mapping[str, str], name: str, known: list[str], errors: list[FieldError]) -> str:
    found = values.get(name, "")
    if found not in known:
        errors.append(FieldError(name, "INVALID_FIELD_VALUE", _("Choose one of the list.")))
    return found


def _whole(
    values: Mapping[str, str], name: str, usual: int, least: int, most: int, errors: list[FieldError]
) -> int:
    text = re.sub(r"\s", "", values.get(name, ""))
    if not text:
        return usual
    number = whole(text, most)
    if number is None or number < least:
        words = _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        errors.append(FieldError(name, "INVALID_FIELD_VALUE", words))
        return usual
    return number


def _rates(text: str, errors: list[FieldError]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in text.lower().splitlines():
        match = DOMAIN_RATE.fullmatch(line)
        if match:
            found[match[1]] = int(match[2])
        elif line.strip():
            words = _("Write a domain and a number an hour on each line, such as “gmail.com: 2000”.")
            errors.append(FieldError("domain_rates", "INVALID_FIELD_VALUE", words))
            break
    return found


def _day(text: str, errors: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        errors.append(FieldError("warm_up_from", "INVALID_FIELD_VALUE", _("This is no date.")))
        return None


def _json(text: str, errors: list[FieldError]) -> str:
    try:
        found: Any = orjson.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        words = _('Write a JSON object, such as {"api_key": "…"}.')
        errors.append(FieldError("options", "INVALID_FIELD_VALUE", words))
        return "{}"
    return text
