"""The addresses of the forecast pages."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.forecasts import adjust, deals, home, leaders, movement, offered, page, quotas

__all__ = ["offered"]

urlpatterns = [
    path("forecasts/", page.show, name="forecasts"),
    path("home/quarter", home.panel, name="my_quarter"),
    path("forecasts/deals", deals.show, name="forecast_deals"),
    path("forecasts/adjust", adjust.form, name="forecast_adjust"),
    path("forecasts/movements/", movement.show, name="forecast_movements"),
    path("forecasts/movements/deals", movement.deals, name="forecast_moved_deals"),
    path("forecasts/quotas/", quotas.show, name="forecast_quotas"),
    path("forecasts/leaderboard/", leaders.show, name="leaderboard"),
    path("forecasts/leaderboard/choice", leaders.choice, name="leaderboard_choice"),
]
