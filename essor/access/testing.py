"""What nearly all tests start from: a company that has begun, and people who work there.

The company is made in full once a process; after that its rows are put in as they were, in a sixth of the time.
Their stamp is that of the first time too, so that the rights which the process knows stay known.
"""
# ruff: noqa: S106, SLF001 -- a made-up password; nothing public stores rows of two tables, such as users, all at once

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from essor.access.actions import NewUser, create_user
from essor.access.actor import system_actor
from essor.access.defaults import ensure_defaults
from essor.access.models import Organization, Profile, User, UserRole

_kept: list[tuple[type[Model], list[Model]]] = []


def begin() -> None:
    """Make the company “Acme”, English, unless there is one."""
    if Organization.objects.exists():
        return
    if User.objects.exists():  # not as it was the first time
        ensure_defaults("Acme", "en")
        return
    if not _kept:
        before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in _models()}
        ensure_defaults("Acme", "en")
        made = {model: model._base_manager.exclude(pk__in=keys) for model, keys in before.items()}
        _kept.extend((model, list(rows)) for model, rows in made.items() if rows)
        return
    with transaction.atomic():  # references are looked at when all rows are there
        for model, rows in _kept:
            fields = [one for one in model._meta.local_concrete_fields if not one.generated]
            model._base_manager.get_queryset()._insert(rows, fields=fields, using="default", raw=True)  # type: ignore[attr-defined]


def _models() -> Iterable[type[Model]]:
    return apps.get_app_config("access").get_models()


def person(name: str, profile: str = "Sales", role: str | None = None, **more: Any) -> User:
    """Make somebody of the company, Name@example.fr; `more` is what `NewUser` takes."""
    begin()
    new = NewUser(
        email=f"{name.lower()}@example.fr",
        first_name=name,
        last_name="Test",
        profile=Profile.objects.get(name=profile),
        role=UserRole.objects.get(name=role) if role else None,
        **more,
    )
    return create_user(system_actor(), new, password="correct horse battery", checked=False)
