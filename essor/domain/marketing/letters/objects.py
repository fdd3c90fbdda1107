"""E-mail templates for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Spec, Standard, pick

PAGE = {"apart": True}

OBJECTS = (
    Standard(
        "letters.EmailTemplate",
        "00X",
        _("E-mail template"),
        _("E-mail templates"),
        icon="template",
        tab=False,
        about=_("What your campaigns say, written once and merged for each person."),
        compact=("Subject",),
        fields={
            "name": Spec(required=True),
            "template_type": Spec(
                kind="picklist",
                updateable=False,
                choices=pick(("blocks", _("Blocks")), ("mjml", "MJML"), ("html", "HTML")),
            ),
            "related_entity_type": Spec(
                kind="picklist", choices=pick(("Contact", _("Contacts")), ("Lead", _("Leads")))
            ),
            "language": Spec(kind="picklist", choices=pick(("fr", _("French")), ("en", _("English")))),
            "content": Spec(history=False, options={"exact": True, **PAGE}),
            "html_value": Spec(history=False, options={"exact": True, **PAGE}),
            "body": Spec(history=False, options={"exact": True, **PAGE}),
            "currency_iso_code": Spec(readonly=True, history=False, options=PAGE),
        },
        search=("Name", "Subject"),
    ),
)
