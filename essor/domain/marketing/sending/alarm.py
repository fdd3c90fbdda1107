"""Word to whoever launched a mailing that it has stopped: nobody may be looking at its page, least of all at a scenario's."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.marketing.sending.models import ListEmail
from essor.domain.notifications.kinds import Kind, register
from essor.domain.notifications.notices import notify

STOPPED = register(
    Kind(
        "mailing_stopped",
        gettext_lazy("One of my mailings stops"),
        gettext_lazy("A mailing you launched cannot go on until somebody solves a problem."),
        "alert-triangle",
        mail="now",
    )
)


def tell(mailing: ListEmail, problem: str) -> None:
    """Tell whoever launched a mailing, else its owner, that it stopped and why."""

    def title() -> str:
        return _("The mailing “%(name)s” has stopped") % {"name": mailing.name}

    whom = mailing.launched_by_id or mailing.owner_id
    notify(
        [whom] if whom else [],
        STOPPED.name,
        title,
        body=problem[:500],
        record=("ListEmail", mailing.pk),
    )
