"""What people do most, with a real browser on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.house import PASSWORD

Visit = Callable[..., Page]
ACCOUNT = "00100000000000CAAQ"


def test_finding_a_record_by_keyboard(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto(f"/r/{ACCOUNT}/")
    name = page.locator("h1 span:not(.object-icon)").first.inner_text()
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.insert_text(name[:12].lower())  # at once: no answer to half of it comes late
    page.locator("#search-results [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/r/\w{18}/"))


def test_making_and_changing_a_contact(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/o/Contact/new")
    page.fill("#f-LastName", "Durand")
    page.fill("#f-Email", "nonsense")
    page.locator("[data-save]").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert page.input_value("#f-LastName") == "Durand", "nothing typed is lost"
    page.fill("#f-Email", "durand@example.fr")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/r/003\w{15}/$"))
    row = page.locator(".field-row[data-field=Title]")
    row.dblclick()
    row.locator("input:not([type=hidden])").fill("Directrice")
    page.keyboard.press("Enter")
    expect(page.locator(".field-row[data-field=Title] dd")).to_contain_text("Directrice")


def test_two_people_on_the_same_field(house: str, visit: Visit) -> None:
    first, second = visit(house), visit(house, "directeur@vauban.example")
    for page in (first, second):
        page.goto(f"/r/{ACCOUNT}/edit")
    first.fill("#f-Site", "Lyon")
    first.locator("[data-save]").click()
    first.wait_for_url(re.compile(r"/r/\w{18}/$"))
    second.fill("#f-Site", "Nantes")
    second.locator("[data-save]").click()
    notice = second.locator("[data-error-summary]")
    expect(notice).to_contain_text("Lyon")
    expect(notice).to_contain_text("Nantes")
    second.locator("[data-save]").click()
    second.wait_for_url(re.compile(r"/r/\w{18}/$"))
    expect(second.locator(".field-row[data-field=Site] dd")).to_contain_text("Nantes")


def test_deleting_and_taking_it_back(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/o/Account/new")
    page.fill("#f-Name", "Éphémère SARL")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/r/001\w{15}/$"))
    address = page.url
    page.locator(".record-head details.menu summary").click()
    page.locator(".record-head details.menu button.danger").click()
    page.wait_for_url(re.compile(r"/o/Account/"))
    with page.expect_response(re.compile("/undelete")) as answer:
        page.get_by_role("button", name="Annuler").click()
    assert answer.value.ok
    page.goto(address)
    expect(page.locator("h1")).to_contain_text("Éphémère")


def test_a_list_on_a_phone_leads_to_the_record(house: str, visit: Visit) -> None:
    page = visit(house, width=360)
    page.goto("/o/Account/?view=all")
    page.locator("[data-table] tbody .cell-primary a").first.click()
    page.wait_for_url(re.compile(r"/r/001\w{15}/"))
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_signing_in_with_a_passkey(house: str, visit: Visit) -> None:
    page = visit(
        house.replace("127.0.0.1", "localhost"), "controle@vauban.example"
    )  # passkeys belong to a name
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/session/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Nom de la clé").fill("Portable")
    page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/session/2fa/recovery-codes/")
    page.goto("/session/logout/")
    page.locator("main button[type=submit]").first.click()
    page.goto("/session/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    expect(page.locator(".frame-header")).to_contain_text("Comptes")


def test_live_updates_go_on_after_a_proxy_refused_them(house: str, visit: Visit) -> None:
    page = visit(house)
    page.clock.install()
    page.route("**/events/**", lambda route: route.fulfill(status=503), times=1)
    with page.expect_response(lambda answer: "/events/" in answer.url and answer.status == 503):
        page.goto("/calendar/")
    page.wait_for_load_state()
    with page.expect_response(lambda answer: "/events/" in answer.url and answer.ok):
        page.clock.fast_forward(10_000)
