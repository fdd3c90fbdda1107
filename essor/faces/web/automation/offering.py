"""The kinds of steps that a desk offers, under headings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.domain.automation.kinds import STEPS, Site
from essor.faces.web.automation.desks import Offered

# A heading with the kinds below it; the last one, which names none, takes all others as rooms registered them.
Headings = Sequence[tuple[str | Promise, tuple[str, ...]]]
FLOWS: Headings = (
    (_("Records"), ("update", "create", "task", "assign")),
    (_("Messages"), ("notify", "mail", "webhook")),
    (_("Paths"), ("branch", "wait", "approval")),
    (_("Others"), ()),
)


def under(site: Site, headings: Headings, *, without: Collection[str] = ()) -> Offered:
    """Return [(heading, kinds)] of what steps of this object may be."""
    left = {name: kind for name, kind in STEPS.items() if name not in without and kind.offered(site)}
    found = []
    for heading, wanted in headings:
        some = [left.pop(name) for name in wanted if name in left] if wanted else list(left.values())
        if some:
            shown = [(one.name, str(one.label), one.icon, str(one.help)) for one in some]
            found.append((str(heading), shown))
    return found


def of_flows(site: Site) -> Offered:
    """Return the kinds of steps that a flow of the set-up may have."""
    return under(site, FLOWS)
