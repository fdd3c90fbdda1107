"""What the room offers to flows: importing it registers the steps, the events that start them, and where people live."""

from __future__ import annotations

from essor.domain.automation import hours
from essor.domain.marketing.scenarios import entries, jobs, rights, steps, texts
from essor.domain.marketing.sending import zones
from essor.domain.marketing.sending.people import COUNTRIES

for object_name, path in COUNTRIES.items():
    hours.place(object_name, path, zones.zone_of)

__all__ = ["entries", "jobs", "rights", "steps", "texts"]
