"""Reads a flow for a page, in the eyes of whoever looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog
from essor.domain.automation.definition import Definition, from_json
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import Flow, FlowVersion
from essor.faces.web.automation.desks import Desk
from essor.faces.web.lists.words import told_of
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
    desk: Desk

    @property
    def is_draft(self) -> bool:
        """Tell whether the version may still be changed."""
        return self.version.state == FlowVersion.State.DRAFT


def read(actor: Actor, catalog: Catalog, flow: Flow, desk: Desk, number: str = "") -> Shown:
    """Return a flow at a desk, the version `number` of it when one is named; NotFound when its object is gone.

    `catalog` is the whole one in the set-up, that of the reader elsewhere.
    """
    if not catalog.has(flow.object_name):
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
    definition = from_json(version.definition)
    site = Site(actor, catalog, catalog.object(flow.object_name), flow, definition)
    return Shown(flow, version, definition, site, desk)


def in_words(site: Site, where: Condition | None) -> str:
    """Return a condition in words, as much of it as can be said."""
    if where is None:
        return ""
    try:
        return told_of(site, site.obj, where)
    except EssorError as error:
        return str(error)
