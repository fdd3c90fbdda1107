"""Personal access tokens: `essor_` + 8 characters that name the token + 40 that only its holder knows."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from essor.access.models import PersonalAccessToken, User
from essor.kernel.db.prepared import Prepared, prepare

MARK = "essor_"
PUBLIC, SECRET = 8, 40
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# Programs call often; a minute is exact enough for "last used" and spares a write per call.
TOUCH_EVERY = timedelta(minutes=1)
SCOPES: Mapping[str, str | Promise] = {
    "read": gettext_lazy("Read records"),
    "write": gettext_lazy("Create, change and delete records"),
    "bulk": gettext_lazy("Import, export and mass edit"),
}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token speaks for and what it may do."""

    user: User
    scopes: frozenset[str]


def draw() -> tuple[str, str]:
    """Return a new token as (prefix that names it, whole text)."""
    public = _characters(PUBLIC)
    return public, f"{MARK}{public}{_characters(SECRET)}"


def digest(text: str) -> str:
    """Return what is kept of a token. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def bearer(text: str) -> Bearer | None:
    """Return whom the token speaks for; None when it is wrong, expired or its user is kept out."""
    if not text.startswith(MARK) or len(text) != len(MARK) + PUBLIC + SECRET:
        return None
    prefix = text[len(MARK) : len(MARK) + PUBLIC]
    row = next(_by_prefix().rows([prefix]), None)
    if row is None:
        return None
    key, kept, expires, last_used, scopes, *values = row
    user, now = User.from_db(DEFAULT_DB_ALIAS, _user_fields(), values), timezone.now()
    if not hmac.compare_digest(kept, digest(text)) or (expires and expires <= now) or not user.may_enter:
        return None
    if last_used is None or now - last_used > TOUCH_EVERY:
        PersonalAccessToken.objects.filter(pk=key).update(last_used=now)
    return Bearer(user, frozenset(scopes))


@cache
def _by_prefix() -> Prepared:
    """Return the statement that finds a token with its user: asked by every call of the API."""
    people = [f"user__{name}" for name in _user_fields()]
    rows = PersonalAccessToken.objects.values_list("pk", "digest", "expires", "last_used", "scopes", *people)
    return prepare(rows, "prefix")


def _user_fields() -> list[str]:
    return [field.attname for field in User._meta.concrete_fields]


def _characters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
