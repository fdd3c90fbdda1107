"""Forks workers that kill themselves before their first, second, third … write, lets others take over, counts effects."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import ExitStack
from functools import partial

# ruff: noqa: E402 -- Django must be ready before its models are imported
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
django.setup()

from essor.kernel.events import CONSUMERS

KNOWN = {"flows": CONSUMERS["flows"]}

from django.apps import apps
from django.conf import settings

from essor.access.actor import administrator
from essor.domain.automation.models import FlowRun, FlowStep, Outgoing
from essor.jobs import execution
from essor.jobs.tests.worker_process import Killer, in_child, set_the_stage, take_over, work
from essor.kernel.models import Delivery
from essor.records.change import Change
from essor.records.models import History
from essor.records.save import save_many

LEADS = 3
Lead, Task = apps.get_model("sales", "Lead"), apps.get_model("activities", "Task")


def live_and_die(fatal: int) -> None:
    with ExitStack() as stack:
        Killer(fatal).install(stack)
        work()


def make_leads() -> None:
    changes = [
        Change("Lead", {"LastName": f"L{n}", "Company": "C", "Email": f"l{n}@x.example"})
        for n in range(LEADS)
    ]
    assert all(one.ok for one in save_many(administrator(), "Lead", changes))


def clear() -> None:
    set_the_stage()
    for model in (Outgoing, FlowStep, FlowRun, Task, Lead, History):
        model.objects.all().delete()


def check(fatal: int) -> None:
    tasks = sorted(Task.objects.values_list("subject", flat=True))
    found = {
        "tasks": tasks == [f"Call L{n}" for n in range(LEADS)],
        "updates": Lead.objects.filter(title="seen").count() == LEADS,
        "written once": History.objects.filter(object_name="Lead", action="updated").count() == LEADS,
        "runs": list(FlowRun.objects.values_list("state", flat=True)) == ["done"] * LEADS,
        # a mail that left only at its second attempt says so in a line of its own
        "log": 3 * LEADS <= FlowStep.objects.count() <= 4 * LEADS,
        "mails": Outgoing.objects.filter(sent__isnull=False).count() == LEADS == Outgoing.objects.count(),
        "nothing left": not Delivery.objects.exists(),
    }
    wrong = [name for name, right in found.items() if not right]
    if wrong:
        sys.exit(f"killed before step {fatal}: {', '.join(wrong)} wrong")


def patient() -> None:
    """Claimed mails are due again only after their wait: the next worker is given that time."""
    Outgoing.objects.filter(sent__isnull=True, due_at__isnull=False).update(due_at="2020-01-01T00:00:00Z")
    take_over()
    for _again in range(3):
        from essor.domain.automation.jobs import look

        look.enqueue()
        work()


def main() -> None:
    logging.disable(logging.WARNING)  # that tasks lost their worker is the point
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    CONSUMERS.clear()
    CONSUMERS.update(KNOWN)
    execution.FIRST_WAIT = 0.0
    stride = int(sys.argv[1])
    fatal, ending = 0, -signal.SIGKILL
    while ending == -signal.SIGKILL:
        clear()
        make_leads()
        ending = in_child(partial(live_and_die, fatal))
        patient()
        check(fatal)
        fatal += stride
    if ending != 0:
        sys.exit(f"the worker failed by itself: {ending}")
    sys.stdout.write(f"{fatal - stride} steps\n")


if __name__ == "__main__":
    main()
