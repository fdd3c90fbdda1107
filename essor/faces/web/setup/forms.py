"""Plain forms of the set-up: what they start with, what was typed, what is wrong beside each control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from essor.faces.web import returning
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, Forbidden, NotFound, QueryRefused, ValidationFailed

Errors = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """The values of a form by name, each a list as forms send them, and the errors by the same names."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)

    def value(self, name: str, default: str = "") -> str:
        """Return one value; the last one, as a ticked box comes after its hidden twin."""
        found = self.values.get(name)
        return found[-1] if found else default

    def all(self, name: str) -> Sequence[str]:
        """Return all values of a name in the order of the page."""
        return [one for one in self.values.get(name, ()) if one]

    def on(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self.value(name) not in ("", "0", "false")

    def wrong(self, name: str) -> list[str]:
        """Return the sentences beside one control."""
        return self.errors.get(name, [])

    @property
    def status(self) -> int:
        """Return the HTTP status of the page that shows this form."""
        return 422 if self.errors else 200


def starting(values: Mapping[str, Any]) -> Form:
    """Return a form that shows stored values: texts, numbers, yes and no, lists of texts."""
    return Form({name: _texts(value) for name, value in values.items()})


def sent(request: HttpRequest, errors: Errors | None = None) -> Form:
    """Return a form as it was sent."""
    return Form({name: list(map(str, values)) for name, values in request.POST.lists()}, errors or {})


def submit(
    request: HttpRequest,
    work: Callable[[Form], str],
    again: Callable[[Form], HttpResponseBase],
    *,
    said: str = "",
) -> HttpResponseBase:
    """Do `work`, which returns where to go then; draw the form `again` with what was typed when it is refused."""
    form = sent(request)
    try:
        address = work(form)
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        return again(sent(request, errors_of(error)))
    flash(request, said or _("Saved."))
    return HttpResponseRedirect(returning.kept(request, address))


def errors_of(error: EssorError) -> Errors:
    """Return the errors of a refusal by the name of the control."""
    found: dict[str, list[str]] = {}
    if isinstance(error, ValidationFailed):
        for one in error.errors:
            found.setdefault(_control(one.field, one.message), []).append(one.message)
        return found
    if isinstance(error, QueryRefused):
        place = _("line %(line)d, column %(column)d:") % {"line": error.line, "column": error.column}
        return {"where": [f"{place} {error.reason}" if error.line else error.reason]}
    return {"": [str(error)]}


def _control(name: str, message: str) -> str:
    """Return the control that an error belongs to; an option's name stands at the start of its sentence."""
    head, colon, _rest = message.partition(": ")
    return f"option.{head}" if name == "options" and colon and head.isidentifier() else name


def _texts(value: Any) -> list[str]:
    match value:
        case None | False:
            return []
        case True:
            return ["1"]
        case list() | tuple() | set() | frozenset():
            return [str(one) for one in value]
    return [str(value)]
