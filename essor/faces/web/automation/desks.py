"""Where flows are built: the set-up's flows and scenarios share drawing and panels, and differ in what a desk says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.functional import Promise

from essor.access.actor import Actor
from essor.domain.automation.definition import Definition, Step
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import Flow, FlowVersion
from essor.faces.web.setup.forms import Form

if TYPE_CHECKING:
    from essor.faces.web.automation.drawing import Card, Counts
    from essor.faces.web.automation.reading import Shown

Kinds = Sequence[tuple[str, str, str, str]]  # name, label, icon, help
Offered = Sequence[tuple[str, Kinds]]  # under headings


class Draw(Protocol):
    """Draws a page of the desk around a template's context."""

    def __call__(
        self,
        request: HttpRequest,
        template: str,
        shown: Shown,
        context: Mapping[str, Any],
        *,
        tab: str,
        status: int = 200,
    ) -> HttpResponseBase:
        """Return the page."""


class Save(Protocol):
    """Keeps a draft of the desk."""

    def __call__(self, actor: Actor, flow: Flow, definition: Definition, *, seen: FlowVersion) -> object:
        """Raise Conflict when somebody has saved it since the version `seen` was read."""


@dataclass(frozen=True, slots=True)
class EndForm:
    """The panel of a desk for the start or the end of its flows, where the set-up's own does not fit.

    `values` are what the form starts with, `more` what the template needs for a form, `read` gives the changed flow.
    """

    template: str
    title: str | Promise
    icon: str
    values: Callable[[Shown], Mapping[str, Any]]
    more: Callable[[Shown, Form], Mapping[str, Any]]
    read: Callable[[Shown, QueryDict], Definition]
    saved: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """One place where flows are built: its addresses, who may change what, how a draft is kept.

    `base` is the builder's address, all else lies below it; `people` lists those who stand at a card,
    `samples` finds records for the test run.
    """

    base: str
    people: str
    samples: str
    may_edit: bool
    save: Save
    draw: Draw
    kinds: Callable[[Site], Offered]
    counts: Callable[[Shown], Counts | None]
    head: Callable[[Shown], Card | None] = lambda _shown: None
    ends: Mapping[str, EndForm] = field(default_factory=dict)


Reader = Callable[["Shown", Step, QueryDict, str], dict[str, Any]]
More = Callable[["Shown", Step], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class KindForm:
    """The panel of a kind of step that another room brings: its template, what that needs, what a form sends.

    `read` returns settings, `ways` its paths, `fresh` the settings of a new step. `flat` gives the
    form's values where they are not the settings themselves.
    """

    template: str
    read: Reader
    more: More = lambda _shown, _step: {}
    fresh: Mapping[str, Any] = field(default_factory=dict)
    ways: Callable[[Step, QueryDict], tuple[Any, ...]] | None = None
    flat: Callable[[Step], Mapping[str, Any]] = lambda step: step.settings


FORMS: dict[str, KindForm] = {}


def kind_form(name: str, form: KindForm) -> None:
    """Give a kind of step its panel."""
    FORMS[name] = form


Built = Callable[[Collection[int]], Collection[int]]
_elsewhere: list[Built] = []


def elsewhere(function: Built) -> Built:
    """Let a room say which of some flows are built at a desk of its own: the set-up's list leaves them out."""
    _elsewhere.append(function)
    return function


def built_elsewhere(flow_ids: Collection[int]) -> frozenset[int]:
    """Return those of some flows that another desk than the set-up's builds."""
    return frozenset(key for one in _elsewhere for key in one(flow_ids))
