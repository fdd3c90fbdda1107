"""Pages are counted for everybody and kept by name only for people who agree to it now; a withdrawal erases them at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.models import OrgDefault
from essor.domain.marketing import tokens
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Consent
from essor.domain.marketing.consent.people import Person
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.visits import arriving, forgetting, keeping, naming, setting_up, tying, whom
from essor.domain.marketing.visits.arriving import Seen
from essor.domain.marketing.visits.models import PageDay, PageView, Visitor, Website
from essor.domain.marketing.visits.tests.conftest import Maker
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.kernel.models import OutboxEvent
from essor.query import run, soql
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def browser_of(someone: Person, site: str) -> int:
    """Return the browser of somebody, tied to them."""
    return Visitor.objects.create(site=site, individual_id=whom.individual_of(someone)).pk


def seen(site: str, visitor: int | None, path: str = "/prix", **more: Any) -> Seen:
    return Seen(site, path, timezone.now(), visitor_id=visitor, **more)


def mailed(someone: Person) -> int:
    mailing = ListEmail.objects.create(name="News", status=SENT)
    return Recipient.objects.create(
        list_email=mailing,
        kind=someone.kind,
        person_id=someone.id,
        address="a@example.fr",
        domain="example.fr",
        state=State.SENT,
    ).pk


def test_everybody_counts_and_only_who_agrees_is_kept_with_a_name(
    person: Maker, site: str, admin: Actor
) -> None:
    yes, no, silent = person(True), person(False), person(None)
    browsers = [browser_of(one, site) for one in (yes, no)]
    nobody = Visitor.objects.create(site=site).pk
    campaign = save(admin, Change("Campaign", {"Name": "Été 2026"})).id
    utm = {"utm_campaign": "Été 2026", "utm_source": "news"}
    keeping.keep(
        [seen(site, one, utm=utm) for one in (*browsers, nobody, None)]
        + [seen(site, None, machine=True, utm=utm)]
    )
    keeping.keep(
        [seen(site, browsers[0], "/", machine=True), seen(site, browsers[0], "/prix", counted=False)]
    )
    totals = PageDay.objects.order_by("path").values_list("path", "campaign_id", "views", "machines")
    assert list(totals) == [("/", 0, 0, 1), ("/prix", campaign, 4, 1)]
    found = PageView.objects.order_by("pk").values_list(
        "contact_id", "path", "campaign_id", "utm_source", "is_machine"
    )
    assert list(found) == [
        (yes.id, "/prix", campaign, "news", False),
        (yes.id, "/", None, None, True),
        (yes.id, "/prix", None, None, False),
    ]
    told = [
        orjson.loads(one.payload) for one in OutboxEvent.objects.filter(topic="visit.seen").order_by("pk")
    ]
    assert [(one["path"], one["campaign"], one["people"]) for one in told] == [
        ("/prix", campaign, [[None, "Contact", yes.id]]),
        ("/prix", None, [[None, "Contact", yes.id]]),
    ], "machines are not told"
    lately = "SELECT ContactId FROM PageView WHERE Path = '/prix' AND VisitedDate = LAST_N_DAYS:30"
    asked = f"SELECT Id FROM Contact WHERE Id IN ({lately})"
    assert [row["Id"] for row in run.rows(admin, soql.parse(asked))] == [yes.id]
    assert whom.individual_of(silent) is None


def test_taking_the_consent_back_erases_browser_and_pages_and_keeps_the_proof(
    person: Maker, site: str
) -> None:
    one, other = person(), person()
    browsers = [browser_of(one, site), browser_of(other, site)]
    keeping.keep([seen(site, browser) for browser in browsers])
    write.record(one, "visits", "opt_out", source="page", wording="No longer")
    assert list(PageView.objects.values_list("contact_id", flat=True)) == [other.id]
    assert list(Visitor.objects.values_list("pk", flat=True)) == browsers[1:]
    proof = Consent.objects.filter(individual_id=whom.individual_of(one)).order_by("pk")
    assert list(proof.values_list("state", "wording")) == [("OptIn", "Yes"), ("OptOut", "No longer")]
    keeping.keep([seen(site, browsers[0])])
    assert PageView.objects.count() == 1, "a browser that is gone names nobody"
    tying.refuse(site, "Banner: no", naming.of_browser(browsers[1]))
    assert not PageView.objects.exists()
    assert Consent.objects.get(wording="Banner: no").individual_id == whom.individual_of(other)


def test_a_mail_names_only_who_agreed_and_only_within_a_day(
    person: Maker, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    yes, no = person(), person(False)
    assert tying.link_names(mailed(yes))
    assert not tying.link_names(mailed(no))
    assert not tying.link_names(mailed(person(None)))
    address = naming.named(f"{site}/prix?utm_source=a#bas", mailed(yes))
    token = address.partition("essor_r=")[2].partition("#")[0]
    assert address == f"{site}/prix?utm_source=a&essor_r={token}#bas"
    forged = [naming.of_link(mailed(no)), "x", token[:-1], naming.of_browser(1), tokens.make("visit", 1)]
    for wrong in forged:
        tying.agree(site, "Banner", link=wrong)
    assert not Visitor.objects.filter(individual__isnull=False).exists()
    kept = tying.agree(site, "Banner: yes", link=token)
    assert Visitor.objects.get(pk=naming.visitor_of(kept)).individual_id == whom.individual_of(yes)
    assert Consent.objects.filter(wording="Banner: yes", source=site).count() == 1, (
        "the site's words are proof too"
    )
    later = timezone.now() + naming.LIVES + timedelta(minutes=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert naming.recipient_of(token) is None
    monkeypatch.setattr(timezone, "localdate", (later + naming.RENEWED).date)
    assert naming.browser(kept) == (naming.visitor_of(kept), True), "renewed once a week"
    monkeypatch.setattr(timezone, "localdate", (later + naming.ENDS).date)
    assert naming.browser(kept) is None


def test_old_pages_and_forgotten_browsers_are_erased(person: Maker, site: str) -> None:
    browser = browser_of(person(), site)
    keeping.keep([seen(site, browser, "/a"), seen(site, browser, "/b")])
    PageView.objects.filter(path="/a").update(visited_date=timezone.now() - timedelta(days=190))
    old = timezone.localdate() - timedelta(days=31)
    Visitor.objects.create(site=site, seen_on=old)
    forgetting.forget_visits.call()
    assert list(PageView.objects.values_list("path", flat=True)) == ["/b"]
    assert list(Visitor.objects.values_list("pk", flat=True)) == [browser]


def test_who_does_not_see_the_person_does_not_see_what_they_read(
    person: Maker, site: str, make_user: Any
) -> None:
    keeping.keep([seen(site, browser_of(person(), site))])
    OrgDefault.objects.update_or_create(object_name="Contact", defaults={"access": "private"})
    stranger = actor_for(make_user("Zoe"))
    assert run.rows(stranger, soql.parse("SELECT Id FROM PageView")) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"path": 3}',
        b'{"path": "javascript:alert(1)"}',
        b'{"path": "\\u0000"}',
        b'{"path": null}',
    ],
)
def test_what_is_no_page_is_not_taken(body: bytes) -> None:
    said = arriving.fields(body)
    assert said is None or arriving.page("https://a.example", said, machine=False) is None


def test_a_page_keeps_no_parameters_and_nothing_long() -> None:
    said = {
        "path": "/p?email=a@b.fr",
        "utm": {"utm_source": "x" * 999, "email": "a@b.fr"},
        "referrer": "https://u:p@b.fr/x",
        "visitor": "x",
    }
    page = arriving.page("https://a.example", said, machine=False)
    assert page is not None
    assert (page.path, page.referrer, page.visitor_id, set(page.utm)) == ("/p", "b.fr", None, {"utm_source"})
    assert len(page.utm["utm_source"]) == 255


def test_invented_addresses_do_not_fill_the_table(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_PAGES", 3)
    keeping.keep([seen(site, None, f"/{number}") for number in range(9)])
    keeping.keep([seen(site, None, "/0"), seen(site, None, "/new")])
    assert dict(PageDay.objects.values_list("path", "views")) == {"/0": 2, "/1": 1, "/2": 1, "…": 7}


def test_only_administrators_name_sites_and_only_real_ones(admin: Actor, make_user: Any) -> None:
    with pytest.raises(ValidationFailed) as refused:
        setting_up.decide(
            admin, ["https://ok.example", "ftp://x.example", "https://u:p@x.example", "java script"], "0"
        )
    assert [error.field for error in refused.value.errors] == ["origins", "origins", "origins", "kept_months"]
    setting_up.decide(
        admin, ["https://WWW.Acme.example:443/prix", "", "b.example", "http://127.0.0.1:8080"], "3"
    )
    assert set(Website.objects.values_list("origin", flat=True)) == {
        "https://www.acme.example",
        "https://b.example",
        "http://127.0.0.1:8080",
    }
    assert forgetting.kept_months() == 3
    with pytest.raises(Forbidden):
        setting_up.decide(actor_for(make_user("Zoe")), [], "3")
