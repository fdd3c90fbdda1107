"""An order on pages: made in one click, activated, confirmed on paper, then closed to changes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.sales.orders.models import Contract, Order, OrderItem
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save


def test_from_a_won_deal_to_an_activated_order(admin: Client, actor: Actor, deal: str) -> None:
    assert f"/r/{deal}/order" not in admin.get(f"/r/{deal}/").content.decode(), "it is not won yet"
    assert admin.post(f"/r/{deal}/order").headers["Location"].rstrip("/").endswith(deal), (
        "and goes back to say so"
    )
    save(actor, Change("Opportunity", {"StageName": "Closed Won"}, id=ids.decode(deal)[1]))
    assert f"/r/{deal}/order" in admin.get(f"/r/{deal}/").content.decode()
    order = admin.post(f"/r/{deal}/order").headers["Location"].rstrip("/").rpartition("/")[2]
    page = admin.get(f"/r/{order}/").content.decode()
    assert f"/r/{order}/activate" in page
    heading = page.partition("page-actions")[2].partition('class="menu')[0]
    assert f"/r/{order}/confirmation" in heading, "in sight, not in the menu"
    grid = admin.get(f"/r/{order}/products").content.decode()
    assert "Pump" in grid
    assert "€36" in grid, "with VAT"
    line = ids.encode("802", OrderItem.objects.get().pk)
    assert admin.post(f"/r/{order}/products", {f"Quantity.{line}": "5"}).status_code == 204
    assert Order.objects.get().grand_total == 6000
    answer = admin.get(f"/r/{order}/confirmation", {"language": "fr"})
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert admin.post(f"/r/{order}/activate").status_code == 302
    page = admin.get(f"/r/{order}/").content.decode()
    assert f"/r/{order}/edit" not in page
    assert admin.post(f"/r/{order}/products", {f"Quantity.{line}": "9"}).status_code == 422
    assert Order.objects.get().grand_total == 6000
    admin.post(f"/r/{order}/activate?undo=1")
    assert Order.objects.get().status == "Draft"
    assert admin.post(f"/r/{deal}/activate").status_code == 404
    assert admin.get(f"/r/{deal}/confirmation").status_code == 404


def test_a_contract_comes_of_a_won_deal_and_is_renewed_on_its_terms(
    admin: Client, actor: Actor, deal: str
) -> None:
    assert f"/r/{deal}/contract" not in admin.get(f"/r/{deal}/").content.decode(), "it is not won yet"
    save(actor, Change("Opportunity", {"StageName": "Closed Won"}, id=ids.decode(deal)[1]))
    assert f"/r/{deal}/contract" in admin.get(f"/r/{deal}/").content.decode()
    first = admin.post(f"/r/{deal}/contract").headers["Location"].rstrip("/").rpartition("/")[2]
    assert f"/r/{first}/contract" not in admin.get(f"/r/{first}/").content.decode(), "a draft is not renewed"
    assert f'href="/r/{first}/"' in admin.get(f"/r/{deal}/").content.decode(), "the deal names its contract"
    assert (
        "/move"
        in re.findall(
            r"<form[^>]*/activate.*?</form>", admin.get(f"/r/{first}/").content.decode(), re.DOTALL
        )[0]
    )
    asked = admin.post(f"/r/{first}/move", {"field": "Status", "to": "Activated"}).content.decode()
    assert 'name="ContractTerm"' in asked, "what is missing is asked for"
    terms = {"Status": "Activated", "StartDate": "2026-02-01", "ContractTerm": 12, "SpecialTerms": "Net 30"}
    save(actor, Change("Contract", terms, id=ids.decode(first)[1]))
    assert f"/r/{first}/contract" in admin.get(f"/r/{first}/").content.decode()
    assert admin.post(f"/r/{first}/contract").status_code == 302
    old, new = Contract.objects.order_by("pk")
    assert (new.account_id, new.status, new.special_terms) == (old.account_id, "Draft", "Net 30")
    assert new.former_contract_id == old.pk
    with pytest.raises(ValidationFailed, match="renew itself"):
        save(actor, Change("Contract", {"FormerContractId": old.pk}, id=old.pk))
    assert (str(old.end_date), str(new.start_date), str(new.end_date)) == (
        "2027-01-31",
        "2027-02-01",
        "2028-01-31",
    )
    today = timezone.localdate()
    to_the_end_of_this_month = (today.year - 2026) * 12 + today.month - 1
    for term, near in ((to_the_end_of_this_month, True), (to_the_end_of_this_month + 12, False)):
        save(actor, Change("Contract", {"ContractTerm": term}, id=old.pk))
        (button,) = renew_buttons(admin, first)
        assert ("btn-primary" in button) == near, "it is the thing to do when the end is near"


def renew_buttons(admin: Client, contract: str) -> list[str]:
    page = admin.get(f"/r/{contract}/").content.decode()
    return re.findall(rf'<form[^>]*action="/r/{contract}/contract".*?</form>', page, re.DOTALL)
