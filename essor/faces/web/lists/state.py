"""What a list shows, read from its address: the view, changed or not, the parent it hangs on, the segment it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

import orjson
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.pipelines import RECORD_TYPE, record_type
from essor.faces.web import addresses
from essor.faces.web.lists import columns as list_columns
from essor.faces.web.lists import views
from essor.faces.web.lists.columns import ListColumn
from essor.faces.web.lists.views import View
from essor.kernel.errors import QueryRefused
from essor.kernel.whole import whole
from essor.query import codec, decode
from essor.query.actions import segments
from essor.query.actions.list_views import question
from essor.query.environment import env_for
from essor.query.models import Segment
from essor.query.plan import plan
from essor.query.tree import All, Compare, Condition, Constant, Path, Query

KEYS = ("view", "filter", "columns", "sort", "parent", "segment", "as", "by", "type")
BOARD = "board"
DISPLAY = ("as", "by", "type")


@dataclass(frozen=True, slots=True)
class State:
    """One list as its reader has it in front of them. `params` are the address's own words, without the page.

    `problem` says why the filter cannot run for this reader; such a list is empty, whatever it would hold.
    """

    actor: Actor
    catalog: Catalog
    object: ObjectDef
    views: tuple[View, ...]
    view: View
    where: Condition | None
    columns: tuple[ListColumn, ...]
    sort: tuple[tuple[str, bool], ...]
    params: Mapping[str, str]
    pinned: str = ""
    parent: Compare | None = None
    segment: Segment | None = None
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Tell whether filter, columns or sort differ from the view's."""
        return any(name in self.params for name in ("filter", "columns", "sort"))

    @property
    def condition(self) -> Condition | None:
        """Return the whole condition: the segment's, the parent's and the filter's."""
        return joined(self.kept, self.pipeline)

    @property
    def kept(self) -> Condition | None:
        """Return the condition without the pipeline of a board, which belongs to how the list is shown."""
        return joined(segment_where(self.segment), self.parent, self.where)

    @property
    def display(self) -> dict[str, str]:
        """Return the words that say how the list is shown; none for a table."""
        return {name: self.params[name] for name in DISPLAY if name in self.params} if self.is_board else {}

    @property
    def as_table(self) -> str:
        """Return the address of the list as a table: told where the view is a board by itself."""
        mode = "table" if self.view.display else None
        return self.href(**{"as": mode, "by": None, "type": None, "after": None})

    @property
    def is_board(self) -> bool:
        """Tell whether the list is shown as a board of columns."""
        return self.params.get("as") == BOARD

    @property
    def pipeline(self) -> Compare | None:
        """Return the condition that a board shows one record type only."""
        key = record_type(self.object, self.params.get("type")) if self.is_board else None
        return Compare(Path((RECORD_TYPE,)), "eq", (Constant(key.id, "text"),)) if key else None

    def query(self, paths: Sequence[str] = ("Id",)) -> Query:
        """Return the query of the list with the given columns."""
        return question(self.object.name, self.condition, paths, self.sort)

    def href(self, **changes: str | None) -> str:
        """Return the address of the list with some parameters changed; None or empty removes one."""
        words = {**self.params, **changes}
        kept = {name: text for name, text in words.items() if text is not None and (text or name == "filter")}
        return address(self.object, kept)

    def filtered(self, where: Condition | None) -> str:
        """Return the address of the list with another filter."""
        return self.href(filter=written(where))


def address(obj: ObjectDef, words: Mapping[str, str]) -> str:
    """Return the address of a list."""
    query = "&".join([f"{name}={quoted(text)}" for name, text in words.items()])
    return f"{addresses.object_list(obj.name)}?{query}" if query else addresses.object_list(obj.name)


@lru_cache(maxsize=256)
def quoted(text: str) -> str:
    """Return a word of an address: a page names its own filter a dozen times."""
    return quote_plus(text)


def written(where: Condition | None) -> str:
    """Return a filter as an address carries it; empty text is no filter."""
    return "" if where is None else orjson.dumps(codec.to_json(where)).decode()


def rows_address(object_name: str, where: Condition | None) -> str:
    """Return the list of the records that meet a condition, for links behind figures."""
    words = {"view": "all"} | ({"filter": written(where)} if where else {})
    return f"{addresses.object_list(object_name)}?{urlencode(words)}"


