"""Brings the database up to date before a command uses it: missing tables, and the defaults of a new organization."""

from __future__ import annotations

import sys

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from essor.access.defaults import ensure_defaults
from essor.catalog import current
from essor.domain.reports.standard import ensure_reports
from essor.faces.cli.ending import Refused
from essor.kernel import locks


def prepare() -> None:
    """Apply what is missing; does nothing, in a few milliseconds, on a database that is up to date.

    Of several programs that start on a new database, one makes the tables and the others wait for it.
    """
    if _behind():
        with locks.alone_with_tables(_waiting):
            if _behind():
                call_command("migrate", verbosity=0, interactive=False)
    current.begin()
    ensure_defaults()
    ensure_reports()


def _waiting() -> None:
    sys.stderr.write("essor: another Essor is bringing the database up to date; waiting for it\n")
    sys.stderr.flush()


def _behind() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except Exception as error:
        message = f"the database cannot be reached: {error}"
        raise Refused(message) from error
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
