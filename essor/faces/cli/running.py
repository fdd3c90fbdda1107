"""Whether an Essor is at work on this database."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from essor.faces.cli.ending import Refused
from essor.jobs.models import WorkerPulse

FRESH = timedelta(seconds=15)


def refuse_while_running() -> None:
    """Refuse, in one line, while a worker's heart beats; an empty database has none."""
    try:
        beating = WorkerPulse.objects.filter(beat__gt=timezone.now() - FRESH).exists()
    except DatabaseError:
        return
    if beating:
        message = "Essor is running on this database; stop it first"
        raise Refused(message)
