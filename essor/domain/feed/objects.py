"""Files for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Spec, Standard, pick

READ_ONLY = Spec(readonly=True)
SHARES = pick(("V", _("Viewer")), ("C", _("Collaborator")), ("I", _("As the record")))
LINKED = Spec(
    kind="lookup",
    name="LinkedEntityId",
    targets=("Account", "Contact", "Lead", "Opportunity", "Task", "Event", "EmailMessage"),
    relationship="LinkedEntity",
    child_relationship="ContentDocumentLinks",
    required=True,
    updateable=False,
    options={"polymorphic": True, "any_activity_object": True},
)

OBJECTS = (
    Standard(
        # Made by an upload only: a form has no place for bytes.
        "feed.ContentDocument",
        "069",
        _("File"),
        _("Files"),
        icon="file",
        name_field="Title",
        createable=False,
        about=_("Files are added on the page of the record they belong to."),
        fields={
            "title": Spec(required=True),
            "file_extension": READ_ONLY,
            "file_type": READ_ONLY,
            "content_size": READ_ONLY,
        },
        hidden=frozenset({"last_activity_date"}),
        search=("Title",),
    ),
    Standard(
        "feed.ContentVersion",
        "068",
        _("File version"),
        _("File versions"),
        icon="file",
        name_field="Title",
        tab=False,
        createable=False,
        fields={
            "content_document": Spec(
                kind="masterdetail", child_relationship="ContentVersions", on_delete="cascade"
            ),
            "version_number": READ_ONLY,
            "path_on_client": READ_ONLY,
            "content_size": READ_ONLY,
            "checksum": READ_ONLY,
        },
        hidden=frozenset({"path"}),
    ),
    Standard(
        "feed.ContentDocumentLink",
        "06A",
        _("File link"),
        _("File links"),
        icon="paperclip",
        tab=False,
        name_field="Id",
        fields={
            "content_document": Spec(
                kind="masterdetail", child_relationship="ContentDocumentLinks", on_delete="cascade"
            ),
            "linked_entity": LINKED,
            "share_type": Spec(kind="picklist", choices=SHARES),
        },
        hidden=frozenset({"linked_entity_type"}),
    ),
)
