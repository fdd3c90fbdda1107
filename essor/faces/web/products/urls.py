"""The addresses of the products of a deal."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.products import adding, panel

urlpatterns = [
    path("r/<str:record_id>/products", panel.show, name="products"),
    path("r/<str:record_id>/products/add", adding.add, name="add_products"),
    path("r/<str:record_id>/products/<str:line_id>/remove", panel.remove, name="remove_product"),
]
