"""Landing pages and what was sent from them, for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Calculated, Spec, Standard, pick

PAGE, SUBMISSION = "LandingPage", "FormSubmission"
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
ASKED = _("Shown next to a tick box and kept as proof. Empty: not asked.")

OBJECTS = (
    Standard(
        "pages.LandingPage",
        "0lp",
        _("Landing page"),
        _("Landing pages"),
        icon="world",
        about=_("A landing page has a form: people who fill it in become leads, and may get a file."),
        compact=("Title",),
        fields={
            "name": Spec(required=True),
            "title": Spec(required=True),
            "campaign": Spec(
                child_relationship="LandingPages", help=_("Sending the form counts as a response to it.")
            ),
            "slug": Spec(help=_("Empty: made from the heading.")),
            "url_key": Spec(readonly=True, history=False, options={"apart": True}),
            "language": Spec(kind="picklist", choices=pick(("fr", _("French")), ("en", _("English")))),
            "email_template": Spec(help=_("The page shows the blocks of this e-mail.")),
            "form_fields": Spec(options={"exact": True, "apart": True}),
            "email_wording": Spec(help=ASKED),
            "phone_wording": Spec(help=ASKED),
            "visits_wording": Spec(help=ASKED),
            "number_of_submissions": Spec(
                kind="rollup",
                readonly=True,
                history=False,
                options={
                    "relationship": "FormSubmissions",
                    "function": "COUNT",
                    "returns": "number",
                    "scale": 0,
                },
            ),
            "currency_iso_code": Spec(readonly=True, history=False, options={"apart": True}),
        },
        search=("Name", "Title"),
        activities=True,
    ),
    Standard(
        "pages.FormSubmission",
        "1fs",
        _("Form submission"),
        _("Form submissions"),
        icon="inbox",
        tab=False,
        createable=False,
        compact=("LandingPageId", "UtmSource", "Name", "UtmCampaign"),
        name_field="Email",
        fields={
            "landing_page": Spec(
                kind="masterdetail",
                child_relationship="FormSubmissions",
                on_delete="cascade",
                updateable=False,
            ),
            "contact": Spec(child_relationship="FormSubmissions", on_delete="cascade"),
            "lead": Spec(
                child_relationship="FormSubmissions", on_delete="cascade", options={"becomes": "ContactId"}
            ),
            "list_email": Spec(child_relationship="FormSubmissions"),
            "email": Spec(kind="email", updateable=False),
            **dict.fromkeys(("proven", "referrer", "answers", "agreed", *UTM), Spec(updateable=False)),
        },
        formulas={"Name": Calculated(_("Name"), "BLANKVALUE(Contact.Name, Lead.Name)", "text")},
    ),
)
