"""Sends one mailing over and over until it is killed: `killed_process.py KEY`."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
django.setup()

# ruff: noqa: E402 -- Django must be ready before its models are imported
from datetime import timedelta

from essor.domain.marketing.sending import outbox, runner

outbox.take_over.__kwdefaults__["lease"] = timedelta(0)  # the one before us is dead: the test killed it
runner.BATCH = 100
runner.run(int(sys.argv[1]), seconds=600)
