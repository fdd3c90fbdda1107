"""The kinds of notifications that flows send."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.domain.notifications.kinds import Kind, register

FLOW = register(Kind("flow", _("A flow sends me a message"), _("A message written in a flow step."), "bolt"))
FLOW_FAILED = register(
    Kind(
        "flow_failed",
        _("One of my flows fails"),
        _("A flow you own could not go on for some records."),
        "alert-triangle",
    )
)
