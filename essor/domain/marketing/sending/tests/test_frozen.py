"""A letter kept as JSON is the letter that was launched, an expert's conditions included."""

from __future__ import annotations

import orjson
import pytest

from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compile import HTML, Letter, compiled
from essor.domain.marketing.letters.ready import READY
from essor.domain.marketing.sending import frozen

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
