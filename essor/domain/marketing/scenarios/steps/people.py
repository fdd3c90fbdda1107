"""What all steps of scenarios have in common: they are for contacts and leads."""

from __future__ import annotations

from essor.domain.automation.kinds import Site, StepKind
from essor.domain.marketing.consent.people import KINDS


class PeopleStep(StepKind):
    """A step for flows of people."""

    def offered(self, site: Site) -> bool:
        """Contacts and leads are people."""
        return site.obj.name in KINDS
