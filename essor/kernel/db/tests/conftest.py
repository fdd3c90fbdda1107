"""Fixtures of the database tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, migrations, models

from essor.kernel.db.tests.ground import TABLE, Ground


@pytest.fixture
def ground(transactional_db: None) -> Iterator[Ground]:
    ground = Ground()
    ground.migrate(
        migrations.CreateModel(
            "Thing",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=40, null=True)),
                ("size", models.IntegerField(default=1, db_index=True)),
                ("is_deleted", models.BooleanField(default=False)),
            ],
            {"indexes": [models.Index(fields=["name"], name="ground_name")]},
        )
    )
    yield ground
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
