"""What permission sets add up to: rights on objects, access to fields, permissions over the set-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag, StrEnum

from essor.access.models.rights import ANY


class Right(IntFlag):
    """What one may do with the records of an object."""

    NONE = 0
    READ = 1
    CREATE = 2
    EDIT = 4
    DELETE = 8
    VIEW_ALL = 16
    MODIFY_ALL = 32
    IMPORT = 64
    EXPORT = 128
    MASS_EDIT = 256


EVERY_RIGHT = Right(511)
COLUMNS: Mapping[str, Right] = {
    "read": Right.READ,
    "create": Right.CREATE,
    "edit": Right.EDIT,
    "delete_records": Right.DELETE,
    "view_all": Right.VIEW_ALL,
    "modify_all": Right.MODIFY_ALL,
    "import_records": Right.IMPORT,
    "export": Right.EXPORT,
    "mass_edit": Right.MASS_EDIT,
}
IMPLIED: Mapping[Right, Right] = {
    Right.MODIFY_ALL: Right.VIEW_ALL | Right.READ | Right.EDIT | Right.DELETE,
    Right.VIEW_ALL: Right.READ,
    Right.DELETE: Right.EDIT | Right.READ,
    Right.MASS_EDIT: Right.EDIT | Right.READ,
    Right.EDIT: Right.READ,
    Right.CREATE: Right.READ,
    Right.IMPORT: Right.READ,
    Right.EXPORT: Right.READ,
}


class FieldAccess(IntEnum):
    """What one may do with a field."""

    HIDDEN = 0
    READ = 1
    EDIT = 2


class Permission(StrEnum):
    """What one may do beyond records."""

    MANAGE_USERS = "manage_users"
    CUSTOMIZE = "customize"
    VIEW_SETUP = "view_setup"
    VIEW_ALL_DATA = "view_all_data"
    MODIFY_ALL_DATA = "modify_all_data"
    API = "api"


ADMINISTRATION = frozenset(Permission)


def closed(rights: Right) -> Right:
    """Return `rights` with all that they imply: nobody edits what they may not read."""
    for right, implied in IMPLIED.items():
        if right in rights:
            rights |= implied
    return rights


@dataclass(frozen=True, slots=True)
class Bundle:
    """The rows of one permission set; `name` is the profile's name when the set is a profile's own.

    `limit` is the bundle of the holder's licence: nothing beyond it is granted.
    """

    id: int
    name: str
    is_profile: bool
    permissions: frozenset[str]
    objects: Mapping[str, Right]
    fields: Mapping[tuple[str, str], FieldAccess]
    limit: Bundle | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the ids of the permission set and of the one that limits it."""
        return (self.id,) if self.limit is None else (self.id, self.limit.id)

    def within(self, limit: Bundle) -> Bundle:
        """Return the bundle as far as a licence lets it grant."""
        return replace(self, permissions=self.permissions & limit.permissions, limit=limit)

    def rights(self, object_name: str) -> Right:
        """Return the rights on an object: those of the rows and the rights over all data; no more than the limit's rows."""
        rights = self.rows(object_name)
        if Permission.MODIFY_ALL_DATA in self.permissions:
            rights |= Right.MODIFY_ALL
        if Permission.VIEW_ALL_DATA in self.permissions:
            rights |= Right.VIEW_ALL
        return closed(rights) if self.limit is None else closed(rights) & self.limit.rows(object_name)

    def rows(self, object_name: str) -> Right:
        """Return what stands for an object: its own row, or the row of all objects, with what that implies."""
        own = self.objects.get(object_name)
        return closed(self.objects.get(ANY, Right.NONE) if own is None else own)

    def access(self, object_name: str, field_name: str) -> FieldAccess:
        """Return the access to a field: its own row, the object's, or the row of all fields; no more than the limit's."""
        own = self._access(object_name, field_name)
        return own if self.limit is None else min(own, self.limit.access(object_name, field_name))

    def _access(self, object_name: str, field_name: str) -> FieldAccess:
        for key in ((object_name, field_name), (object_name, ANY), (ANY, ANY)):
            if (own := self.fields.get(key)) is not None:
                return own
        return FieldAccess.HIDDEN


@dataclass(frozen=True, slots=True)
class Rights:
    """The union of several bundles; everybody with the same bundles shares one instance."""

    bundles: tuple[Bundle, ...]
    everything: bool = False
    signature: tuple[int, ...] = field(init=False)
    permissions: frozenset[str] = field(init=False)
    _on_objects: dict[str, Right] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Add up what does not depend on an object."""
        granted: frozenset[str] = frozenset().union(*(bundle.permissions for bundle in self.bundles))
        object.__setattr__(self, "permissions", ADMINISTRATION if self.everything else granted)
        signature = (
            (-1,) if self.everything else tuple(sorted({key for one in self.bundles for key in one.ids}))
        )
        object.__setattr__(self, "signature", signature)
        object.__setattr__(self, "_on_objects", {})

    def on(self, object_name: str) -> Right:
        """Return the rights on the records of an object."""
        known = self._on_objects.get(object_name)
        if known is None:
            known = EVERY_RIGHT if self.everything else Right.NONE
            for bundle in self.bundles:
                known |= bundle.rights(object_name)
            self._on_objects[object_name] = known
        return known

    def access(self, object_name: str, field_name: str) -> FieldAccess:
        """Return the access to a field, the most that any bundle gives."""
        if self.everything:
            return FieldAccess.EDIT
        return max(
            (bundle.access(object_name, field_name) for bundle in self.bundles), default=FieldAccess.HIDDEN
        )
