"""The search over a whole object: what stands twice is found and grouped, what was dismissed stays so."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.domain.duplicates import actions, groups, jobs, pairs, setting
from essor.domain.duplicates.models import KeyState, MatchingRule, MatchKey, SuspectPair
from essor.domain.duplicates.tests.conftest import New
from essor.jobs import worker
from essor.jobs.models import JobRun, JobState
from essor.kernel.errors import ValidationFailed
from essor.records.delete import delete

ANA = {"FirstName": "Ana", "LastName": "Lefèvre", "Email": "ana.lefevre@vauban.example"}


@pytest.fixture
def crowd(new: New) -> list[int]:
    """Return three times Ana and once somebody else, as if no rule had been there when they were written."""
    keys = [
        new("Contact", **ANA),
        new("Contact", **ANA),
        new("Contact", **ANA),
        new("Contact", LastName="Girard"),
    ]
    SuspectPair.objects.all().delete()
    MatchKey.objects.all().delete()
    return keys


def search(admin: Actor, name: str = "Contact") -> JobRun:
    jobs.start(admin, name)
    worker.drain()
    row = JobRun.objects.filter(kind=jobs.KIND).latest("pk")
    assert row.state == JobState.DONE, row.message
    return row


def test_a_search_finds_groups(admin: Actor, crowd: list[int]) -> None:
    row = search(admin)
    assert row.result == {"object": "Contact", "groups": 1}
    page = groups.page(admin, "Contact", ["Email"])
    assert [sorted(key for _obj, key, _values in one.members) for one in page.groups] == [crowd[:3]]
    assert KeyState.objects.get(object_name="Contact").scanned_date is not None


def test_what_was_dismissed_stays_dismissed_until_taken_back(admin: Actor, crowd: list[int]) -> None:
    search(admin)
    group = groups.page(admin, "Contact", []).groups[0].id
    assert pairs.dismiss("Contact", groups.visible_pairs(admin, "Contact", group), admin.user_id) == 3
    search(admin)
    assert not groups.page(admin, "Contact", []).groups
    pairs.reopen("Contact", group)
    assert len(groups.page(admin, "Contact", []).groups[0].members) == 3


def test_pairs_go_with_their_records(admin: Actor, crowd: list[int]) -> None:
    search(admin)
    delete(admin, "Contact", crowd[:1])
    worker.drain()
    assert SuspectPair.objects.count() == 1
    delete(admin, "Contact", crowd[1:2])
    worker.drain()
    assert not SuspectPair.objects.exists()


def test_leads_are_searched_among_contacts(admin: Actor, crowd: list[int], new: New) -> None:
    lead = new("Lead", Company="Vauban", **ANA)
    search(admin, "Lead")
    found = set(SuspectPair.objects.values_list("object_name", "one_id", "other_object", "two_id"))
    assert found == {("Lead", lead, "Contact", key) for key in crowd[:3]}


def test_keys_are_made_anew_only_when_a_rule_has_changed(admin: Actor, crowd: list[int]) -> None:
    search(admin)
    kept = set(MatchKey.objects.values_list("pk", flat=True))
    search(admin)
    assert set(MatchKey.objects.values_list("pk", flat=True)) == kept
    rule = MatchingRule.objects.get(standard="contact")
    rule.criteria = [*rule.criteria, {"fields": ["Title"], "method": "text"}]
    rule.save()
    setting.forget()
    search(admin)
    assert not kept & set(MatchKey.objects.filter(object_name="Contact").values_list("pk", flat=True))


def test_groups_come_in_pages_without_gaps(admin: Actor, new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "SIZE", 2)
    for name in ("Zephyr", "Quartz", "Boreal", "Lumen", "Opale"):
        new("Account", Name=f"{name} SARL")
        new("Account", Name=name)
    search(admin, "Account")
    seen, after = [], ""
    while True:
        page = groups.page(admin, "Account", [], after)
        seen.extend(one.id for one in page.groups)
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_rule_is_checked_before_it_is_saved(admin: Actor) -> None:
    spec = actions.RuleSpec("Account", "", [{"fields": ["Nope"], "method": "magic"}], threshold=0.2)
    with pytest.raises(ValidationFailed) as caught:
        actions.save_rule(admin, spec)
    assert {error.field for error in caught.value.errors} == {"name", "threshold"}
    with pytest.raises(ValidationFailed) as caught:
        actions.save_rule(admin, actions.RuleSpec("Account", "R", [{"fields": ["Nope"], "method": "magic"}]))
    assert len(caught.value.errors) == 2


def test_too_few_records_teach_nothing(admin: Actor, crowd: list[int]) -> None:
    with pytest.raises(ValidationFailed):
        actions.learn_weights(admin, MatchingRule.objects.get(standard="contact").pk)