def read_filter(text: str) -> Condition | None:
    """Return the filter that `text` holds; QueryRefused when it is none."""
    if not text.strip():
        return None
    try:
        return decode.condition(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise QueryRefused(_("This filter cannot be read.")) from None


def joined(*conditions: Condition | None) -> Condition | None:
    """Return the condition that all of some hold, the flatter the better."""
    parts: list[Condition] = []
    for one in conditions:
        if one is not None:
            parts.extend(one.children if isinstance(one, All) else (one,))
    return All(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


def segment_where(segment: Segment | None) -> Condition | None:
    """Return the condition behind a segment's last step."""
    found = segments.conditions(segments.steps_of(segment)) if segment else []
    return found[-1] if found else None


def state_of(request: HttpRequest, name: str, data: QueryDict | None = None) -> State:
    """Return the state that a request describes in its address, or in `data` when a form carries it along."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    return checked(build(actor, name, words_of(request.GET if data is None else data)))


def words_of(data: QueryDict) -> dict[str, str]:
    """Return the parameters that describe a list."""
    return {key: text for key in KEYS if (text := data.get(key)) is not None}


def build(actor: Actor, name: str, words: Mapping[str, str]) -> State:
    """Return the state that the words describe, its query not yet tried. Raises UnknownObject, NotFound, QueryRefused."""
    catalog = catalog_for(actor)
    obj = catalog.object(name)
    known = (*views.built_in(obj), *views.saved(actor, obj))
    # A list that hangs on a parent or a segment is not narrowed further by the reader's pinned view.
    narrowed = any(words.get(key) for key in ("parent", "segment", "filter"))
    pinned = views.pinned_key(actor, obj)
    view = views.chosen(words.get("view") or ("all" if narrowed else ""), pinned, known)
    keys = words["columns"].split(",") if words.get("columns") else view.columns
    shown = tuple(list_columns.resolved(actor, obj, keys)) or tuple(
        list_columns.resolved(actor, obj, list_columns.default_keys(obj))
    )
    where = read_filter(words["filter"]) if "filter" in words else view.where
    segment_key = words.get("segment", "")
    return State(
        actor=actor,
        catalog=catalog,
        object=obj,
        views=known,
        view=view,
        where=where,
        columns=shown,
        sort=sorting(words.get("sort", ""), view, shown),
        params=dict(words) if "as" in words else {**view.display, **words},
        pinned=pinned,
        parent=parent_of(obj, words.get("parent", "")),
        segment=None if (number := whole(segment_key)) is None else segments.find_segment(actor, number),
    )


def checked(state: State) -> State:
    """Return the state, marked where it cannot run for its reader.

    A filter that the reader wrote says what is wrong with it. One that somebody shared may name a field that the
    reader may not see: its name is not given away.
    """
    if refusal(state.actor, state.query()) is None:
        return state
    own = (
        refusal(state.actor, Query(state.object.name, where=state.where))
        if "filter" in state.params
        else None
    )
    text = _(
        "This list filters or sorts by something that you may not see. Ask its owner, or choose another list."
    )
    return replace(state, where=None, segment=None, problem=str(own or text), sort=views.NEWEST)


def refusal(actor: Actor, query: Query) -> QueryRefused | None:
    """Return why a query does not run for the actor, None when it does."""
    try:
        plan(query, env_for(actor))
    except QueryRefused as found:
        return found
    return None


def sorting(text: str, view: View, shown: Sequence[ListColumn]) -> tuple[tuple[str, bool], ...]:
    """Return the sort that the address asks (“-Amount”), the view's without one."""
    if not text:
        return view.sort
    down, key = text.startswith("-"), text.removeprefix("-")
    column = next((one for one in shown if one.key == key and one.sort), None)
    if column is None:
        return view.sort
    # Many days inactive means an early last activity.
    return ((column.sort, down != (column.key == list_columns.INACTIVE)),)


def parent_of(obj: ObjectDef, text: str) -> Compare | None:
    """Return the condition of “AccountId:001…”: only the records of one parent."""
    name, colon, record_id = text.partition(":")
    if not colon:
        return None
    return Compare(Path((obj.field(name).name,)), "eq", (Constant(record_id, "text"),))
