"""The kinds of steps that a scenario offers, under headings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.domain.automation.kinds import Site
from essor.faces.web.automation.desks import Offered
from essor.faces.web.automation.offering import Headings, under

HEADINGS: Headings = (
    (_("Messages"), ("send", "sms", "notify")),
    (_("Waits"), ("wait",)),
    (_("Paths"), ("engaged", "branch", "split")),
    (_("Actions"), ()),
)
# A scenario writes to people by its letters, with consent, opt-out and proof.
WITHOUT = frozenset({"mail"})


def kinds(site: Site) -> Offered:
    """Return [(heading, kinds)] of what steps of this object may be."""
    return under(site, HEADINGS, without=WITHOUT)
