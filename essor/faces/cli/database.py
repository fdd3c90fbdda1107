"""Brings the database up to date before a command uses it: missing tables, and the defaults of a new organization."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from essor.access.defaults import ensure_defaults
from essor.catalog import current
from essor.domain.reports.standard import ensure_reports
from essor.faces.cli.ending import Refused


def prepare() -> None:
    """Apply what is missing; does nothing, in a few milliseconds, on a database that is up to date."""
    try:
        executor = MigrationExecutor(connection)
    except Exception as error:
        message = f"the database cannot be reached: {error}"
        raise Refused(message) from error
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    current.begin()
    ensure_defaults()
    ensure_reports()
