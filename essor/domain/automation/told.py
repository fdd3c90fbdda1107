"""The kinds of notifications that flows send."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.domain.notifications.kinds import Kind, register

FLOW = register(Kind("flow", _("A flow tells me something"), _("The message of a step of a flow."), "bolt"))
FLOW_FAILED = register(
    Kind("flow_failed", _("A flow of mine fails"), _("Records for which a flow that you own could not go on."), "alert-triangle")
)  # fmt: skip
