"""The addresses of what is done with orders."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.orders import making

urlpatterns = [
    path("r/<str:record_id>/order", making.new_order, name="new_order"),
    path("r/<str:record_id>/contract", making.new_contract, name="new_contract"),
    path("r/<str:record_id>/activate", making.activate, name="activate"),
    path("r/<str:record_id>/confirmation", making.confirmation, name="order_confirmation"),
]
