"""The few errors that cross rooms; every face turns these same classes into its own answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EssorError(Exception):
    """Base of every error meant for a person; `str()` is a sentence in the reader's language."""

    code = "UNKNOWN_EXCEPTION"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused value: which field (outside name, empty for the whole record), a stable code, a sentence.

    `holder` is the record that has a unique value already; whoever shows it asks whether the reader may see it.
    """

    field: str
    code: str
    message: str
    holder: int | None = None


class ValidationFailed(EssorError):
    """The input broke one or more rules; nothing was written. Carries every error found, not the first."""

    code = "FIELD_CUSTOM_VALIDATION_EXCEPTION"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        """Keep all errors; the exception text joins their messages."""
        self.errors = tuple(errors)
        super().__init__(" ".join(error.message for error in self.errors))


@dataclass(frozen=True, slots=True)
class Suspect:
    """A stored record that seems to be the same as one being written. `record_id` None: the writer may not see it.

    `likeness` is a probability from 0 to 1, `rule` the name of the rule that found it, `shared` what agrees, in words.
    """

    object: str
    record_id: int | None
    likeness: float
    rule: str
    shared: tuple[str, ...] = ()


class DuplicatesDetected(ValidationFailed):
    """The record seems to be there already; with `may_save` the writer may insist (`Change.accept_duplicates`)."""

    code = "DUPLICATES_DETECTED"

    def __init__(self, errors: Sequence[FieldError], suspects: Sequence[Suspect], *, may_save: bool) -> None:
        """Keep whom it resembles."""
        self.suspects = tuple(suspects)
        self.may_save = may_save
        super().__init__(errors)


@dataclass(frozen=True, slots=True)
class Clash:
    """One field two people changed: its outside name, the stored value and the value that was offered."""

    field: str
    stored: object
    offered: object


class Conflict(EssorError):
    """Somebody saved the record after it was read; `clashes` shows both values of each contested field."""

    code = "CONFLICT"

    def __init__(self, message: str, *, revision: int, clashes: Sequence[Clash] = ()) -> None:
        """Remember the stored revision so that the caller can offer to save over it."""
        self.revision = revision
        self.clashes = tuple(clashes)
        super().__init__(message)


class Busy(EssorError):
    """Others wrote the same records at the same moment, again and again; nothing was written, the same may work now."""

    code = "UNABLE_TO_LOCK_ROW"


class Forbidden(EssorError):
    """The actor lacks the right for this action."""

    code = "INSUFFICIENT_ACCESS"


class NotFound(EssorError):
    """No such record, or none that the actor may see: the two are never told apart."""

    code = "NOT_FOUND"


class UnknownObject(EssorError):
    """No such object, or none that the actor may see."""

    code = "INVALID_TYPE"


class UnknownField(EssorError):
    """No such field, or none that the actor may see."""

    code = "INVALID_FIELD"


class QueryRefused(EssorError):
    """A query that cannot run: `code` is Salesforce's, `line` and `column` start at 1 (0 = no position)."""

    def __init__(
        self, message: str, *, code: str = "MALFORMED_QUERY", line: int = 0, column: int = 0
    ) -> None:
        """Keep the position apart from the sentence so that an editor can mark it."""
        self.code = code
        self.line = line
        self.column = column
        self.reason = message
        super().__init__(message)
