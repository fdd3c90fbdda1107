"""What people have comes from the catalog: in the sender's rights, in the letter's language, set by set."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.rights import FieldAccess
from essor.access.tests.samples import MakeUser
from essor.domain.marketing.letters import codec, merge
from essor.domain.marketing.letters.compile import Letter, compiled, letter_of
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.letters.tests.conftest import New
from essor.kernel.errors import Conflict, QueryRefused, ValidationFailed
from essor.query.actions.segments import Step, save_segment
from essor.query.tree import Compare, Constant, Path
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def test_values_are_shown_in_the_language_of_the_letter(new: New, admin: Actor) -> None:
    account = new("Account", Name="Aulnay & fils", AnnualRevenue="1234567")
    zoe = new("Contact", LastName="Moreau", FirstName="Zoé", AccountId=account, Birthdate="1990-12-31")
    words = "{{ FirstName }}/{{ account.Name }}/{{ Birthdate }}/{{ Account.AnnualRevenue }}/{{ Title or 'né(e)' }}"
    for language, birthday, money in (
        ("fr", "31/12/1990", "1\u202f234\u202f567,00"),
        ("en", "12/31/1990", "1,234,567.00"),
    ):
        found = compiled(Letter(subject=words, language=language))
        row = merge.values(found, "Contact", [zoe], admin)[zoe]
        told = merge.mail(found, row).subject.split("/", 2)
        assert told[:2] == ["Zoé", "Aulnay & fils"]
        assert told[2].startswith(birthday)
        assert money in told[2]
        assert told[2].endswith("né(e)")


def test_one_read_serves_a_whole_batch(new: New, admin: Actor) -> None:
    few = [new("Contact", LastName=f"P{n}") for n in range(2)]
    many = [*few, *(new("Contact", LastName=f"Q{n}") for n in range(6))]
    found = compiled(Letter(subject="{{ LastName }} {{ Account.Name }}"))
    merge.values(found, "Contact", few, admin)
    counts = []
    for people in (few, many):
        with CaptureQueriesContext(connection) as asked:
            assert set(merge.values(found, "Contact", people, admin)) == set(people)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_field_that_nobody_has_is_refused_and_one_of_contacts_only_needs_a_fallback(
    organization: None,
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        compiled(Letter(subject="{{ Nothing__c }}"))
    assert refused.value.errors[0].field == "Subject"
    with pytest.raises(ValidationFailed):
        compiled(Letter(subject="{{ Account.Name }}"), "Lead")
    found = compiled(Letter(subject='{{ Account.Name or "you" }}'), "Lead")
    assert found.paths == ()
    assert merge.join(found.subject, {}) == "you"


def test_members_of_a_segment_get_its_block(new: New, admin: Actor) -> None:
    in_lyon, elsewhere = (new("Contact", LastName=city, MailingCity=city) for city in ("Lyon", "Nice"))
    lyon = Compare(Path(("MailingCity",)), "eq", (Constant("Lyon"),))
    segment = save_segment(admin, object_name="Contact", name="Lyon", steps=[Step("Lyon", lyon)])
    inner = {"kind": "text", "id": "i", "html": "<p>Lyon</p>"}
    raw = {"version": 1, "blocks": [{"kind": "dynamic", "id": "d", "segment": segment.pk, "blocks": [inner]}]}
    found = compiled(Letter(document=codec.document(raw)))
    members = merge.members(found, "Contact", [in_lyon, elsewhere], admin)
    assert members == {in_lyon: found.blocks, elsewhere: (None,)}


def test_a_template_is_a_record_like_others(new: New, admin: Actor) -> None:
    source = " \r\n<p>{{ LastName }}</p>\n "
    key = new("EmailTemplate", Name="Own", TemplateType="html", HtmlValue=source)
    row = EmailTemplate.objects.get(pk=key)
    assert row.html_value == source
    assert compiled(letter_of(row)).paths == ("LastName",)
    with pytest.raises(ValidationFailed) as refused:
        new("EmailTemplate", Name="Broken", Content='{"version": 1, "blocks": [{"kind": "x"}]}')
    assert "blocks/0" in refused.value.errors[0].message
    save(admin, Change("EmailTemplate", {"Subject": "One"}, id=key, revision=row.revision))
    with pytest.raises(Conflict):
        save(admin, Change("EmailTemplate", {"Subject": "Two"}, id=key, revision=row.revision))


def test_a_sender_reads_with_his_own_rights(new: New, make_user: MakeUser, admin: Actor) -> None:
    zoe = new("Contact", LastName="Moreau", Birthdate="1990-12-31")
    user = make_user("seller")
    actions.set_field_rights(admin, user.profile.permission_set, "Contact", "Birthdate", FieldAccess.HIDDEN)
    with pytest.raises(QueryRefused):
        merge.values(compiled(Letter(subject="{{ Birthdate }}")), "Contact", [zoe], actor_for(user))
