"""Registers the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from essor.catalog.kinds.links import tell_apart


class AccessConfig(AppConfig):
    """Who may: people, rights and sharing."""

    name = "essor.access"
    label = "access"
    verbose_name = _("Access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let ids tell users from groups, who share one space of keys; forget what is erased."""
        from essor.access import forgetting  # noqa: F401, PLC0415 -- models are loaded only now
        from essor.access.principals import PREFIXES, prefix_of  # noqa: PLC0415

        tell_apart(PREFIXES, prefix_of)
