"""A worker killed before any of its writes: each flow step has its effect once, and no run is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from essor.access.actor import Actor
from essor.domain.automation.tests.conftest import MakeFlow, update
from essor.jobs.tests.conftest import database_url

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("killed_process.py")


def test_killed_before_any_write_each_step_has_its_effect_once(admin: Actor, make_flow: MakeFlow) -> None:
    task = {
        "kind": "create",
        "settings": {
            "object": "Task",
            "values": [
                {"field": "Subject", "from": "formula", "value": '"Call " & LastName'},
                {"field": "WhoId", "from": "field", "value": "Id"},
            ],
        },
    }
    letter = {
        "kind": "mail",
        "settings": {"to": ["field:Email"], "subject": "Hello", "body": "{{ LastName }}"},
    }
    make_flow("Lead", {"on": "created"}, task, letter, update(Title="seen"))
    done = subprocess.run(  # noqa: S603 -- our own script
        [sys.executable, str(SCRIPT), "1"],
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.splitlines()[-1].split()[0]) > 40, done.stdout
