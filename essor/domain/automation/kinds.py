"""What a kind of step is, and what it works on: all runs at one step of one version, together.

@step
class Notify(StepKind):
    name, label, icon = "notify", _("Notify"), "bell"

    def paths(self, step, site): ...        # the fields that `run` reads, loaded once for all
    def run(self, batch): ...               # set-wise: a bounded number of statements
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.domain.automation.definition import Definition, Step
from essor.domain.automation.models import Flow, FlowRun, FlowVersion
from essor.kernel.clock import Moment
from essor.kernel.errors import FieldError
from essor.query.plan import Record
from essor.records.change import Source


@dataclass(frozen=True, slots=True)
class Site:
    """Where a step stands: the object of its flow in the eyes of whoever it acts as, the flow, and all its steps."""

    actor: Actor
    catalog: Catalog
    obj: ObjectDef
    flow: Flow | None = None
    definition: Definition = Definition()  # noqa: RUF009 -- frozen


def name_of(step: Step) -> str:
    """Return what a step is called: by whoever drew the flow, else what its kind is."""
    return step.title or (str(STEPS[step.kind].label) if step.kind in STEPS else step.kind)


def site_of(
    actor: Actor, object_name: str, flow: Flow | None = None, definition: Definition | None = None
) -> Site:
    """Return the site of a flow on an object; UnknownObject when the actor sees none of that name."""
    catalog = catalog_for(actor)
    return Site(actor, catalog, catalog.object(object_name), flow, definition or Definition())


@dataclass(slots=True)
class Member:
    """One run at the step. `row` holds stored values by path, `shown` their texts for people.

    A kind says what becomes of it: `outcome` (a path's id), `until` (go on later), `stay` (come again to this step; when
    the record changes, too, where it `watches`), `held` (somebody else lets it go on) or an error. `sent` is what would
    leave the house by another way than the out-tray, for a test run to show.
    """

    run: FlowRun
    row: Record
    shown: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    until: datetime | None = None
    stay: bool = False
    watches: bool = True
    held: bool = False
    error: str = ""
    detail: str = ""
    # The records that a step made for this run, for a test run to show: (object, values).
    made: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    sent: list[Mapping[str, Any]] = field(default_factory=list)

    def get(self, path: str) -> Any:
        """Return a stored value by its outside path, in any case."""
        return self.row.get(path.lower())


@dataclass(slots=True)
class Batch:
    """All runs at one step; `rehearsal` is a test run, rolled back at its end: nothing may leave the house."""

    flow: Flow
    definition: Definition
    step: Step
    site: Site
    moment: Moment
    members: list[Member]
    rehearsal: bool = False

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return what the step is told."""
        return self.step.settings

    def live(self) -> list[Member]:
        """Return the members that nothing has refused so far."""
        return [one for one in self.members if not one.error]

    def source(self, depth: int, *, own: bool) -> Source:
        """Return where this flow's writes come from, so that the events tell what caused them.

        `own`: the records written are those that the runs are about.
        """
        cause = f"flow:{self.flow.pk}:{depth + 1}:{'own' if own else 'other'}"
        return Source(name="flow", language=self.site.actor.language, cause=cause)


class StepKind:
    """One kind of step. Stateless: all that is particular to a step comes in with it."""

    name: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "settings"
    help: ClassVar[str | Promise] = ""

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002 -- most kinds look at both
        """Return the fields to load for each record, as outside paths."""
        return ()

    def texts(self, step: Step) -> Iterable[str]:  # noqa: ARG002
        """Return the texts with merge fields, whose fields are loaded as people read them."""
        return ()

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:  # noqa: ARG002
        """Return what is wrong or missing in a step, by the names of its settings."""
        return ()

    def told(self, step: Step, site: Site) -> str:  # noqa: ARG002
        """Return in a few words what the step does, for the card in the drawing."""
        return ""

    def offered(self, site: Site) -> bool:  # noqa: ARG002
        """Tell whether flows of this object may have such a step."""
        return True

    def ways(self, settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:  # noqa: ARG002
        """Return the paths that a new step of this kind starts with, as (id, label)."""
        return ()

    def begun(self, step: Step, site: Site) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the settings of a new step where it was put: `site.definition` has it in its place."""
        return step.settings

    def prepare(self, version: FlowVersion, step: Step, site: Site) -> None:
        """Make ready what the step needs, as the version is put in force; in that transaction."""

    def run(self, batch: Batch) -> None:
        """Take the step for all members."""
        raise NotImplementedError

    def end_wait(self, batch: Batch) -> None:
        """Say by which path members go on whose wait at this step is over, by time or because somebody says so."""


STEPS: dict[str, StepKind] = {}


def step(kind: type[StepKind]) -> type[StepKind]:
    """Register a kind of step under its name."""
    STEPS[kind.name] = kind()
    return kind
