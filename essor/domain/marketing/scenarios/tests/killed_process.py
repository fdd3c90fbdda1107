"""Forks workers that kill themselves (SIGKILL) after a few writes, the next a little later, until one lives to the end."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

# ruff: noqa: E402 -- Django must be ready before its models are imported
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
django.setup()

from essor.kernel.events import CONSUMERS

KNOWN = dict(CONSUMERS)

from essor.domain.automation import engine, jobs
from essor.domain.marketing.sending import jobs as mailings
from essor.domain.marketing.sending import outbox, runner
from essor.jobs import execution
from essor.jobs.tests.worker_process import Killer, in_child, take_over


def live_and_die(fatal: int) -> None:
    with ExitStack() as stack:
        Killer(fatal).install(stack)
        jobs.look.enqueue()  # what the clock does each minute
        mailings.wake.enqueue()
        take_over()


def main() -> None:
    logging.disable(logging.WARNING)  # that tasks lost their worker is the point
    CONSUMERS.clear()
    CONSUMERS.update(KNOWN)
    execution.FIRST_WAIT = 0.0
    outbox.take_over.__kwdefaults__["lease"] = timedelta(0)  # the one before us is dead
    engine.BATCH, runner.BATCH = 20, 8
    fatal, deaths, ending = 20, 0, -signal.SIGKILL
    while ending == -signal.SIGKILL:
        ending = in_child(partial(live_and_die, fatal))
        fatal += 7
        deaths += 1
    if ending != 0:
        sys.exit(f"the worker failed by itself: {ending}")
    sys.stdout.write(f"{deaths - 1} deaths\n")


if __name__ == "__main__":
    main()
