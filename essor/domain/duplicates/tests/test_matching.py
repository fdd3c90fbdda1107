"""Normal forms, likeness and weights: what counts as the same, what does not, and that learning never inverts an order."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from essor.domain.duplicates.matching import normal, similar
from essor.domain.duplicates.matching.learn import learn
from essor.domain.duplicates.matching.methods import METHODS
from essor.domain.duplicates.matching.pairing import groups
from essor.domain.duplicates.matching.weights import Criterion, Model

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Dupont & Fils SARL", "DUPONT ET FILS, S.A.R.L."),
        ("Société Générale SA", "societe generale"),
        ("Müller GmbH & Co. KG", "MULLER"),
        ("Œuvre SAS", "oeuvre s.a.s.u."),
        ("Acme, Inc.", "ACME LLC"),
    ],
)
def test_a_company_name_is_the_same_without_its_form(one: str, two: str) -> None:
    assert normal.company(one) == normal.company(two)


def test_a_name_of_nothing_but_forms_stays() -> None:
    assert normal.company("SAS") == ("sas",)
    assert normal.person("De La") == ("de", "la")


def test_addresses_of_the_web_and_of_mail_give_the_company() -> None:
    assert normal.domain("HTTPS://www.Elan.fr/contact?x=1") == "elan.fr"
    assert normal.domain("ana@elan.fr") == "elan.fr"
    assert not normal.domain("ana@gmail.com")
    assert not normal.domain("http://[broken")


def test_phones_are_the_same_in_any_writing() -> None:
    assert normal.phone("01 23 45 67 89", "FR") == normal.phone("+33 (0)1.23.45.67.89", "FR")
    assert not normal.phone("12", "FR")


@pytest.mark.parametrize(
    ("one", "two", "least", "most"),
    [
        (("jean", "martin"), ("martin", "jean"), 1.0, 1.0),
        (("bob", "martin"), ("robert", "martin"), 0.97, 0.999),
        (("j", "martin"), ("jean", "martin"), 0.93, 0.97),
        (("martin",), ("jean", "martin"), 0.8, 0.9),
        (("jean", "martin"), ("paul", "martin"), 0.5, 0.8),
        (("jean", "martin"), ("zoe", "girard"), 0.0, 0.6),
    ],
)
def test_persons_names_are_ranked(
    one: tuple[str, ...], two: tuple[str, ...], least: float, most: float
) -> None:
    assert least <= similar.names(one, two) <= most
    assert similar.names(one, two) == pytest.approx(similar.names(two, one), abs=0.02)


def test_numbers_in_place_of_names_have_no_slips() -> None:
    assert similar.names(("660737",), ("660738",)) == 0


def test_numbered_mailboxes_and_other_houses_are_different() -> None:
    assert similar.emails("sales1@elan.example", "sales2@elan.example") < 0.8
    assert similar.addresses(("12", "street", "hugo"), ("14", "street", "hugo")) < 0.9


def test_every_method_weighs_a_stronger_agreement_more() -> None:
    for name, how in METHODS.items():
        assert len(how.m) == len(how.u) == len(how.limits) + 1
        assert sum(how.m) == pytest.approx(1, abs=0.01)
        assert sum(how.u) == pytest.approx(1, abs=0.01)
        bits = Criterion(("Name",), name).bits
        assert list(bits) == sorted(bits, reverse=True), name


def test_a_missing_value_speaks_neither_for_nor_against() -> None:
    model = Model((Criterion(("Name",), "company"), Criterion(("Phone",), "phone")))
    one, two = (
        model.prepare({"Name": "Elan"}, "FR"),
        model.prepare({"Name": "Elan", "Phone": "0123456789"}, "FR"),
    )
    assert model.points(model.pattern(one, two))[1] == 0


def test_learning_finds_the_share_of_true_pairs() -> None:
    model = Model((Criterion(("A",), "exact"), Criterion(("B",), "exact"), Criterion(("C",), "exact")))
    counts = Counter(
        {(0, 0, 0): 90, (0, 0, 1): 5, (0, 1, 0): 5, (1, 1, 1): 800, (0, 1, 1): 50, (1, 0, 1): 50}
    )
    learnt = learn(model, counts)
    assert learnt.probability((0, 0, 0)) > 0.99
    assert learnt.probability((1, 1, 1)) < 0.01
    assert all(one.bits[0] > one.bits[1] for one in learnt.criteria)


def test_pairs_make_groups() -> None:
    assert sorted(map(sorted, groups([(1, 2), (3, 4), (2, 5)]))) == [[1, 2, 5], [3, 4]]


@pytest.mark.parametrize(
    ("place", "least"), [(0, 0.97), (1, 0.95), (2, 0.84)], ids=["febrl1", "fake_1000", "restaurants"]
)
def test_labelled_sets_are_read_well(place: int, least: float) -> None:
    """The gold of the restaurants knows 89 of some 113 true pairs: its precision cannot be higher."""
    sys.path.insert(0, str(ROOT))
    try:
        from bench import duplicates as bench
    finally:
        sys.path.remove(str(ROOT))
    if not bench.folder().is_dir():
        pytest.skip(f"no labelled sets at {bench.folder()}: set ESSOR_SHARED to the shared folder")
    scored = bench.measure(bench.SETS[place])[0]
    assert scored.f1 >= least, os.linesep.join(map(str, (scored.precision, scored.recall)))
