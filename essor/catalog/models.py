"""What administrators define at run time, and the one version number that tells every process to look again.

Nothing is ever deleted here: a purged row stays, so that its names and columns are not given to anything else.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from essor.catalog.languages import two_languages

Q = models.Q
NAME_LENGTH = 80


class State(models.TextChoices):
    """The life of what was defined: hidden things can come back, purged ones cannot."""

    ACTIVE = "active", _("Active")
    HIDDEN = "hidden", _("Deleted, can be restored")
    PURGED = "purged", _("Purged")


class CatalogVersion(models.Model):
    """One row. The number only grows and never comes twice, not even after a restore: it follows the clock."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="catalog_version_is_one_row")]


class Labelled(models.Model):
    """Something with a label in English, French or both."""

    label = models.CharField(max_length=255, blank=True, default="")
    label_fr = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def words(self) -> str:
        """Return the label in the reader's language, chosen when it is read."""
        return two_languages(self.label, self.label_fr)


class CustomObject(Labelled):
    """An object made at run time; its table is `table`, its records' ids start with `prefix`."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH)
    plural = models.CharField(max_length=255, blank=True, default="")
    plural_fr = models.CharField(max_length=255, blank=True, default="")
    description = models.TextField(blank=True, default="")
    prefix = models.CharField(max_length=3, unique=True)
    table = models.CharField(max_length=63, unique=True)
    icon = models.CharField(max_length=60, default="table")
    name_label = models.CharField(max_length=255, blank=True, default="")
    name_label_fr = models.CharField(max_length=255, blank=True, default="")
    name_format = models.CharField(max_length=60, blank=True, default="")
    tab = models.BooleanField(default=True)
    activities = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="catalog_object_name_once")]

    def __str__(self) -> str:
        return self.name


class CustomField(Labelled):
    """A field added at run time, or (`standard`) what was changed of a standard one: empty values change nothing.

    `column` is the stem of its attribute (`x_site` of `x_site_id`), `columns` all columns it brought to the table.
    `unfilled` is since when the stored values of a computed field wait to be worked out (see `actions.filling`).
    """

    outlives_objects = True
    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    standard = models.BooleanField(default=False)
    kind = models.CharField(max_length=20, blank=True, default="")
    column = models.CharField(max_length=63, blank=True, default="")
    columns = models.JSONField(default=list)
    help = models.TextField(blank=True, default="")
    help_fr = models.TextField(blank=True, default="")
    required = models.BooleanField(default=False)
    unique = models.BooleanField(default=False)
    external_id = models.BooleanField(default=False)
    history = models.BooleanField(default=True)
    hidden = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    choices = models.JSONField(null=True)
    target = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    child_relationship = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    on_delete = models.CharField(max_length=10, default="set_null")
    formula = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    purged_date = models.DateTimeField(null=True)
    dropped = models.BooleanField(default=False)
    unfilled = models.DateTimeField(null=True)
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("object_name"), Lower("name"), name="catalog_field_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.object_name}.{self.name}"

    @property
    def explanation(self) -> str:
        """Return the help text in the reader's language, chosen when it is read."""
        return two_languages(self.help, self.help_fr)


class ValidationRule(models.Model):
    """A formula that is true for a record that must not be saved; the message is shown beside `field`."""

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    active = models.BooleanField(default=True)
    formula = models.TextField()
    message = models.TextField()
    message_fr = models.TextField(blank=True, default="")
    field = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    description = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("object_name"), Lower("name"), name="catalog_rule_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.object_name}: {self.name}"

    @property
    def sentence(self) -> str:
        """Return the message in the reader's language, chosen when it is read."""
        return two_languages(self.message, self.message_fr)


class Layout(models.Model):
    """How a record page is arranged, for everybody (no `profile_id`) or one profile; `layouts` reads the body."""

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=NAME_LENGTH)
    profile_id = models.BigIntegerField(null=True)
    body = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("object_name"), "profile_id", name="catalog_layout_once"),
            models.UniqueConstraint(
                Lower("object_name"), condition=Q(profile_id=None), name="catalog_layout_default_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_name} ({self.profile_id or '*'})"


class RecordType(Labelled):
    """A variant of an object (key prefix 012); `values` narrows and orders picklists: {field: [values]}.

    Profiles are ids: `profiles` may choose it (None: all), `default_for` get it proposed, others if `default`.
    """

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    description = models.TextField(blank=True, default="")
    active = models.BooleanField(default=True)
    values = models.JSONField(default=dict)
    profiles = models.JSONField(null=True)
    default_for = models.JSONField(default=list)
    default = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("object_name"), Lower("name"), name="catalog_record_type_once"),
        ]

    def __str__(self) -> str:
        return f"{self.object_name}: {self.name}"


class StageCriteria(models.Model):
    """What a record needs to enter a stage, of one record type or (no `record_type`) of any.

    `required` are paths of fields, `formula` is true for a record that may enter, `message` says what else to do.
    """

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=NAME_LENGTH)
    record_type = models.ForeignKey(RecordType, models.CASCADE, null=True, related_name="+")
    stage = models.CharField(max_length=255)
    required = models.JSONField(default=list)
    formula = models.TextField(blank=True, default="")
    message = models.TextField(blank=True, default="")
    message_fr = models.TextField(blank=True, default="")
    guidance = models.TextField(blank=True, default="")
    guidance_fr = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object_name", "stage", "record_type"], name="catalog_stage_criteria_once"
            ),
            models.UniqueConstraint(
                fields=["object_name", "stage"],
                condition=Q(record_type=None),
                name="catalog_stage_criteria_any_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_name}: {self.stage}"

    @property
    def sentence(self) -> str:
        """Return the message in the reader's language, chosen when it is read."""
        return two_languages(self.message, self.message_fr)

    @property
    def advice(self) -> str:
        """Return the guidance in the reader's language, chosen when it is read."""
        return two_languages(self.guidance, self.guidance_fr)


class FieldIndex(models.Model):
    """An index that a reference, a unique field or the people's lists asked for, and how far it has come."""

    class Reason(models.TextChoices):
        """Who asked."""

        LOOKUP = "lookup", _("Reference")
        UNIQUE = "unique", _("Unique values")
        EXTERNAL_ID = "external id", _("External id")
        LIST_VIEW = "list view", _("List view")
        SEGMENT = "segment", _("Segment")
        MANUAL = "manual", _("Asked for")

    class State(models.TextChoices):
        """`wanted` is built at the next chance by whoever claims it; `failed` says why in `message`."""

        WANTED = "wanted", _("To be built")
        CLAIMED = "claimed", _("Under construction")
        READY = "ready", _("In use")
        FAILED = "failed", _("Failed")
        UNWANTED = "unwanted", _("To be removed")

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=63, unique=True)
    object_name = models.CharField(max_length=NAME_LENGTH)
    table = models.CharField(max_length=63)
    fields = models.JSONField(default=list)
    columns = models.JSONField()
    unique = models.BooleanField(default=False)
    live = models.BooleanField(default=True)
    filled = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    message = models.TextField(blank=True, default="")
    claimed_date = models.DateTimeField(null=True)
    created_date = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class CatalogChange(models.Model):
    """Who changed what was defined, when, and how it was before."""

    outlives_objects = True
    id = models.BigAutoField(primary_key=True)
    created_date = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)
    version = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    object_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    target = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["object_name", "-id"], name="catalog_change_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_name}.{self.target}"
