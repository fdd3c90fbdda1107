"""A company with an administrator and a sales person, each signed in to a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from essor.faces.web.conftest import browser, person

SignIn = Callable[..., Client]


@pytest.fixture
def seller(db: None) -> Client:
    return browser(person("Ana", "Sales"))
