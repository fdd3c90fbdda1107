"""The demo company's own people: about forty users in a role tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from django.contrib.auth.hashers import make_password

from essor.access.actions.create_user import NewUser, create_user
from essor.access.actions.save_organization import save_organization
from essor.access.actions.save_role import save_role
from essor.access.actor import system_actor
from essor.access.models import Profile, User, UserRole
from essor.domain.demo import words

PASSWORD = "decouverte"  # noqa: S105 -- printed at the start: a demo that everyone may open
DOMAIN = "vauban.example"
COMPANY = "Vauban Automatismes"


@dataclass(frozen=True, slots=True)
class Post:
    """A role of the tree: what its people's addresses start with, their profile's API name, how many there are."""

    role: str
    parent: str
    stem: str
    profile: str
    count: int
    sells: bool = False


POSTS = (
    Post("Direction", "", "admin", "System_Administrator", 1),
    Post("Direction", "", "direction", "Sales_Manager", 1),
    Post("Direction commerciale", "Direction", "directeur", "Sales_Manager", 1),
    Post("Région Nord", "Direction commerciale", "nord", "Sales_Manager", 1),
    Post("Région Sud", "Direction commerciale", "sud", "Sales_Manager", 1),
    Post("Export", "Direction commerciale", "export", "Sales_Manager", 1),
    Post("Commercial Nord", "Région Nord", "commercial.nord", "Sales", 10, sells=True),
    Post("Commercial Sud", "Région Sud", "commercial.sud", "Sales", 10, sells=True),
    Post("Commercial export", "Export", "commercial.export", "Sales", 6, sells=True),
    Post("Commercial", "Direction commerciale", "commercial", "Sales", 2, sells=True),
    Post("Marketing", "Direction", "marketing", "Marketing", 4),
    Post("Contrôle de gestion", "Direction", "controle", "Read_Only", 2),
)
SELLERS = tuple(post.role for post in POSTS if post.sells)
SHOWN = ("admin", "directeur", "nord", "commercial.nord", "marketing", "controle")


@dataclass(frozen=True, slots=True)
class Login:
    """One way in, as the start prints it."""

    role: str
    email: str
    password: str


def email_of(post: Post, place: int) -> str:
    """Return the address of the `place`-th person of a post; it tells the role, so that a visitor can choose."""
    return f"{post.stem}{place + 1 if place else ''}@{DOMAIN}"


def make(rng: Random) -> list[User]:
    """Create the role tree and its users; return those who sell."""
    actor = system_actor()
    save_organization(actor, replace(actor.company, name=COMPANY))
    profiles = {one.permission_set.name: one for one in Profile.objects.select_related("permission_set")}
    roles = {role.name: role for role in UserRole.objects.all()}
    sellers: list[User] = []
    for post in POSTS:
        if post.role not in roles:
            roles[post.role] = save_role(actor, name=post.role, parent=roles.get(post.parent))
        for place in range(post.count):
            user = create_user(actor, _new(rng, post, place, profiles[post.profile], roles[post.role]))
            if post.sells:
                sellers.append(user)
    User.objects.filter(email__endswith=f"@{DOMAIN}").update(password=make_password(PASSWORD))
    return sellers


def _new(rng: Random, post: Post, place: int, profile: Profile, role: UserRole) -> NewUser:
    english = post.stem == "commercial.export" and place % 2 == 1
    last = rng.choice(words.LAST_EN if english else words.LAST_FR).replace("_", " ")
    return NewUser(
        email=email_of(post, place),
        first_name=rng.choice(words.FIRST_EN if english else words.FIRST_FR),
        last_name=last,
        profile=profile,
        role=role,
        title=post.role,
        language="en" if english else "fr",
        locale="en_GB" if english else "fr_FR",
    )


def logins() -> Iterator[Login]:
    """Yield one login per kind of person."""
    active = User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True)
    profiles = dict(active.values_list("email", "profile__name"))
    for post in POSTS:
        email = email_of(post, 0)
        if post.stem in SHOWN and email in profiles:
            yield Login(f"{post.role} ({profiles[email]})", email, PASSWORD)
