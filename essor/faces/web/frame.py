"""What every page shows around its content: the tabs, the create menu and who is signed in, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from essor.access.actor import Actor
from essor.access.rights import Permission, Right
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.domain.exchange.start import may_import
from essor.faces.web import addresses, offers
from essor.faces.web.preferences import THEME_COOKIE, THEMES

BOTTOM_TABS = 3
# What people work with all day comes first, for each reader what they may add to: deals for those who sell, campaigns for
# those who send mailings. All other objects follow in catalog order.
FIRST_TABS = ("Account", "Contact", "Lead", "Opportunity", "Task", "Campaign", "ListEmail", "Event")
# The tabs of each catalog that somebody sees, kept as long as the catalog itself: a change of rights or objects makes a new one.
_known: WeakKeyDictionary[Catalog, dict[object, tuple[tuple[Tab, ...], tuple[Tab, ...]]]] = (
    WeakKeyDictionary()
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One object or page in the header: its list, its "new" form when the reader may create."""

    name: str
    label: str
    singular: str
    icon: str
    href: str
    new_href: str = ""
    urgent: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page for one reader."""

    tabs: tuple[Tab, ...] = ()
    user_id: int | None = None
    user_name: str = ""
    user_email: str = ""
    theme: str = "auto"
    may_set_up: bool = False
    may_import: bool = False
    style_guide: bool = False

    @property
    def creatable(self) -> tuple[Tab, ...]:
        """Return the tabs whose object the reader may create."""
        return tuple(tab for tab in self.tabs if tab.new_href)

    @property
    def bottom(self) -> tuple[Tab, ...]:
        """Return the tabs that a phone keeps in reach of the thumb."""
        return tuple(sorted(self.tabs, key=lambda tab: not tab.urgent)[:BOTTOM_TABS])

    @property
    def initials(self) -> str:
        """Return one or two letters for the user's badge."""
        words = self.user_name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def context(request: HttpRequest) -> dict[str, object]:
    """Template context processor: `frame`, worked out only by pages that draw it."""
    return {"frame": SimpleLazyObject(lambda: frame_for(request))}


def frame_for(request: HttpRequest) -> Frame:
    """Return the frame of a request; nobody signed in sees neither tabs nor menus."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    theme = theme if theme in THEMES else "auto"
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return Frame(theme=theme)
    return Frame(
        tabs=_tabs(actor),
        user_id=actor.user_id,
        user_name=actor.name,
        user_email=actor.email,
        theme=theme,
        may_set_up=actor.can(Permission.VIEW_SETUP) or actor.is_admin,
        may_import=any(may_import(actor, one) for one in catalog_for(actor)),
        style_guide=settings.DEBUG or actor.is_admin,
    )


def _tabs(actor: Actor) -> tuple[Tab, ...]:
    """Return what the reader works with all day, then the pages that rooms offer, then all other objects."""
    pages = [
        Tab(
            one.name,
            one.label,
            one.short or one.label,
            one.icon,
            one.href,
            urgent=one.urgent,
            count=one.count,
        )
        for one in offers.tabs(actor)
    ]
    first, others = _object_tabs(actor)
    return (*first, *pages, *others)


def _object_tabs(actor: Actor) -> tuple[tuple[Tab, ...], tuple[Tab, ...]]:
    """Return the objects that come first and all others; the same for all who see the same catalog in one language."""
    catalog = catalog_for(actor)
    known, key = _known.setdefault(catalog, {}), (actor.rights.signature, get_language())
    if key not in known:
        tabs = {one.name: _tab(one, actor) for one in catalog if one.tab}
        usual = [tabs[name] for name in FIRST_TABS if name in tabs]
        first = [one for one in usual if one.new_href] or usual
        known[key] = (tuple(first), tuple(one for one in tabs.values() if one not in first))
    return known[key]


def _tab(one: ObjectDef, actor: Actor) -> Tab:
    may_create = one.createable and Right.CREATE in actor.rights.on(one.name)
    return Tab(
        name=one.name,
        label=str(one.plural),
        singular=str(one.label),
        icon=one.icon,
        href=addresses.object_list(one.name),
        new_href=addresses.new_record(one.name) if may_create else "",
    )


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def favicon(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Lead to the logo who asks for an icon without having read a page: mail programs, bookmarks, the API's answers."""
    return HttpResponseRedirect(static("essor/logo.svg"))
