"""A letter kept as JSON is the letter that was launched, an expert's conditions included."""

from __future__ import annotations

import orjson
import pytest

from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compile import HTML, Letter, compiled
from essor.domain.marketing.letters.compiled import Replacements
from essor.domain.marketing.letters.ready import READY
from essor.domain.marketing.sending import contents, frozen
from essor.domain.marketing.sending.contents import Variant
from essor.domain.marketing.sending.models import ListEmail

SOURCE = (
    '{% if LastName %}<p>{{ LastName|upper }}</p>{% endif %}<a href="https://a.example">{{ FirstName }}</a>'
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "letter", [Letter("Hi {{ LastName }}", kind=HTML, source=SOURCE), READY[0].letter("fr")]
)
def test_a_frozen_letter_is_the_same_letter(organization: None, letter: Letter) -> None:
    found = compiled(letter)
    again = frozen.loaded(orjson.loads(orjson.dumps(frozen.dumped(found))))
    assert again == found
    values = ("<b>",) * len(found.paths)
    assert merge.mail(again, values) == merge.mail(found, values)


@pytest.mark.django_db
def test_conditions_of_an_expert_lead_where_they_should_in_a_mailing_of_several_letters(
    organization: None,
) -> None:
    mailing = ListEmail.objects.create(name="Two letters")
    sources = ('<a href="https://first.example/?a&b">1</a>', SOURCE)
    letters = [compiled(Letter("Hi", kind=HTML, source=one)) for one in sources]
    variants = [Variant(at, "Contact", "Zoé", "zoe@vauban.example", one) for at, one in enumerate(letters)]
    contents.freeze(mailing, variants)
    second = contents.compiled_of(mailing.pk, 1, "Contact")
    shown = merge.mail(second, ("",) * len(second.paths), Replacements(links=("/l/0", "/l/1")))
    assert 'href="/l/1"' in shown.html
    assert "/l/1" in shown.text
