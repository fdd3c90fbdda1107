"""What imports add to the first steps of a new company."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.rights import Right
from essor.access.view import catalog_for
from essor.faces.web import offers
from essor.faces.web.offers import FirstStep
from essor.query import run
from essor.query.tree import Query

NAMES = ("Account", "Contact", "Lead")


@offers.first_step
def bring(actor: Actor) -> FirstStep | None:
    """Bring along what there is, for those who may import."""
    catalog = catalog_for(actor)
    known = [one for one in NAMES if catalog.has(one) and Right.IMPORT in actor.rights.on(one)]
    if not known:
        return None
    done = any(run.count_up_to(actor, Query(name), 1) for name in known)
    return FirstStep(
        40,
        _("Import your data"),
        _("From a spreadsheet or another program. You see a trial before anything is saved."),
        reverse("web:imports"),
        done,
        early=True,
    )
