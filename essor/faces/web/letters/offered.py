"""What letters add to the frame and to the record page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.faces.web import offers
from essor.faces.web.offers import PageTab
from essor.faces.web.records.reading import Loaded
from essor.faces.web.shapes import Action


@offers.tab
def letters(actor: Actor) -> PageTab | None:
    """Offer the gallery to those who may see letters."""
    if not row_access.may(actor, "EmailTemplate", "read"):
        return None
    return PageTab("EmailTemplate", _("E-mail templates"), "template", reverse("web:letters"))


@offers.beginning("EmailTemplate")
def begin(actor: Actor) -> str:
    """A letter begins with a ready-made one, an empty one or a source; who may not edit letters is told by the form."""
    return reverse("web:new_letter") if row_access.may(actor, "EmailTemplate", "create") else ""


@offers.record_action("EmailTemplate")
def design(record: Loaded) -> Action | None:
    """Offer the editor."""
    return Action(_("Design"), reverse("web:letter", args=[record.id]), "palette", "primary")
