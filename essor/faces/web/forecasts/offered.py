"""What forecasts add to the frame and to the home page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.forecasts import scope
from essor.faces.web import addresses, offers
from essor.faces.web.offers import PageTab
from essor.faces.web.shapes import Action


@offers.tab
def forecasts(actor: Actor) -> PageTab | None:
    """Offer the forecast to those who sell or lead."""
    if not scope.takes_part(actor):
        return None
    return PageTab("Forecasts", _("Forecasts"), "chart-line", addresses.FORECASTS)


@offers.home_link
def leaderboard(actor: Actor) -> Action | None:
    """Offer the leaderboard."""
    return Action(_("Leaderboard"), addresses.LEADERBOARD, "trophy") if scope.takes_part(actor) else None
