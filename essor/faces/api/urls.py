"""The API's addresses, all below /api/v1/."""

from __future__ import annotations

from django.urls import path

from essor.faces.api import approvals, conversion, describe, openapi, questions, records
from essor.faces.api.door import endpoint

app_name = "api"
METHODS = ("get", "post", "put", "patch", "delete")

urlpatterns = [
    path("me", endpoint(get=describe.me), name="me"),
    path("objects", endpoint(get=describe.list_objects), name="objects"),
    path("objects/<str:name>", endpoint(get=describe.describe_object), name="object"),
    path(
        "records/<str:name>", endpoint(get=records.list_records, post=records.create_record), name="records"
    ),
    path("records/<str:name>/bulk", endpoint(post=records.bulk), name="bulk"),
    path(
        "records/<str:name>/<str:record_id>",
        endpoint(get=records.read_record, patch=records.update_record, delete=records.delete_record),
        name="record",
    ),
    path("leads/convert", endpoint(post=conversion.convert), name="convert_leads"),
    path("leads/convert/undo", endpoint(post=conversion.take_back), name="undo_conversion"),
    path("process/approvals", endpoint(get=approvals.list_processes, post=approvals.act), name="approvals"),
    path("query", endpoint(get=questions.query_by_get, post=questions.query_by_post), name="query"),
    path("search", endpoint(get=questions.search), name="search"),
    path("openapi.json", endpoint(get=openapi.document), name="openapi"),
    path("<path:rest>", endpoint(**dict.fromkeys(METHODS, describe.nothing)), name="nothing"),
]
