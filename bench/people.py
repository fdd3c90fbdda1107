"""Who measures: actors, a signed-in client inside this process, a token for the API."""

from __future__ import annotations

from django.test import Client

from essor.access.actor import Actor, actor_for
from essor.access.models import PersonalAccessToken, User
from essor.access.tokens import digest, draw
from essor.domain.demo.people import DOMAIN


def user(stem: str = "admin") -> User:
    """Return one of the demo company's people."""
    return User.objects.get(email=f"{stem}@{DOMAIN}")


def actor(stem: str = "admin") -> Actor:
    """Return such a person as actor."""
    return actor_for(user(stem))


def client(stem: str = "admin") -> Client:
    """Return a client that runs the whole request in this process, signed in."""
    found = Client(HTTP_HOST="127.0.0.1")
    found.force_login(user(stem), backend="essor.access.accounts.backend.Backend")
    return found


def token(stem: str = "admin") -> str:
    """Return a new token that may read and write in a person's name."""
    prefix, text = draw()
    PersonalAccessToken.objects.create(
        user=user(stem), name="bench", prefix=prefix, digest=digest(text), scopes=["read", "write", "bulk"]
    )
    return text
