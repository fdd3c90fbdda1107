"""The kinds of steps that a scenario offers, under headings."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.domain.automation.kinds import STEPS, Site
from essor.faces.web.automation.desks import Offered

# What is not named here stands under the last heading, in the order in which rooms registered it.
HEADINGS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Messages"), ("send", "sms", "notify")),
    (_("Waits"), ("wait",)),
    (_("Paths"), ("engaged", "branch", "split")),
    (_("Actions"), ()),
)
# A scenario writes to people by its letters, with consent, opt-out and proof.
WITHOUT = frozenset({"mail"})


def kinds(site: Site) -> Offered:
    """Return [(heading, kinds)] of what steps of this object may be."""
    left = {name: kind for name, kind in STEPS.items() if name not in WITHOUT and kind.offered(site)}
    found = []
    for heading, wanted in HEADINGS:
        some = [left.pop(name) for name in wanted if name in left] if wanted else list(left.values())
        if some:
            found.append(
                (str(heading), [(one.name, str(one.label), one.icon, str(one.help)) for one in some])
            )
    return found
