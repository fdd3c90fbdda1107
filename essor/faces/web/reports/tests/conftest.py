"""The company of the lists' tests, with the ready-made reports."""

from __future__ import annotations

import pytest

from essor.access.models import User
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.standard import ensure_reports
from essor.faces.web.lists.tests.conftest import (  # noqa: F401
    actor,
    admin,
    boss,
    new,
    rep,
    run_time_catalog,
    seller,
)


@pytest.fixture
def ready(boss: User) -> None:  # noqa: F811
    ensure_reports()


@pytest.fixture
def report(ready: None) -> Report:
    return Report.objects.get(key="pipeline_stages")


@pytest.fixture
def board(ready: None) -> Dashboard:
    return Dashboard.objects.get(key="pipeline")
