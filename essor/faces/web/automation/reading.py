"""Reads a flow for a page, in the eyes of whoever looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from essor.catalog import current
from essor.domain.automation.definition import Definition, from_json
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import Flow, FlowVersion
from essor.faces.web.lists.words import told_of
from essor.faces.web.records.reading import actor_of
from essor.kernel.errors import EssorError, NotFound
from essor.kernel.whole import whole
from essor.query.tree import Condition


@dataclass(frozen=True, slots=True)
class Shown:
    """A flow with the version that a page is about: the draft, else the one in force, else the last."""

    flow: Flow
    version: FlowVersion
    definition: Definition
    site: Site

    @property
    def is_draft(self) -> bool:
        """Tell whether the version may still be changed."""
        return self.version.state == FlowVersion.State.DRAFT


def found(request: HttpRequest, flow_id: int, number: str = "") -> Shown:
    """Return a flow, the version `number` of it when one is named; NotFound otherwise.

    The catalog is the whole one: who sees the set-up sees all fields there.
    """
    flow = Flow.objects.select_related("owner", "active").filter(pk=flow_id).first()
    catalog = current.get()
    if flow is None or not catalog.has(flow.object_name):
        raise NotFound(_("There is no such flow."))
    versions = flow.versions.order_by("-number")
    version = None
    if (asked := whole(number)) is not None:
        version = versions.filter(number=asked).first()
    version = (
        version or versions.filter(state=FlowVersion.State.DRAFT).first() or flow.active or versions.first()
    )
    if version is None:
        raise NotFound(_("There is no such flow."))
    site = Site(actor_of(request), catalog, catalog.object(flow.object_name))
    return Shown(flow, version, from_json(version.definition), site)


def in_words(site: Site, where: Condition | None) -> str:
    """Return a condition in words, as much of it as can be said."""
    if where is None:
        return ""
    try:
        return told_of(site, site.obj, where)
    except EssorError as error:
        return str(error)
