"""Pages that people read on the company's site, for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Calculated, Spec, Standard

PAGE_VIEW = "PageView"
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
AS_IT_WAS = Spec(updateable=False, history=False)

OBJECTS = (
    Standard(
        "visits.PageView",
        "1pv",
        _("Page view"),
        _("Page views"),
        icon="world",
        tab=False,
        createable=False,
        compact=("Name",),
        name_field="Path",
        fields={
            "contact": Spec(
                child_relationship="PageViews", on_delete="cascade", updateable=False, history=False
            ),
            "lead": Spec(
                child_relationship="PageViews",
                on_delete="cascade",
                updateable=False,
                history=False,
                options={"becomes": "ContactId"},
            ),
            "campaign": Spec(child_relationship="PageViews", updateable=False, history=False),
            "path": Spec(
                updateable=False, history=False, help=_("The address on the site, such as /prices.")
            ),
            **dict.fromkeys(("site", "visited_date", "referrer", "is_machine", *UTM), AS_IT_WAS),
        },
        formulas={"Name": Calculated(_("Name"), "BLANKVALUE(Contact.Name, Lead.Name)", "text")},
    ),
)
