"""Merge fields show fields and fallbacks, and nothing else."""

from __future__ import annotations

import pytest

from essor.domain.automation import merge
from essor.kernel.errors import ValidationFailed


def test_fields_and_fallbacks() -> None:
    text = merge.read(
        "Dear {{ FirstName or 'customer' }} of {{ Account.Name | upper }}{% if Rating %}!{% endif %}"
    )
    assert text.paths == ("Account.Name", "FirstName", "Rating")
    assert text.fill({"firstname": "", "account.name": "Acme", "rating": "Hot"}) == "Dear customer of ACME!"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ Name() }}",
        "{% for x in Name %}{{ x }}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ Name|attr('x') }}",
        "{% set x = 1 %}",
        "{{ Name[0] }}",
        "{% include 'x' %}",
        "{{ Name",
        "{{ 2 ** 99 }}",
        "{% macro a() %}{% endmacro %}",
        "{{ range }}" + "x" * 30_000,
    ],
)
def test_everything_else_is_refused(source: str) -> None:
    with pytest.raises(ValidationFailed):
        merge.read(source)
