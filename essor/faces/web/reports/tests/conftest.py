"""The company of the lists' tests, with the ready-made reports."""

from __future__ import annotations

import pytest

from essor.access.models import User
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.standard import ensure_reports


@pytest.fixture
def ready(boss: User) -> None:
    ensure_reports()


@pytest.fixture
def report(ready: None) -> Report:
    return Report.objects.get(key="pipeline_stages")


@pytest.fixture
def board(ready: None) -> Dashboard:
    return Dashboard.objects.get(key="pipeline")
