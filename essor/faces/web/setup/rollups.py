"""Roll-up summaries: those of an object, and the job that recomputes all of them and reports what was wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from essor.catalog import current
from essor.catalog.definitions import Field
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.conditions import in_words
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.upkeep import KIND, start_check
from essor.jobs.models import JobRun

SHOWN = 10


@require_GET
@customizing
def of_object(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the roll-ups of an object."""
    obj = current.get().object(name)
    lines = [(one, filter_of(one)) for one in obj.fields if one.kind.name == "rollup"]
    return draw(
        request, "object_rollups", {"object": obj, "tab": "rollups", "lines": lines}, current="objects"
    )


def filter_of(field: Field) -> str:
    """Return a roll-up's filter in words, empty when it gathers all children."""
    way = current.get().object(field.object_name).child(str(field.options["relationship"]))
    return in_words(way.object_name, field.options.get("where"))


@require_http_methods(["GET", "POST"])
@customizing
def check(request: HttpRequest) -> HttpResponseBase:
    """Draw the last checks, or start one; `mend` also corrects what is wrong."""
    if request.method == "POST":
        start_check(actor_of(request), mend=request.POST.get("mend") == "1")
        return HttpResponseRedirect(reverse("web:setup_rollups"))
    stored = [one for obj in current.get() for one in obj.fields if one.kind.name == "rollup"]
    runs = list(JobRun.objects.filter(kind=KIND).order_by("-pk")[:SHOWN])
    running = next((run for run in runs if run.finished is None), None)
    context = {"fields": stored, "runs": runs, "running": running}
    return draw(request, "rollups", context, current="rollups")
